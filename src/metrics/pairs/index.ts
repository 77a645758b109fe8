import type { ChangeMetric, PairMetric } from '../types';
import { changedPixels } from './changed-pixels';
import { clipped } from './clipped';
import { inTruth } from './in-truth';
import { psnrMetric } from './psnr';
import { spread } from './spread';
import { ssimMetric } from './ssim';

/** How near the images of each pair are. */
export const pairMetrics = [psnrMetric, ssimMetric] as const satisfies readonly PairMetric[];

/** How the change of the generated images lies. */
export const changeMetrics = [
  spread,
  inTruth,
  changedPixels,
  clipped,
] as const satisfies readonly ChangeMetric[];

export type PairId = (typeof pairMetrics)[number]['id'];
export type ChangeId = (typeof changeMetrics)[number]['id'];

/** The pairs that are compared: key in records, ending in CSV, and in words. */
export const imagePairs = [
  { key: 'originalSimilar', column: 'x_xs', title: 'x, x_s', short: 'x–x_s' },
  { key: 'originalAdversarial', column: 'x_xa', title: 'x, x_a', short: 'x–x_a' },
  { key: 'similarAdversarial', column: 'xs_xa', title: 'x_s, x_a', short: 'x_s–x_a' },
] as const;

export type ImagePairKey = (typeof imagePairs)[number]['key'];
