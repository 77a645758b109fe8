import { normal, seededRandom } from '../models/random';

/** Seeded draws of one part of a phantom. Each part has its own stream, so that one part's options never shift another's. */
export interface Draw {
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** Uniform in the logarithm, in [low, high): small values are as frequent as large ones. */
  logUniform(low: number, high: number): number;
  /** Normal with the given mean and standard deviation, cut at ±2.5 standard deviations. */
  normal(mean: number, deviation: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** A whole number in [low, high], both included. */
  integer(low: number, high: number): number;
  /** −1 or 1. */
  sign(): -1 | 1;
  /** The raw stream, uniform in [0, 1). */
  next(): number;
}

/** @param seed the phantom's seed; @param part name of the stream, such as `anatomy` */
export function drawFrom(seed: number | string, part: string): Draw {
  const next = seededRandom(`${seed}/${part}`);
  const uniform = (low: number, high: number): number => low + (high - low) * next();
  return {
    next,
    uniform,
    logUniform: (low, high) => Math.exp(uniform(Math.log(low), Math.log(high))),
    normal: (mean, deviation) => mean + deviation * Math.max(-2.5, Math.min(2.5, normal(next))),
    chance: probability => next() < probability,
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    sign: () => (next() < 0.5 ? -1 : 1),
  };
}
