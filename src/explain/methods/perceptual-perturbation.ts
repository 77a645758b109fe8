import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { decidedClass } from '../decided';
import { differentiable } from '../gradients';
import { evaluate, reluActivations } from '../../models/graph';
import { differenceMap, singleMap } from '../maps';
import { defineMethod, wholeFrom1 } from '../method';
import { MethodUnavailableError, type ExplainContext } from '../types';

const learningRate = 0.005;
/** Weights of the distance of the images and of that of the activations. */
const imageWeight = 1;
const activationWeight = 1;

/**
 * Perceptual Perturbation: the nearest image of another class inside the "perceptual ball", near in its activations as
 * well as in its pixels, so that the change has to be one that the whole network sees. x′ minimises
 * −log p(other classes | x′) + mean (x′ − x)² + Σ_l mean (A_l(x′) − A_l(x))² / mean A_l(x)² by Adam, A_l the first ReLU of each
 * block; the map is |x − x′|. Elliott, Law & Russell, 2019, arXiv 1912.09405, with the layers of Charachon et al.,
 * 2020; the weights and the scaling of the activations are this project's reading.
 */
export const perceptualPerturbation = defineMethod({
  id: 'perceptual-perturbation',
  title: 'Perceptual Perturbation',
  citation:
    'Elliott, Law & Russell, Explaining Classifiers using Adversarial Perturbations on the Perceptual Ball, 2019, arXiv 1912.09405',
  category: 'perturbation',
  oneShot: false,
  needs: { gradients: true },
  map: singleMap,
  options: z.object({ iterations: wholeFrom1().default(100).describe('steps of the optimiser') }),
  explain(context, batch, options) {
    const { iterations } = options;
    const { classifier } = context;
    const layers = activationsOf(context);
    /** One pass gives both. */
    const look = (images: tf.Tensor4D): { activations: tf.Tensor[]; logits: tf.Tensor2D } => {
      const known = new Map<number, tf.Tensor>([[classifier.inputs[0].id, images]]);
      const activations = layers.map(layer => evaluate(layer, known));
      return { activations, logits: evaluate(classifier.outputs[0], known) as tf.Tensor2D };
    };
    const decided = decidedClass(context, batch);
    const originals = tf.tidy(() => look(batch).activations);
    const scales = tf.tidy(() => originals.map(values => tf.add(meanOfImages(tf.square(values)), 1e-6)));
    const changed = tf.variable(batch);
    const optimiser = tf.train.adam(learningRate);
    const loss = (): tf.Scalar =>
      tf.tidy(() => {
        const { activations, logits } = look(changed as tf.Variable<tf.Rank.R4>);
        const distances = activations.map((values, l) =>
          tf.div(meanOfImages(tf.squaredDifference(values, originals[l])), scales[l]),
        );
        const pixels = tf.mul(meanOfImages(tf.squaredDifference(changed, batch)), imageWeight);
        const perceptual = tf.mul(tf.addN(distances), activationWeight);
        return tf.sum(tf.addN([pixels, perceptual, tf.neg(decided.logOthers(logits))])) as tf.Scalar;
      });
    try {
      for (let k = 0; k < iterations; k++) {
        differentiable(context, () => optimiser.minimize(loss, false, [changed]));
        tf.tidy(() => changed.assign(tf.clipByValue(changed, 0, 1)));
      }
      const adversarial = tf.clone(changed) as tf.Tensor4D;
      return { map: differenceMap(batch, adversarial), adversarial };
    } finally {
      tf.dispose([changed, originals, scales]);
      decided.dispose();
      optimiser.dispose();
    }
  },
});

/** @throws MethodUnavailableError where there are none, with the reason */
function activationsOf({ card, classifier }: ExplainContext): tf.SymbolicTensor[] {
  const layers = reluActivations(classifier);
  if (layers.length > 0) return layers;
  const reason =
    card.classifier.imported?.format === 'graph'
      ? 'is a TensorFlow graph, whose inner activations cannot be reached; a Layers model of it would do'
      : 'has no ReLU over places';
  throw new MethodUnavailableError(
    `Perceptual Perturbation compares activations, but the classifier of "${card.id}" ${reason}. ` +
      'Take a method that needs none, such as BBMP.',
  );
}

/** Mean over all but the first axis, [N]. */
function meanOfImages(values: tf.Tensor): tf.Tensor1D {
  return tf.mean(tf.reshape(values, [values.shape[0], -1]), 1);
}
