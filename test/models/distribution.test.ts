import { describe, expect, it } from 'vitest';
import {
  decodeDistribution,
  encodeDistribution,
  featureDistance,
  outlierWarning,
} from '../../src/models/distribution';
import { normal, seededRandom } from '../../src/models/random';
import { fitDistribution } from '../../src/models/fit-distribution';

const dimension = 12;
const random = seededRandom('distribution');
/** Two strong directions that mix features, and a little noise in all. */
function sample(): Float32Array {
  const [a, b] = [3 * normal(random), 2 * normal(random)];
  return Float32Array.from({ length: dimension }, (_, i) => 5 + (i % 2 ? a : b) + 0.1 * normal(random));
}
const samples = Array.from({ length: 400 }, sample);
const fitted = fitDistribution(samples, 2);

describe('fitDistribution', () => {
  it('finds the directions in which features vary, orthonormal, with their variances', () => {
    const axis = (k: number) => fitted.components.subarray(k * dimension, (k + 1) * dimension);
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
    expect(dot(axis(0), axis(0))).toBeCloseTo(1, 5);
    expect(dot(axis(0), axis(1))).toBeCloseTo(0, 5);
    // Of 12 scaled features of variance 1, nearly all lies along the two.
    expect(fitted.variances[0] + fitted.variances[1]).toBeGreaterThan(0.98 * dimension);
    expect(fitted.residual).toBeLessThan(0.01);
    fitted.mean.forEach(mean => expect(mean).toBeCloseTo(5, 0));
  });

  it('refuses too few images', () => {
    expect(() => fitDistribution(samples.slice(0, 2), 2)).toThrow(/too few for 2 components/);
    expect(() => fitDistribution([], 1)).toThrow(RangeError);
  });
});

describe('featureDistance', () => {
  it('has a root mean square of 1 over the images it was fitted to', () => {
    const mean = samples.reduce((sum, s) => sum + featureDistance(fitted, s) ** 2, 0) / samples.length;
    expect(mean).toBeCloseTo(1, 2);
  });

  it('is small along the directions of variation and large across them', () => {
    const along = fitted.mean.map((m, i) => m + (i % 2 ? 3 : 0));
    const across = fitted.mean.map((m, i) => m + (i < 6 ? 3 : -3));
    expect(featureDistance(fitted, along)).toBeLessThan(2);
    expect(featureDistance(fitted, across)).toBeGreaterThan(20);
    expect(featureDistance(fitted, fitted.mean)).toBeCloseTo(0, 6);
  });

  it('equals the Mahalanobis distance when every direction is a component', () => {
    // Two uncorrelated features of variances 4 and 1: (2 / 2)² + (3 / 1)² over 2 features.
    const exact = {
      mean: Float32Array.of(0, 0),
      scale: Float32Array.of(1, 1),
      components: Float32Array.of(1, 0, 0, 1),
      variances: Float32Array.of(4, 1),
      residual: 1,
    };
    expect(featureDistance(exact, [2, 3])).toBeCloseTo(Math.sqrt(10 / 2), 6);
    expect(() => featureDistance(exact, [1])).toThrow(/1 features were given/);
  });
});

describe('the file', () => {
  it('gives back what was written', () => {
    const read = decodeDistribution(encodeDistribution(fitted), 2);
    expect(featureDistance(read, samples[3])).toBeCloseTo(featureDistance(fitted, samples[3]), 5);
  });

  it('that cannot be one is refused', () => {
    const bytes = encodeDistribution(fitted);
    expect(() => decodeDistribution(bytes.subarray(0, bytes.length - 4), 2)).toThrow(/cannot hold/);
    const spoiled = bytes.slice();
    new DataView(spoiled.buffer).setFloat32(spoiled.length - 4, -1, true);
    expect(() => decodeDistribution(spoiled, 2)).toThrow(/make no distance/);
  });
});

describe('outlierWarning', () => {
  it('warns above the threshold alone, and says by how much', () => {
    expect(outlierWarning('The model', { distance: 1.5, threshold: 1 })).toMatch(/unlike .*The model.*1\.50 times/);
    expect(outlierWarning('The model', { distance: 1, threshold: 1 })).toBeUndefined();
    expect(outlierWarning('The model', undefined)).toBeUndefined();
  });
});
