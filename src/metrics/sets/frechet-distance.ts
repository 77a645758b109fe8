import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import type { SetMetric } from '../types';

/**
 * Fréchet distance of two sets of features, each taken as a normal distribution (Dowson & Landau 1982; Heusel et al. 2017,
 * arXiv 1706.08500, eq. 6): |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½). With fewer samples than features Σ is singular, which
 * the distance bears; it then grows as the sets get smaller, so that only sets of one size can be compared.
 *
 * tr (Σ₁ Σ₂)^½ is the sum of the singular values of A Bᵀ, where Σ₁ = Aᵀ A and Σ₂ = Bᵀ B: no root of a matrix is needed.
 *
 * @param first [n][d]
 * @param second [m][d]
 * @returns in the features' unit squared; undefined for fewer than two samples on a side
 */
function frechet(first: readonly Float32Array[], second: readonly Float32Array[]): number | undefined {
  if (first.length < 2 || second.length < 2) return undefined;
  const a = centred(first);
  const b = centred(second);
  const apart = a.mean.reduce((sum, value, i) => sum + (value - b.mean[i]) ** 2, 0);
  const shared = new SingularValueDecomposition(a.rows.mmul(b.rows.transpose()), {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
    autoTranspose: true,
  }).diagonal.reduce((sum, value) => sum + value, 0);
  return Math.max(0, apart + squares(a.rows) + squares(b.rows) - 2 * shared);
}

/** Mean, and the samples about it divided by √(n − 1): rowsᵀ · rows is their covariance. */
function centred(samples: readonly Float32Array[]): { mean: number[]; rows: Matrix } {
  const matrix = new Matrix(samples.map(sample => Array.from(sample)));
  const mean = matrix.mean('column');
  return { mean, rows: matrix.subRowVector(mean).div(Math.sqrt(samples.length - 1)) };
}

/** Sum of squares: the trace of rowsᵀ · rows. */
function squares(rows: Matrix): number {
  return rows.norm('frobenius') ** 2;
}

export const frechetDistance = {
  id: 'frechet',
  title: 'Fréchet distance',
  short: 'Fréchet',
  citation:
    'Distance of two sets of images in the features of a network that had no part in making them. Heusel et al., NeurIPS 2017, arXiv 1706.08500, eq. 6',
  direction: 'lower',
  unit: '1',
  range: [0, Infinity],
  applies: 'two sets of at least two images',
  compute: frechet,
} as const satisfies SetMetric;
