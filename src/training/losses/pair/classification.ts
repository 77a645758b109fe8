import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { amount, option, share, text } from '../../../io/options';
import { annealed } from '../../schedule';
import { binaryCrossEntropy } from '../binary-cross-entropy';
import { adversarialMargin, similarMargin } from '../carlini-wagner';
import { twoClasses } from '../../frozen-classifier';
import type { TrainedFor } from '../term';
import { definePairTerm, type SeenPair } from './term';

/** What x_a is drawn to: `opposite` 1 − f(x), `beyond` the operating point by so much, `past` the farther of the two. */
const adversarialTargets = ['opposite', 'beyond', 'past'] as const;

/** How far beyond the operating point x_a is drawn, of the score whose operating point is 0.5: exactly, or at least. */
type TargetBeyond = { beyond: number } | { atLeast: number };

/** L_cls: x_s keeps the classifier's answer, x_a changes it. */
export const classification = definePairTerm({
  id: 'classification',
  logged: {
    cls: 'classification, eq. (7) or (10)',
    others: 'cross-entropy of the labels that are not explained, which x_s and x_a are to keep',
  },
  options: z.object({
    classificationStart: option(amount().default(1), {
      value: '<weight>',
      help: 'weight of eq. (7) at the start; 0 here and at the end: without the classifier, to learn the reconstruction alone',
    }),
    classificationEnd: option(amount().default(0.05), {
      value: '<weight>',
      help: 'and at the end, geometrically in between',
    }),
    similarClassification: option(amount().default(1), {
      value: '<factor>',
      help: 'factor of the term of x_s in eq. (7)',
    }),
    adversarialClassification: option(amount().default(1), {
      value: '<factor>',
      help: 'factor of the term of x_a in eq. (7)',
    }),
    classificationLoss: option(z.enum(['bce', 'carlini-wagner']).optional(), {
      value: '<form>',
      help: 'eq. (7), two classes only, or eq. (10) (default: bce for two classes, else carlini-wagner)',
    }),
    margin: option(amount().default(1), { value: '<logits>', help: 'κ of eq. (10)' }),
    target: option(z.enum(['score', 'decision']).default('score'), {
      value: '<kind>',
      help: 'target of eq. (7)',
    }),
    adversarialTarget: option(z.enum(adversarialTargets).default('opposite'), {
      value: '<kind>',
      help: 'target of x_a in eq. (7): 1 − that of x_s; just beyond the operating point; or 1 − that of x_s, but at least that far beyond',
    }),
    targetClass: option(text().default('other'), {
      value: '<name>',
      help: 'class that x_a shall be called in eq. (10): any "other", the "second" likeliest of the image, or one by its name',
    }),
    otherLabels: option(amount().default(1), {
      value: '<factor>',
      help: 'of independent labels: factor of the term by which x_s and x_a keep all labels but the explained one',
    }),
    beyondBy: option(share().default(0.2), {
      value: '<score>',
      help: 'how far beyond, of the score whose operating point is 0.5',
    }),
  }),
  settings: (
    options,
    trainedFor,
  ): {
    classification: { start: number; end: number };
    classificationTerms: { similar: number; adversarial: number };
    classificationLoss: ClassificationLoss;
    target: 'score' | 'decision';
    adversarialTarget?: TargetBeyond;
    targetClass?: TargetClass;
    otherLabels?: number;
  } => ({
    classification: { start: options.classificationStart, end: options.classificationEnd },
    classificationTerms: {
      similar: options.similarClassification,
      adversarial: options.adversarialClassification,
    },
    classificationLoss: formOf(options, trainedFor),
    target: options.target,
    ...beyondOf(options, formOf(options, trainedFor)),
    ...targetOf(options.targetClass, formOf(options, trainedFor), trainedFor),
    ...(trainedFor.hasLabels && { otherLabels: options.otherLabels }),
  }),
  open(settings, { classifier, steps }) {
    const {
      classificationLoss,
      classificationTerms: factors,
      classification: weights,
      otherLabels,
    } = settings;
    if (weights.start === 0 && weights.end === 0) return undefined;
    if (weights.start === 0 || weights.end === 0) {
      throw new RangeError(
        'A weight of eq. (7) that is 0 cannot be annealed geometrically: give 0 at the start and at the end.',
      );
    }
    const isBinaryForm = classificationLoss.form === 'bce';
    if (isBinaryForm && !classifier.isBinary) {
      throw new Error(
        'The binary cross-entropy (eq. 7) takes two classes; more need carlini-wagner (eq. 10).',
      );
    }
    const answers = (images: tf.Tensor4D): tf.Tensor =>
      classifier.hasLabels
        ? classifier.labelLogits(images)
        : isBinaryForm
          ? classifier.logit(images)
          : classifier.logits(images);
    /** Of what `answers` gave, what the two sides look at. */
    const looked = (answered: tf.Tensor, meant: tf.Tensor2D | undefined): tf.Tensor => {
      if (!meant) return answered;
      const logit = classifier.ofMeant(answered as tf.Tensor2D, meant);
      return isBinaryForm ? logit : twoClasses(logit);
    };
    const term = (each: tf.Tensor, factor: number): tf.Tensor => tf.mul(tf.mean(each), factor);
    /** A mean for x_s and one for x_a, each with its factor; one pass of the classifier over both. */
    const both = ({ similar: kept, adversarial, original, originalLabels, meant }: SeenPair): Terms => {
      const { hold, flip } = sides(settings, original);
      const similar = factors.similar === 0 ? undefined : kept;
      const answered = answers(similar ? tf.concat([similar, adversarial], 0) : adversarial);
      const [z_s, z_a] = similar ? tf.split(answered, 2) : [undefined, answered];
      const flipped = term(flip(looked(z_a, meant)), factors.adversarial);
      const cls = z_s ? tf.add(term(hold(looked(z_s, meant)), factors.similar), flipped) : flipped;
      if (!originalLabels || !meant || !otherLabels || meant.shape[1] === 1) return { cls: cls as tf.Scalar };
      const scores = tf.sigmoid(originalLabels);
      const twice = (values: tf.Tensor2D): tf.Tensor2D => (similar ? tf.concat([values, values], 0) : values);
      const each = binaryCrossEntropy(answered, twice(scores));
      const others = tf.mean(classifier.meanOfOthers(each, twice(meant)));
      return { cls: cls as tf.Scalar, others: others as tf.Scalar };
    };
    return {
      loss(seen) {
        const { cls, others } = both(seen);
        const weight = annealed(seen.step, steps, weights.start, weights.end);
        const sum = others ? tf.add(cls, tf.mul(others, otherLabels!)) : cls;
        return { weighted: tf.mul(sum, weight) as tf.Scalar, shown: { cls, ...(others && { others }) } };
      },
    };
  },
});

interface Terms {
  cls: tf.Scalar;
  /** Of the labels that are not explained. */
  others?: tf.Scalar;
}

/** Which class x_a shall be called in eq. (10): any other, the second likeliest of its image, or a certain one. */
type TargetClass = 'second' | { index: number };

/** @throws Error where there is no such class, or no choice of one */
function targetOf(
  targetClass: string,
  { form }: ClassificationLoss,
  { model, classNames = [], hasLabels }: TrainedFor,
): { targetClass?: TargetClass } {
  if (targetClass === 'other') return {};
  if (form !== 'carlini-wagner' || hasLabels)
    throw new Error('--target-class is of carlini-wagner and of classes that exclude each other.');
  if (targetClass === 'second') return { targetClass };
  const index = classNames.indexOf(targetClass);
  if (index >= 0) return { targetClass: { index } };
  throw new Error(
    `--target-class: "${model}" has no class "${targetClass}"; it has ${classNames.join(', ')}.`,
  );
}

/** Form of the loss: eq. (7), two classes only, or eq. (10) with its margin κ in logits. */
type ClassificationLoss = { form: 'bce' } | { form: 'carlini-wagner'; margin: number };

function formOf(
  { classificationLoss: form, margin }: { classificationLoss?: ClassificationLoss['form']; margin: number },
  { model, classes }: TrainedFor,
): ClassificationLoss {
  if (form === 'bce' && classes > 2) {
    throw new Error(
      `--classification-loss bce takes two classes; "${model}" has ${classes}: take carlini-wagner.`,
    );
  }
  const chosen = form ?? (classes > 2 ? 'carlini-wagner' : 'bce');
  return chosen === 'bce' ? { form: chosen } : { form: chosen, margin };
}

/** @throws Error where the loss has a margin of its own */
function beyondOf(
  {
    adversarialTarget,
    beyondBy,
  }: { adversarialTarget: (typeof adversarialTargets)[number]; beyondBy: number },
  { form }: ClassificationLoss,
): { adversarialTarget?: TargetBeyond } {
  if (adversarialTarget === 'opposite') return {};
  if (form !== 'bce')
    throw new Error(`--adversarial-target ${adversarialTarget} is of bce; carlini-wagner has its --margin.`);
  if (beyondBy >= 0.5) throw new Error(`--beyond-by must be below 0.5, not ${beyondBy}.`);
  return { adversarialTarget: adversarialTarget === 'beyond' ? { beyond: beyondBy } : { atLeast: beyondBy } };
}

interface SideSettings {
  classificationLoss: ClassificationLoss;
  /** Of the binary cross-entropy: f(x) itself, or its rounded decision. */
  target: 'score' | 'decision';
  adversarialTarget?: TargetBeyond;
  targetClass?: TargetClass;
}

/**
 * BCE(f(x), f(x_s)) and BCE(1 − f(x), f(x_a)), or the two Carlini–Wagner terms; each image by image. With a target just beyond the
 * operating point the second is BCE(0.5 ± beyond, f(x_a)): an x_a that goes on past it is pulled back. With one at least so far
 * beyond, only what 1 − f(x) would leave at the operating point is drawn on: a film with a score of .52 would have the target .48.
 *
 * @param original answers to x, [N, K]
 */
function sides(
  { classificationLoss: loss, target, adversarialTarget, targetClass }: SideSettings,
  original: tf.Tensor2D,
): Record<'hold' | 'flip', (answers: tf.Tensor) => tf.Tensor> {
  if (loss.form === 'bce') {
    const score = tf.sigmoid(tf.gather(original, 1, 1));
    const decision = tf.cast(tf.greater(score, 0.5), 'float32');
    const targets = target === 'decision' ? decision : score;
    const opposite = adversarialTarget ? beyondThe(decision, targets, adversarialTarget) : tf.sub(1, targets);
    return {
      hold: logit => binaryCrossEntropy(logit, targets),
      flip: logit => binaryCrossEntropy(logit, opposite),
    };
  }
  const classes = tf.cast(tf.oneHot(tf.argMax(original, 1), original.shape[1]), 'float32') as tf.Tensor2D;
  return {
    hold: logits => similarMargin(logits as tf.Tensor2D, classes, loss.margin),
    flip: logits =>
      targetClass === undefined
        ? adversarialMargin(logits as tf.Tensor2D, classes, loss.margin)
        : towards(logits as tf.Tensor2D, original, classes, targetClass, loss.margin),
  };
}

/** @param decision 1 where x is called positive, else 0 */
function beyondThe(decision: tf.Tensor, targets: tf.Tensor, target: TargetBeyond): tf.Tensor {
  const direction = tf.sub(1, tf.mul(decision, 2));
  if ('beyond' in target) return tf.add(0.5, tf.mul(direction, target.beyond));
  const distance = tf.maximum(tf.abs(tf.sub(targets, 0.5)), target.atLeast);
  return tf.add(0.5, tf.mul(direction, distance));
}

/**
 * Eq. (10) towards one class: x_a shall be called it. An image that is called it already has no way there; of it any other class
 * is asked.
 *
 * @param original answers to x, @param classes 1 at the class decided for it; [N, K]
 */
function towards(
  logits: tf.Tensor2D,
  original: tf.Tensor2D,
  classes: tf.Tensor2D,
  target: TargetClass,
  margin: number,
): tf.Tensor1D {
  const [count, K] = original.shape;
  const index =
    target === 'second'
      ? tf.argMax(tf.sub(original, tf.mul(classes, 1e9)), 1)
      : tf.fill([count], target.index, 'int32');
  const wanted = tf.cast(tf.oneHot(index as tf.Tensor1D, K), 'float32') as tf.Tensor2D;
  const isThere = tf.sum(tf.mul(wanted, classes), 1);
  const reached = similarMargin(logits, wanted, margin);
  const left = adversarialMargin(logits, classes, margin);
  return tf.add(tf.mul(left, isThere), tf.mul(reached, tf.sub(1, isThere))) as tf.Tensor1D;
}
