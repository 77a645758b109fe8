import { correlation, ssim } from '../../metrics';
import { rankPixels } from '../../metrics/ranking';

/** How alike two maps are. */
export interface MapSimilarity {
  /** Spearman's rank correlation over all pixels; 0 where one map is constant. */
  rank: number;
  /** SSIM of the maps, each scaled to its own 99.5th percentile. */
  ssim: number;
}

/** @param size side of both maps, pixels */
export function mapSimilarity(a: Float32Array, b: Float32Array, size: number): MapSimilarity {
  return {
    rank: correlation(ranks(a), ranks(b)) ?? 0,
    ssim: ssim(scaled(a), scaled(b), size, size),
  };
}

/** Rank of each pixel, 0 for the smallest; pixels of one value share their mean rank. */
function ranks(map: Float32Array): Float64Array {
  const order = rankPixels(map).reverse();
  const result = new Float64Array(map.length);
  for (let first = 0; first < order.length;) {
    let end = first + 1;
    while (end < order.length && map[order[end]] === map[order[first]]) end++;
    for (let k = first; k < end; k++) result[order[k]] = (first + end - 1) / 2;
    first = end;
  }
  return result;
}

function scaled(map: Float32Array): Float32Array {
  const order = rankPixels(map);
  const top = map[order[Math.floor(0.005 * order.length)]];
  return map.map(value => (top > 0 ? Math.min(1, value / top) : 0));
}
