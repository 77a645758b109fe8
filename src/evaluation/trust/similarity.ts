import { rankCorrelation, ssim } from '../../metrics';
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
    rank: rankCorrelation(a, b) ?? 0,
    ssim: ssim(scaled(a), scaled(b), size, size),
  };
}

function scaled(map: Float32Array): Float32Array {
  const order = rankPixels(map);
  const top = map[order[Math.floor(0.005 * order.length)]];
  return map.map(value => (top > 0 ? Math.min(1, value / top) : 0));
}
