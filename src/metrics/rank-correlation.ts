import { correlation } from './correlation';
import { rankPixels } from './ranking';

/**
 * Spearman's rank correlation of two maps: Pearson's of the ranks, pixels of one value sharing their mean rank.
 *
 * @param valid 1 = image, 0 = padding (left out); absent: every pixel counts
 * @returns in [−1, 1]; undefined where one map has one value all over
 * @throws RangeError when lengths differ or a value is not finite
 */
export function rankCorrelation(a: Float32Array, b: Float32Array, valid?: Uint8Array): number | undefined {
  if (a.length !== b.length) throw new RangeError(`The lengths ${a.length} and ${b.length} differ.`);
  const inside = (ranked: Float64Array): Float64Array =>
    valid ? ranked.filter((_, pixel) => valid[pixel] === 1) : ranked;
  return correlation(inside(ranks(a, valid)), inside(ranks(b, valid)));
}

/** Rank of each valid pixel, 0 for the smallest; pixels of one value share their mean rank. */
function ranks(map: Float32Array, valid?: Uint8Array): Float64Array {
  const order = rankPixels(map, valid).reverse();
  const result = new Float64Array(map.length);
  for (let first = 0; first < order.length;) {
    let end = first + 1;
    while (end < order.length && map[order[end]] === map[order[first]]) end++;
    for (let k = first; k < end; k++) result[order[k]] = (first + end - 1) / 2;
    first = end;
  }
  return result;
}
