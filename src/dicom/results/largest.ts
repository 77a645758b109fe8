import { ResultError } from './types';

/** Largest value of a map, at least 0. @throws ResultError that names a pixel whose value is not finite */
export function finiteLargest(map: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < map.length; i++) {
    if (!Number.isFinite(map[i])) throw new ResultError(`Pixel ${i} of the map is not a finite number.`);
    if (map[i] > largest) largest = map[i];
  }
  return largest;
}
