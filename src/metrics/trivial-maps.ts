/**
 * Maps that know nothing of the image at hand, or nothing but its edges: what any explanation has to beat
 * (Adebayo et al. 2018, arXiv 1810.03292; Arun et al. 2021, arXiv 2008.02766).
 */
import { seededRandom } from '../models/random';

/**
 * Mean of the truth masks of the training split: where opacities mostly are.
 *
 * @param truths size × size each, any range
 * @throws RangeError when there is none
 */
export function averageTruthMap(truths: Iterable<ArrayLike<number>>): Float32Array {
  let sum: Float64Array | undefined;
  let count = 0;
  for (const truth of truths) {
    sum ??= new Float64Array(truth.length);
    for (let i = 0; i < sum.length; i++) sum[i] += truth[i];
    count++;
  }
  if (!sum) throw new RangeError('There is no training truth to average.');
  return Float32Array.from(sum, value => value / count);
}

/** A Gaussian about the image centre, standard deviation a quarter of the side (its ranks do not depend on that). */
export function centreGaussianMap(size: number): Float32Array {
  const centre = (size - 1) / 2;
  return Float32Array.from({ length: size * size }, (_, i) => {
    const distance = (Math.floor(i / size) - centre) ** 2 + ((i % size) - centre) ** 2;
    return Math.exp(-distance / (2 * (size / 4) ** 2));
  });
}

/** Uniform noise. */
export function randomMap(size: number, seed: number | string): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: size * size }, () => random());
}

/**
 * Edge strength of the image, the length of its Sobel gradient (the edge repeated outside).
 *
 * @param image size × size
 */
export function edgeMap(image: Float32Array, size: number): Float32Array {
  const at = (x: number, y: number): number =>
    image[Math.min(size - 1, Math.max(0, y)) * size + Math.min(size - 1, Math.max(0, x))];
  return Float32Array.from({ length: size * size }, (_, i) => {
    const [x, y] = [i % size, Math.floor(i / size)];
    const column = (dx: number): number => at(x + dx, y - 1) + 2 * at(x + dx, y) + at(x + dx, y + 1);
    const row = (dy: number): number => at(x - 1, y + dy) + 2 * at(x, y + dy) + at(x + 1, y + dy);
    return Math.hypot(column(1) - column(-1), row(1) - row(-1));
  });
}
