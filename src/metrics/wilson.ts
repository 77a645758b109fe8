import type { Interval } from './bootstrap';

/** Quantile of the standard normal distribution that 2.5 % lie above: of a 95 % interval. */
const z95 = 1.959963984540054;

/**
 * Wilson's score interval of a rate (JASA 1927), which has a width at rates of 0 and 1 too, where resampling the same answers gives
 * none.
 *
 * @param held how many of them it holds for; no whole number where patients are counted by the mean of their images
 * @param of how many there are, more than 0
 * @param z quantile of the standard normal distribution; default: of 95 %
 */
export function wilson(held: number, of: number, z: number = z95): Interval {
  const z2 = z * z;
  const p = held / of;
  const middle = (p + z2 / (2 * of)) / (1 + z2 / of);
  const half = (z * Math.sqrt((p * (1 - p)) / of + z2 / (4 * of * of))) / (1 + z2 / of);
  // At the ends the bound is exact; the sum misses it by rounding.
  return { low: held <= 0 ? 0 : middle - half, high: held >= of ? 1 : middle + half };
}
