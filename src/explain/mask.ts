import { isConstantMap } from '../metrics/constant-map';
import { percentileLevels } from '../metrics/percentile-levels';
import { percentileMask } from '../metrics/percentile-mask';
import { methods } from './methods';
import type { MapFacts } from './types';

/**
 * The pixels that an explanation marks: those above a percentile of its map ({@link percentileMask}) that are also above the
 * floor which the method states. A map that is zero, or rounding, over most of the film would otherwise have its mask filled
 * up with pixels drawn by lot. The one place for viewer, command and archive; scores of evaluation rank whole maps instead.
 *
 * @param map rows × columns, ≥ 0
 * @param percentile in [0, 100]
 * @param methodId method that made the map; of an unknown one (a stored map of another release) only zeros are left out
 * @param valid 1 = image, 0 = padding (neither counted nor selected)
 * @returns one byte a pixel: 1 marked, 0 not; all 0 where the map marks nothing
 * @throws RangeError when the percentile is out of range or a value is not finite
 */
export function explanationMask(
  map: Float32Array,
  percentile: number,
  methodId: string,
  valid?: Uint8Array,
): Uint8Array {
  const mask = percentileMask(map, percentile, valid);
  const floor = leastMarking(map, methodId, valid);
  for (let i = 0; i < mask.length; i++) if (mask[i] && !(map[i] > floor)) mask[i] = 0;
  return mask;
}

/**
 * The masks of several percentiles at once: the pixels that {@link explanationMask} marks above percentile j are those whose
 * level is above j.
 *
 * @param percentiles in [0, 100], rising, at most 255
 * @returns one level a pixel
 * @throws RangeError as `percentileLevels`
 */
export function explanationLevels(
  map: Float32Array,
  percentiles: readonly number[],
  methodId: string,
  valid?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return percentileLevels(map, percentiles, valid, leastMarking(map, methodId, valid));
}

/**
 * How low masks reach: the smallest marked value of each as a share of the map's largest one.
 *
 * @param levels above how many of the masks each pixel is marked ({@link explanationLevels}), or one mask
 * @param count of masks
 * @returns one share a mask; 1 where it marks nothing
 */
export function leastMarked(
  map: Float32Array,
  levels: Uint8Array,
  count: number,
  valid?: Uint8Array,
): number[] {
  const least = new Float32Array(count + 1).fill(Infinity);
  for (let i = 0; i < map.length; i++) if (map[i] < least[levels[i]]) least[levels[i]] = map[i];
  const largest = largestOf(map, valid);
  return Array.from({ length: count }, (_, mask) =>
    Math.min(1, least.subarray(mask + 1).reduce((a, b) => Math.min(a, b), Infinity) / largest),
  );
}

/**
 * Value that has the top colour wherever a map is coloured: its largest one. 0 where the map marks nothing, since no value lies above
 * the method's floor or all are the same: stretched to its own maximum, rounding would look like any other map. The one place where
 * viewer, command and DICOM objects learn how to scale colours.
 */
export function colourTop(map: Float32Array, methodId: string, valid?: Uint8Array): number {
  if (isConstantMap(map, valid)) return 0;
  const largest = largestOf(map, valid);
  return largest > floorOf(map, methodId, valid) ? largest : 0;
}

/** What a value must lie above to be in a mask: the floor; of a map that marks nothing no value does. */
function leastMarking(map: Float32Array, methodId: string, valid?: Uint8Array): number {
  return colourTop(map, methodId, valid) > 0 ? floorOf(map, methodId, valid) : Infinity;
}

/** Largest value that marks nothing, in the map's unit. */
export function floorOf(map: Float32Array, methodId: string, valid?: Uint8Array): number {
  const { value, of }: MapFacts['floor'] = methods.find(({ id }) => id === methodId)?.map.floor ?? {
    value: 0,
    of: 'unit',
  };
  return of === 'unit' ? value : value * largestOf(map, valid);
}

/** Largest value within the image, at least 0. */
export function largestOf(map: Float32Array, valid?: Uint8Array): number {
  let largest = 0;
  for (let i = 0; i < map.length; i++) {
    if ((!valid || valid[i]) && map[i] > largest) largest = map[i];
  }
  return largest;
}
