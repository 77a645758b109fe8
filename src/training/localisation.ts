import { iouAtPercentile } from '../metrics/localisation/iou-at-percentile';
import { localisationCase, rankMap } from '../metrics/localisation/localisation-case';
import { pointingGame } from '../metrics/localisation/pointing-game';
import type { Sample } from './samples';

const iou90 = iouAtPercentile(90);

/**
 * Where a map points, for the figures of a validation.
 *
 * @param map size × size
 * @returns IoU of the truth and the top tenth of the map, and whether its maximum lies in the truth; NaN where no truth is
 * known or nothing of it is visible (an opacity outside the frame, or smaller than a pixel)
 */
export function mapLocalisation(
  { label, truth }: Pick<Sample, 'label' | 'truth'>,
  map: Float32Array,
): [iou: number, hit: number] {
  if (label === 0 || !truth) return [NaN, NaN];
  const inside = Uint8Array.from(truth, share => (share >= 0.5 ? 1 : 0));
  if (!inside.includes(1)) return [NaN, NaN];
  const localisation = localisationCase(rankMap(map), inside);
  return [iou90.compute(localisation), pointingGame.compute(localisation)];
}
