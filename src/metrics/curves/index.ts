import type { AreaMetric, PerturbationMetric } from '../types';
import { partialArea, totalArea } from './curve-area';
import { deletion } from './deletion';
import { insertion } from './insertion';

/** Areas under the precision–sensitivity curve. */
export const areaMetrics = [totalArea, partialArea] as const satisfies readonly AreaMetric[];

/** Areas under the classifier's score while pixels are exchanged. */
export const perturbationMetrics = [deletion, insertion] as const satisfies readonly PerturbationMetric[];

export type AreaId = (typeof areaMetrics)[number]['id'];
export type PerturbationId = (typeof perturbationMetrics)[number]['id'];
