/**
 * How far an image lies from the training images, by the classifier's own features: a Mahalanobis distance with a
 * covariance of a few principal components and one variance for all the rest (probabilistic PCA; Tipping & Bishop 1999),
 * as Lee et al. 2018 (arXiv 1807.03888) use the Mahalanobis distance of features to find images of another kind.
 */

/** Fitted to the pooled features of the training images. */
export interface FeatureDistribution {
  /** [d] */
  mean: Float32Array;
  /** [d]: standard deviation of each feature, by which it is divided. */
  scale: Float32Array;
  /** [k, d], orthonormal rows: principal components of the scaled features. */
  components: Float32Array;
  /** [k]: variance along each component. */
  variances: Float32Array;
  /** Mean variance along all other directions. */
  residual: number;
}

/** An image's distance and where the card draws the lines. */
export interface OutlierScore {
  distance: number;
  /** Beyond it the image is explained with a caution. */
  threshold: number;
  /** Beyond it the image is given no answer. */
  limit?: number;
}

/**
 * Distance of an image from the training images; 1 is their root mean square distance along the principal components.
 *
 * @param features [d]
 * @throws RangeError when there are not d features
 */
export function featureDistance(distribution: FeatureDistribution, features: ArrayLike<number>): number {
  const { mean, scale, components, variances, residual } = distribution;
  const dimension = mean.length;
  if (features.length !== dimension) {
    throw new RangeError(`${features.length} features were given, the distribution has ${dimension}.`);
  }
  const scaled = Float64Array.from(mean, (centre, i) => (features[i] - centre) / scale[i]);
  let rest = scaled.reduce((sum, value) => sum + value * value, 0);
  let sum = 0;
  for (let k = 0; k < variances.length; k++) {
    let along = 0;
    for (let i = 0; i < dimension; i++) along += components[k * dimension + i] * scaled[i];
    sum += along ** 2 / variances[k];
    rest -= along ** 2;
  }
  return Math.sqrt((sum + Math.max(0, rest) / residual) / dimension);
}

/** Whether an image lies farther from the training images than the card's line. */
export function isOutlier({ distance, threshold }: OutlierScore): boolean {
  return distance > threshold;
}

/** Whether an image lies farther from the training images than any of those by which the card's limit was set. */
export function isBeyondLimit({ distance, limit }: OutlierScore): boolean {
  return limit !== undefined && distance > limit;
}

/** Says that an image is unlike the training images, or nothing when it is not. */
export function outlierWarning(title: string, score: OutlierScore | undefined): string | undefined {
  if (!score || !isOutlier(score)) return undefined;
  return (
    `This image is unlike those that "${title}" was trained on (${timesThreshold(score)} times the distance that 95 % of its validation ` +
    'images keep to): its answer may mean nothing.'
  );
}

/** A distance in units of the threshold, as a sentence says it. */
export function timesThreshold({ distance, threshold }: OutlierScore): string {
  return (distance / threshold).toFixed(2);
}

/** The distribution as the bytes of a file, little-endian float32: mean, scale, components, variances, residual. */
export function encodeDistribution(distribution: FeatureDistribution): Uint8Array {
  const { mean, scale, components, variances, residual } = distribution;
  const parts = [mean, scale, components, variances, [residual]];
  const values = Float32Array.from(parts.flatMap(part => Array.from(part)));
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setFloat32(4 * i, value, true));
  return bytes;
}

/**
 * Reads what `encodeDistribution` wrote.
 *
 * @param components number of principal components, as the card says
 * @throws RangeError when the bytes cannot hold so many, or hold values that make no distance
 */
export function decodeDistribution(bytes: Uint8Array, components: number): FeatureDistribution {
  const dimension = (bytes.length / 4 - components - 1) / (components + 2);
  if (!Number.isInteger(dimension) || dimension < 1) {
    throw new RangeError(`${bytes.length} bytes cannot hold a distribution of ${components} components.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
  let start = 0;
  const take = (length: number): Float32Array => values.subarray(start, (start += length));
  const distribution = {
    mean: take(dimension),
    scale: take(dimension),
    components: take(components * dimension),
    variances: take(components),
    residual: take(1)[0],
  };
  const positive = [...distribution.scale, ...distribution.variances, distribution.residual];
  if (!values.every(Number.isFinite) || !positive.every(value => value > 0)) {
    throw new RangeError('The distribution holds values that make no distance.');
  }
  return distribution;
}
