import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { decidedClass } from '../decided';
import { evaluateModel } from '../../models/graph';
import { attributionMap } from '../maps';
import { defineMethod, wholeFrom1 } from '../method';

/** Occluded copies that are classified at once. */
const copiesAtOnce = 16;
const grey = 0.5;

/**
 * Occlusion: how far the probability of the decision falls when a grey square covers a place. The map is, at each pixel, the
 * mean fall over the squares that cover it; a rise counts as 0. Zeiler & Fergus, 2014, arXiv 1311.2901, section 4.2.
 */
export const occlusion = defineMethod({
  id: 'occlusion',
  title: 'Occlusion',
  citation:
    'Zeiler & Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014, arXiv 1311.2901',
  category: 'perturbation',
  oneShot: false,
  needs: {},
  map: attributionMap,
  options: z.object({
    patch: wholeFrom1().optional().describe('side of the squares, pixels; default: an eighth of the image’s'),
    stride: wholeFrom1().optional().describe('distance of the squares, pixels; default: half of their side'),
  }),
  explain(context, batch, options) {
    const [count, size] = batch.shape;
    const patch = options.patch ?? Math.round(size / 8);
    const stride = options.stride ?? Math.max(1, Math.round(patch / 2));
    if (!(patch >= 1 && patch <= size && stride >= 1 && stride <= patch)) {
      throw new RangeError(
        `Occlusion's squares of ${patch} pixels at a distance of ${stride} do not cover ${size} × ${size} pixels.`,
      );
    }
    const squares = squareMasks(size, patch, stride);
    const decided = decidedClass(context, batch);
    const probability = (images: tf.Tensor4D): tf.Tensor1D =>
      tf.exp(decided.logProbability(evaluateModel(context.classifier, images)));
    const map = tf.tidy(() => {
      const before = probability(batch);
      let fall: tf.Tensor = tf.zeros([count, size, size]);
      let covered: tf.Tensor = tf.zeros([1, size, size]);
      const step = Math.max(1, Math.floor(copiesAtOnce / count));
      for (let first = 0; first < squares.length; first += step) {
        [fall, covered] = tf.tidy(() => {
          const some = squares.slice(first, first + step);
          const masks = tf.tensor4d(concatenate(some), [some.length, size, size, 1]);
          const copies = some.map((_, k) => {
            const mask = tf.slice(masks, [k, 0, 0, 0], [1, size, size, 1]);
            return tf.add(tf.mul(batch, tf.sub(1, mask)), tf.mul(mask, grey)) as tf.Tensor4D;
          });
          const after = tf.reshape(probability(tf.concat(copies, 0)), [some.length, count]);
          const flat = tf.reshape(masks, [some.length, size * size]);
          const weighted = tf.matMul(tf.transpose(tf.sub(before, after)), flat);
          return [
            tf.add(fall, tf.reshape(weighted, [count, size, size])),
            tf.add(covered, tf.reshape(tf.sum(flat, 0), [1, size, size])),
          ];
        });
      }
      return tf.relu(tf.div(fall, covered)) as tf.Tensor3D;
    });
    decided.dispose();
    return { map };
  },
});

/** Masks of squares on a grid that reaches every border, size × size each. */
function squareMasks(size: number, patch: number, stride: number): Float32Array[] {
  const starts: number[] = [];
  for (let start = 0; start < size - patch; start += stride) starts.push(start);
  starts.push(size - patch);
  return starts.flatMap(top =>
    starts.map(left => {
      const mask = new Float32Array(size * size);
      for (let y = top; y < top + patch; y++) mask.fill(1, y * size + left, y * size + left + patch);
      return mask;
    }),
  );
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.length * parts[0].length);
  parts.forEach((part, k) => whole.set(part, k * part.length));
  return whole;
}
