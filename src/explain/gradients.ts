import * as tf from '@tensorflow/tfjs';
import { calibratedLogits, scoreLogits } from '../models/classify';
import { evaluateModel } from '../models/graph';
import { MethodUnavailableError, type ExplainContext, type Target } from './types';

/**
 * The scalar per image that gradient methods derive: the logit of the positive class, or the calibrated score. Of more
 * than two classes: the logit, or the probability, of the class in question.
 *
 * @param logits [N, 1], or [N, K] of K > 2 classes
 * @param classes [N, K], 1 at the class in question; default: the class that each row decides for
 * @returns [N]
 */
export function targetValue(
  context: ExplainContext,
  logits: tf.Tensor2D,
  target: Target = 'logit',
  classes?: tf.Tensor2D,
): tf.Tensor1D {
  if (logits.shape[1] === 1) {
    return target === 'score' ? scoreLogits(context.card, logits) : logits.squeeze<tf.Tensor1D>([1]);
  }
  const values = target === 'score' ? tf.softmax(logits) : logits;
  return tf.sum(tf.mul(values, classes ?? decidedClasses(logits)), 1) as tf.Tensor1D;
}

/** The decided class of each row, [N, K] of 0 and 1. Not differentiable. */
export function decidedClasses(logits: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => tf.cast(tf.oneHot(tf.argMax(logits, 1), logits.shape[1]), 'float32') as tf.Tensor2D);
}

/**
 * The logits by which the images of a batch are decided: their own or, of transformed copies of a film, the film's. Copies of a film
 * near the operating point lie on both sides of it, and what explains one decision would be averaged with what explains the other.
 *
 * @param batch [N, S, S, C]: films, or copies of all of them in turn: image r is of film r mod their number
 * @param own makes the images' own logits, where they are at hand already
 * @returns [N, K]
 */
export function decidingLogits(
  { classifier, filmLogits }: ExplainContext,
  batch: tf.Tensor4D,
  own = (): tf.Tensor2D => evaluateModel(classifier, batch),
): tf.Tensor2D {
  if (!filmLogits) return own();
  return tf.tidy(() => {
    const ofFilms = filmLogits();
    return tf.tile(ofFilms, [batch.shape[0] / ofFilms.shape[0], 1]);
  });
}

/** Which images are called positive, of two classes, by the logits that decide. @returns [N] boolean */
export function calledPositive({ card }: Pick<ExplainContext, 'card'>, logits: tf.Tensor2D): tf.Tensor1D {
  const corner = card.operatingPoint ?? 0.5;
  return tf.greater(calibratedLogits(card, logits), Math.log(corner / (1 - corner)));
}

/** How a two-class decision turns a map's sign: +1 where the image is called positive, −1 elsewhere. @returns [N] */
export function decisionSign(context: Pick<ExplainContext, 'card'>, logits: tf.Tensor2D): tf.Tensor1D {
  return tf.sub(tf.mul(tf.cast(calledPositive(context, logits), 'float32'), 2), 1);
}

/**
 * Derivative of the target by the input, ∂F/∂x, for every image of a batch (images do not interact at inference, so the
 * derivative of the sum is that of each).
 *
 * @param batch [N, S, S, C]
 * @param of images whose decided classes are derived, of which there are more than two; default: those of `batch`
 * @returns [N, S, S, C], signed; the caller disposes
 * @throws MethodUnavailableError when the backend cannot differentiate the classifier
 */
export function inputGradient(
  context: ExplainContext,
  batch: tf.Tensor4D,
  target?: Target,
  of: tf.Tensor4D = batch,
): tf.Tensor4D {
  const derive = (): tf.Tensor4D =>
    tf.tidy(() => {
      const classes = classesInQuestion(context, of);
      const total = (x: tf.Tensor): tf.Scalar =>
        tf.sum(targetValue(context, evaluateModel(context.classifier, x as tf.Tensor4D), target, classes));
      return differentiable(context, () => tf.grad(total)(batch) as tf.Tensor4D);
    });
  if (!context.shared || of !== batch) return derive();
  return context.shared.of(batch, `gradient of the ${target ?? 'logit'}`, () => [derive()])[0] as tf.Tensor4D;
}

/** Decided classes of images, where there are more than two (else every image's target is the positive class). */
export function classesInQuestion(context: ExplainContext, images: tf.Tensor4D): tf.Tensor2D | undefined {
  if (context.classifier.outputs[0].shape[1] === 1) return undefined;
  return decidedClasses(decidingLogits(context, images));
}

/**
 * F of the logits of a batch, or of copies of it one after the other: each copy for the class that its image is decided for.
 * Made inside a tf.tidy, used there.
 */
export function targetOf(
  context: ExplainContext,
  batch: tf.Tensor4D,
  target?: Target,
): (logits: tf.Tensor2D) => tf.Tensor1D {
  const classes = classesInQuestion(context, batch);
  return logits => {
    const copies = logits.shape[0] / batch.shape[0];
    return targetValue(context, logits, target, classes && tf.tile(classes, [copies, 1]));
  };
}

/** Runs what needs a gradient of the classifier, and says why where there is none. */
export function differentiable<T>({ card }: Pick<ExplainContext, 'card'>, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const { message } = error as Error;
    if (
      !/Kernel '\w+' not registered|[Cc]annot compute gradient|gradient of|[Gg]radient function/.test(message)
    )
      throw error;
    throw new MethodUnavailableError(
      `The classifier of "${card.id}" cannot be differentiated on the ${tf.getBackend()} backend (${message.split('\n')[0]}). ` +
        'Take a method that needs no gradient, or another backend.',
    );
  }
}
