import * as tf from '@tensorflow/tfjs';
import { calledPositive, type FrozenClassifier } from '../frozen-classifier';
import type { SeenPair } from './pair/term';
import { mirroredBack } from './places';

/** Of every image, where evidence for the positive class is and where it comes; which of them are called negative, [N], boolean. */
interface NegativeEvidence {
  /** In x_s, or in x where there is none, by place, [N, h, w], mirrored back. */
  before: tf.Tensor3D;
  /** From there to x_a; the same shape. */
  change: tf.Tensor3D;
  isNegative: tf.Tensor1D;
}

/**
 * What terms on films that are called negative look at.
 *
 * @returns it of a batch, differentiable; left to the surrounding tf.tidy
 * @throws Error where nothing is called negative: the classifier tells several classes apart
 */
export function negativeEvidence(classifier: FrozenClassifier): (seen: SeenPair) => NegativeEvidence {
  if (!classifier.isBinary) throw new Error('Negative films are told of two classes, or of a label, alone.');
  return ({ x, similar, adversarial, original, meant, mirrored }) => {
    const { before, after } = classifier.evidence(similar ?? x, adversarial, meant);
    return {
      before: mirroredBack(before, mirrored),
      change: mirroredBack(tf.sub(after, before), mirrored),
      isNegative: tf.logicalNot(calledPositive(original)),
    };
  };
}
