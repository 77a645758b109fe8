import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { seededRandom } from '../../models/random';
import { decidedClass } from '../decided';
import { evaluateModel } from '../../models/graph';
import { upsampleMasks } from '../upsample';
import { attributionMap } from '../maps';
import { common, defineMethod, wholeFrom1 } from '../method';

/** Masked copies that are classified at once. */
const copiesAtOnce = 16;
const keptShare = 0.5;

/**
 * RISE: the mean of random smooth masks, each weighted with the probability of the decision on the image that it leaves,
 * S = Σ p(x ⊙ M_k) M_k / (K · E[M]). Masks are grids of `cells` × `cells` cells, each kept with probability 0.5, up-sampled
 * bilinearly and shifted by less than a cell. Petsiuk, Das & Saenko, 2018, arXiv 1806.07421, eq. (6).
 * The images of a batch get the same masks.
 */
export const rise = defineMethod({
  id: 'rise',
  title: 'RISE',
  citation:
    'Petsiuk, Das & Saenko, RISE: Randomized Input Sampling for Explanation of Black-box Models, BMVC 2018, arXiv 1806.07421',
  category: 'perturbation',
  oneShot: false,
  needs: {},
  map: attributionMap,
  options: z.object({
    samples: wholeFrom1().default(500).describe('masks'),
    cells: wholeFrom1(1024).default(7).describe('cells a side of the grids'),
    seed: common.seed,
  }),
  explain(context, batch, options) {
    const { samples, cells, seed } = options;
    const [count, size] = batch.shape;
    const decided = decidedClass(context, batch);
    const probability = (images: tf.Tensor4D): tf.Tensor1D =>
      tf.exp(decided.logProbability(evaluateModel(context.classifier, images)));
    const map = tf.tidy(() => {
      let total: tf.Tensor = tf.zeros([count, size * size]);
      const step = Math.max(1, Math.floor(copiesAtOnce / count));
      for (let first = 0; first < samples; first += step) {
        total = tf.tidy(() => {
          const numbers = Array.from({ length: Math.min(step, samples - first) }, (_, k) => first + k);
          const masks = randomMasks(numbers, cells, size, seed);
          const copies = tf.split(masks, masks.shape[0]).map(mask => tf.mul(batch, mask) as tf.Tensor4D);
          const scores = tf.reshape(probability(tf.concat(copies, 0)), [masks.shape[0], count]);
          const flat = tf.reshape(masks, [masks.shape[0], size * size]);
          return tf.add(total, tf.matMul(tf.transpose(scores), flat));
        });
      }
      return tf.reshape(tf.div(total, samples * keptShare), [count, size, size]) as tf.Tensor3D;
    });
    decided.dispose();
    return { map };
  },
});

/** The random part of one mask. */
export interface MaskDraw {
  /** (cells + 1)² cells in reading order, 1 where kept. */
  kept: number[];
  /** Where the image begins in the up-sampled grid, pixels, less than a cell. */
  top: number;
  left: number;
}

/** Draws a mask. It hangs on seed and number alone, not on which others are made with it. @param cell side of a cell, pixels */
export function drawMask(number: number, cells: number, cell: number, seed: number): MaskDraw {
  const random = seededRandom(`rise/${seed}/${number}`);
  const kept = Array.from({ length: (cells + 1) ** 2 }, () => (random() < keptShare ? 1 : 0));
  return { kept, top: Math.floor(random() * cell), left: Math.floor(random() * cell) };
}

/** Masks by their numbers, [numbers.length, size, size, 1]: grids one cell larger than the image, cut out at a random place. */
function randomMasks(numbers: readonly number[], cells: number, size: number, seed: number): tf.Tensor4D {
  const cell = Math.ceil(size / cells);
  const draws = numbers.map(number => drawMask(number, cells, cell, seed));
  const grids = tf.tensor3d(
    draws.flatMap(({ kept }) => kept),
    [numbers.length, cells + 1, cells + 1],
  );
  const whole = tf.split(upsampleMasks(grids, (cells + 1) * cell), numbers.length);
  const cut = draws.map(({ top, left }, k) =>
    tf.slice(whole[k] as tf.Tensor4D, [0, top, left, 0], [1, size, size, 1]),
  );
  return tf.concat(cut, 0);
}
