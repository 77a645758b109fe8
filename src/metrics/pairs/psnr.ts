import type { PairMetric } from '../types';

/**
 * Peak signal-to-noise ratio, 10·log₁₀(range² / MSE), in dB; infinite for equal images.
 *
 * @param range span of possible values, default 1
 * @throws RangeError when sizes differ
 */
export function psnr(a: Float32Array, b: Float32Array, range = 1): number {
  if (a.length !== b.length) throw new RangeError(`The images have ${a.length} and ${b.length} pixels.`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return 10 * Math.log10((range * range) / (sum / a.length));
}

/**
 * Above this PSNR, in dB, two images are taken for one: the root mean square difference is below a thousandth of the range, a
 * quarter of a grey level of 8 bits. What a network answers to one it answers to the other, so that an x_s this near to x keeps
 * the decision whatever the generator is worth.
 */
export const sameImageDecibels = 60;

export const psnrMetric = {
  id: 'psnr',
  column: 'psnr',
  title: 'PSNR',
  short: 'PSNR',
  citation: 'Peak signal-to-noise ratio, 10·log₁₀(1 / MSE); ITU-T J.340 (2010)',
  direction: 'higher',
  unit: 'dB',
  range: [0, Infinity],
  applies: 'images that differ',
  compute: ({ a, b }) => psnr(a, b),
} as const satisfies PairMetric;
