import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { gaussianBlur } from '../../models/blur';
import { decidedClass } from '../decided';
import { differentiable } from '../gradients';
import { evaluateModel } from '../../models/graph';
import { upsampleMasks } from '../upsample';
import { attributionMap } from '../maps';
import { defineMethod, wholeFrom1 } from '../method';

/** Weights of Fong & Vedaldi's eq. (4), here of means per mask cell. */
const areaWeight = 0.01;
const variationWeight = 0.2;
const learningRate = 0.1;
/** Standard deviation of the blur, a fraction of the side: 10 px at 224, as in that paper. */
const blurFraction = 10 / 224;

/**
 * BBMP, meaningful perturbation: the smallest smooth region whose blurring takes the decision away. A mask m of
 * `cells` × `cells`, up-sampled, minimises area · mean|1 − m| + variation · mean|∇m|³ + p(m·x + (1 − m)·blur(x)) by Adam; the
 * map is 1 − m. Fong & Vedaldi, 2017, arXiv 1704.03296, eq. (4); mask of 56 × 56 as in Charachon et al., 2020.
 */
export const bbmp = defineMethod({
  id: 'bbmp',
  title: 'BBMP',
  citation:
    'Fong & Vedaldi, Interpretable Explanations of Black Boxes by Meaningful Perturbation, ICCV 2017, arXiv 1704.03296',
  category: 'perturbation',
  oneShot: false,
  needs: { gradients: true },
  map: attributionMap,
  options: z.object({
    iterations: wholeFrom1().default(150).describe('steps of the optimiser'),
    cells: wholeFrom1(1024).default(56).describe('cells a side of the mask'),
  }),
  explain(context, batch, options) {
    const { iterations, cells } = options;
    const [count, size] = batch.shape;
    const decided = decidedClass(context, batch);
    const blurred = gaussianBlur(batch, blurFraction * size);
    const mask = tf.tidy(() => tf.variable(tf.ones([count, cells, cells]) as tf.Tensor3D));
    const optimiser = tf.train.adam(learningRate);
    const loss = (): tf.Scalar =>
      tf.tidy(() => {
        const fine = upsampleMasks(mask, size);
        const perturbed = tf.add(blurred, tf.mul(fine, tf.sub(batch, blurred))) as tf.Tensor4D;
        // The mask is kept in [0, 1], so |1 − m| is 1 − m: tf.abs has the slope −1 at 0, which would drive the cells that
        // do not matter away from 1.
        const area = tf.mul(tf.mean(tf.sub(1, mask), [1, 2]), areaWeight);
        const variation = tf.mul(roughness(mask), variationWeight);
        // The images do not interact: the sum is least where each is.
        return tf.sum(
          tf.addN([
            area,
            variation,
            tf.exp(decided.logProbability(evaluateModel(context.classifier, perturbed))),
          ]),
        ) as tf.Scalar;
      });
    try {
      for (let k = 0; k < iterations; k++) {
        differentiable(context, () => optimiser.minimize(loss, false, [mask]));
        tf.tidy(() => mask.assign(tf.clipByValue(mask, 0, 1)));
      }
      // Rounding may leave 1 − m a little below 0.
      const map = tf.tidy(() => tf.relu(tf.sub(1, upsampleMasks(mask, size))).squeeze<tf.Tensor3D>([3]));
      return { map };
    } finally {
      tf.dispose([mask, blurred]);
      decided.dispose();
      optimiser.dispose();
    }
  },
});

/** Mean of |differences of neighbours|^power of each mask, [N]. */
function roughness(mask: tf.Tensor3D): tf.Tensor1D {
  const [count, height, width] = mask.shape;
  const steps = (axis: 1 | 2): tf.Tensor => {
    const shape: [number, number, number] =
      axis === 1 ? [count, height - 1, width] : [count, height, width - 1];
    const begin: [number, number, number] = axis === 1 ? [0, 1, 0] : [0, 0, 1];
    const change = tf.abs(tf.sub(tf.slice(mask, begin, shape), tf.slice(mask, [0, 0, 0], shape)));
    return tf.mean(cube(change), [1, 2]);
  };
  return tf.add(steps(1), steps(2));
}

function cube(values: tf.Tensor): tf.Tensor {
  return tf.mul(tf.square(values), values);
}
