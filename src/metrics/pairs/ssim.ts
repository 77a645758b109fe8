import type { PairMetric } from '../types';

export interface SsimOptions {
  /** Side of the uniform window, odd. Default 7. */
  window?: number;
  /** Span of possible values. Default 1. */
  range?: number;
}

/**
 * Mean structural similarity, Wang et al. 2004, eq. (13), with K₁ = 0.01, K₂ = 0.03, a uniform 7 × 7 window, sample
 * covariances and the half-window border left out: scikit-image's `structural_similarity` with its defaults.
 *
 * @throws RangeError when sizes differ or the window does not fit
 */
export function ssim(
  a: Float32Array,
  b: Float32Array,
  width: number,
  height: number,
  { window = 7, range = 1 }: SsimOptions = {},
): number {
  if (a.length !== width * height || b.length !== a.length) {
    throw new RangeError(`The images have ${a.length} and ${b.length} pixels, not ${width} × ${height}.`);
  }
  if (window % 2 === 0 || window > Math.min(width, height)) {
    throw new RangeError(`A window of ${window} must be odd and fit into ${width} × ${height}.`);
  }
  const count = window * window;
  const sums = [a, b, product(a, a), product(b, b), product(a, b)].map(values =>
    windowSums(values, width, height, window),
  );
  const [sumA, sumB, sumAA, sumBB, sumAB] = sums;
  const c1 = (0.01 * range) ** 2;
  const c2 = (0.03 * range) ** 2;
  let total = 0;
  for (let i = 0; i < sumA.length; i++) {
    const meanA = sumA[i] / count;
    const meanB = sumB[i] / count;
    const varianceA = (sumAA[i] - count * meanA * meanA) / (count - 1);
    const varianceB = (sumBB[i] - count * meanB * meanB) / (count - 1);
    const covariance = (sumAB[i] - count * meanA * meanB) / (count - 1);
    const luminance = (2 * meanA * meanB + c1) / (meanA * meanA + meanB * meanB + c1);
    total += (luminance * (2 * covariance + c2)) / (varianceA + varianceB + c2);
  }
  return total / sumA.length;
}

function product(a: Float32Array, b: Float32Array): Float64Array {
  return Float64Array.from(a, (value, i) => value * b[i]);
}

/** Sums over every window that fits, by an integral image in double precision. */
function windowSums(values: ArrayLike<number>, width: number, height: number, window: number): Float64Array {
  const stride = width + 1;
  const integral = new Float64Array(stride * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += values[y * width + x];
      integral[(y + 1) * stride + x + 1] = integral[y * stride + x + 1] + row;
    }
  }
  const columns = width - window + 1;
  const sums = new Float64Array(columns * (height - window + 1));
  for (let i = 0; i < sums.length; i++) {
    const x = i % columns;
    const y = Math.floor(i / columns);
    const top = y * stride;
    const bottom = (y + window) * stride;
    sums[i] =
      integral[bottom + x + window] - integral[bottom + x] - integral[top + x + window] + integral[top + x];
  }
  return sums;
}

export const ssimMetric = {
  id: 'ssim',
  column: 'ssim',
  title: 'SSIM',
  short: 'SSIM',
  citation:
    'Wang et al., Image Quality Assessment, IEEE TIP 2004, eq. (13), uniform window of 7 pixels as scikit-image',
  direction: 'higher',
  unit: '1',
  range: [-1, 1],
  compute: ({ a, b, width, height }) => ssim(a, b, width, height),
} as const satisfies PairMetric;
