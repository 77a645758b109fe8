import * as tf from '@tensorflow/tfjs';
import { cutAtFeatures } from './features';
import { targetOf } from './gradients';
import { meanDerivative } from './segment';
import type { ExplainContext, Target } from './types';

/** What the classifier has of the two images of a pair, in the features that the evidence is read in. */
export interface PairFeatures {
  /** A(x_s) and A(x_a), [N, h, w, K]. */
  ofSimilar: tf.Tensor4D;
  ofAdversarial: tf.Tensor4D;
  /** ∂F/∂A averaged over the images between x_a and x_s, [N, h, w, K]. */
  meanDerivative: tf.Tensor4D;
  /** F(x_s) and F(x_a), [N]. */
  similarValue: tf.Tensor1D;
  adversarialValue: tf.Tensor1D;
}

/**
 * Reads the features of the card's `classifier.evidenceLayer`, or its last convolution features; left to the surrounding tf.tidy.
 *
 * @param batch [N, S, S, C], the film itself, whose decision settles the class of F
 * @throws MethodUnavailableError when no features with spatial extent can be reached, or the backend cannot derive F
 */
export function pairFeatures(
  context: ExplainContext,
  batch: tf.Tensor4D,
  { similar, adversarial }: { similar: tf.Tensor4D; adversarial: tf.Tensor4D },
  { target, points }: { target: Target; points: number },
): PairFeatures {
  const cut = cutAtFeatures(context, context.card.classifier.evidenceLayer);
  const value = targetOf(context, batch, target);
  const both = cut.features(tf.concat([similar, adversarial]));
  const [ofSimilar, ofAdversarial] = tf.split<tf.Tensor4D>(both, 2);
  const mean = meanDerivative(context, adversarial, similar, points, {
    read: cut.features,
    value: features => value(cut.logits(features)),
  });
  const [similarValue, adversarialValue] = tf.split<tf.Tensor1D>(value(cut.logits(both)), 2);
  return { ofSimilar, ofAdversarial, meanDerivative: mean, similarValue, adversarialValue };
}
