/** Mean and scale of each feature, by which samples are standardised: (value − mean) / scale. */
export interface Standardisation {
  /** [d] */
  mean: Float64Array;
  /** [d], above 0 */
  scale: Float64Array;
}

/** Rounding alone makes a deviation of this size, of features around 1. */
const noise = 1e-6;

/**
 * Mean and standard deviation of each feature, in two passes. A feature that never changes tells nothing: any change of it
 * counts as one of the usual size, 1.
 *
 * @param samples [n][d], n at least 1
 */
export function standardisation(samples: readonly Float32Array[]): Standardisation {
  const mean = new Float64Array(samples[0].length);
  const square = new Float64Array(mean.length);
  for (const sample of samples) sample.forEach((value, i) => (mean[i] += value / samples.length));
  for (const sample of samples)
    sample.forEach((value, i) => (square[i] += (value - mean[i]) ** 2 / samples.length));
  const scale = square.map(value => {
    const deviation = Math.sqrt(value);
    return deviation > noise ? deviation : 1;
  });
  return { mean, scale };
}

/** @param sample [d] */
export function standardised(sample: Float32Array, { mean, scale }: Standardisation): Float64Array {
  return Float64Array.from(sample, (value, i) => (value - mean[i]) / scale[i]);
}
