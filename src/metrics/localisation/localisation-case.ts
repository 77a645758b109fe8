import { isConstantMap } from '../constant-map';
import { rankPixels } from '../ranking';
import type { LocalisationCase } from '../types';

/** A map whose pixels are in order: the costly half of a localisation case, shared by all truths that it meets. */
export interface RankedMap {
  map: Float32Array;
  order: Uint32Array;
  constant: boolean;
}

/**
 * Orders a map's valid pixels.
 *
 * @throws RangeError when a value is not finite
 */
export function rankMap(map: Float32Array, valid?: Uint8Array, seed = 0): RankedMap {
  return { map, order: rankPixels(map, valid, seed), constant: isConstantMap(map, valid) };
}

/**
 * A ranked map beside a truth.
 *
 * @param truth one byte a pixel of the map; counted inside the valid image alone
 * @throws RangeError when no truth pixel lies inside the image, or sizes differ
 */
export function localisationCase(ranked: RankedMap, truth: Uint8Array): LocalisationCase {
  const { map, order, constant } = ranked;
  if (truth.length !== map.length) {
    throw new RangeError(`The truth has ${truth.length} pixels, the map ${map.length}.`);
  }
  const hits = new Uint32Array(order.length + 1);
  for (let k = 0; k < order.length; k++) hits[k + 1] = hits[k] + truth[order[k]];
  const truthCount = hits[order.length];
  if (truthCount === 0) throw new RangeError('No pixel of the truth lies inside the image.');
  return { map, order, hits, truthCount, truth, constant };
}
