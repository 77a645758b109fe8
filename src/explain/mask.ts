import { isConstantMap } from '../metrics/constant-map';
import { percentileLevels } from '../metrics/percentile-levels';
import { percentileMask } from '../metrics/percentile-mask';
import { hardlySeen } from '../models/colour-map';
import { methods } from './methods';

/**
 * The pixels that an explanation marks: those above a percentile of its map ({@link percentileMask}) that are also above the
 * floor which the method states and above a tenth of the map's largest value, below which colours show next to nothing. A map that is
 * zero, or rounding, over most of the film would otherwise have its mask filled up with pixels drawn by lot. The one place for viewer, command and archive; scores of evaluation rank whole maps instead.
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
 * Value that has the top colour wherever a map is coloured: its largest one. 0 where the map marks nothing, since no value lies above
 * the method's floor or all are the same: stretched to its own maximum, rounding would look like any other map. The one place where
 * viewer, command and DICOM objects learn how to scale colours.
 */
export function colourTop(map: Float32Array, methodId: string, valid?: Uint8Array): number {
  if (isConstantMap(map, valid)) return 0;
  const largest = largestOf(map, valid);
  return largest > floorOf(methodId) ? largest : 0;
}

/**
 * What a value must lie above to be in a mask: the floor, and where the colours can be seen, so that no outline runs round a place that
 * looks as if the map said nothing there. Of a map that marks nothing no value does.
 */
function leastMarking(map: Float32Array, methodId: string, valid?: Uint8Array): number {
  const top = colourTop(map, methodId, valid);
  return top > 0 ? Math.max(floorOf(methodId), hardlySeen * top) : Infinity;
}

/** Largest value that marks nothing, in the map's unit; of an unknown method (a stored map of another release) 0. */
export function floorOf(methodId: string): number {
  return methods.find(({ id }) => id === methodId)?.map.floor ?? 0;
}

/** Largest value within the image, at least 0. */
export function largestOf(map: Float32Array, valid?: Uint8Array): number {
  let largest = 0;
  for (let i = 0; i < map.length; i++) {
    if ((!valid || valid[i]) && map[i] > largest) largest = map[i];
  }
  return largest;
}
