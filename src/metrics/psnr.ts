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
