import type { FeatureDistribution } from './distribution';
import { normal, seededRandom } from './random';
import { standardisation, standardised } from './standardisation';

/** Rounds of the orthogonal iteration; the leading components of features stand well apart. */
const rounds = 25;

/**
 * Fits mean, scale and principal components to features of the training images.
 *
 * @param samples [n][d]
 * @param components number of principal components, below n and d
 * @throws RangeError when there are too few samples or features
 */
export function fitDistribution(samples: readonly Float32Array[], components: number): FeatureDistribution {
  const dimension = samples[0]?.length ?? 0;
  if (components >= samples.length || components >= dimension) {
    throw new RangeError(
      `${samples.length} images of ${dimension} features are too few for ${components} components.`,
    );
  }
  const usual = standardisation(samples);
  const scaled = samples.map(sample => standardised(sample, usual));
  const basis = principalComponents(scaled, dimension, components);
  const variances = basis.map(axis => meanOf(scaled.map(sample => dot(axis, sample) ** 2)));
  const total = meanOf(scaled.map(sample => dot(sample, sample)));
  const explained = variances.reduce((sum, value) => sum + value, 0);
  return {
    mean: Float32Array.from(usual.mean),
    scale: Float32Array.from(usual.scale),
    components: Float32Array.from(basis.flatMap(axis => Array.from(axis))),
    variances: Float32Array.from(variances),
    residual: Math.max(1e-6, (total - explained) / (dimension - components)),
  };
}

/** Orthogonal iteration on the samples' covariance, which is never written out. */
function principalComponents(
  samples: readonly Float64Array[],
  dimension: number,
  components: number,
): Float64Array[] {
  const random = seededRandom('principal components');
  let basis = orthonormal(
    Array.from({ length: components }, () => Float64Array.from({ length: dimension }, () => normal(random))),
  );
  for (let round = 0; round < rounds; round++) {
    const next = basis.map(() => new Float64Array(dimension));
    for (const sample of samples) {
      basis.forEach((axis, k) => {
        const along = dot(axis, sample);
        const image = next[k];
        for (let i = 0; i < dimension; i++) image[i] += along * sample[i];
      });
    }
    basis = orthonormal(next);
  }
  return basis;
}

/** Modified Gram–Schmidt. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const result: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = vector.slice();
    for (const axis of result) {
      const along = dot(axis, rest);
      for (let i = 0; i < rest.length; i++) rest[i] -= along * axis[i];
    }
    const length = Math.sqrt(dot(rest, rest)) || 1;
    result.push(rest.map(value => value / length));
  }
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
