import type { SetMetric } from '../types';
import { frechetDistance } from './frechet-distance';

/** Two sets of images by their features. */
export const setMetrics = [frechetDistance] as const satisfies readonly SetMetric[];
