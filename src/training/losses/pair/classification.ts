import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { amount, option, positive, share } from '../../../io/options';
import { annealed } from '../../schedule';
import { binaryCrossEntropy } from '../binary-cross-entropy';
import { adversarialMargin, similarMargin } from '../carlini-wagner';
import type { TrainedFor } from '../term';
import { definePairTerm, type SeenPair } from './term';

/** L_cls: x_s keeps the classifier's answer, x_a changes it. */
export const classification = definePairTerm({
  id: 'classification',
  logged: { cls: 'classification, eq. (7) or (10)' },
  options: z.object({
    classificationStart: option(positive().default(1), {
      value: '<weight>',
      help: 'weight of eq. (7) at the start',
    }),
    classificationEnd: option(positive().default(0.05), {
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
    adversarialTarget: option(z.enum(['opposite', 'beyond']).default('opposite'), {
      value: '<kind>',
      help: 'target of x_a in eq. (7): 1 − that of x_s, or just beyond the operating point',
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
    adversarialTarget?: { beyond: number };
  } => ({
    classification: { start: options.classificationStart, end: options.classificationEnd },
    classificationTerms: {
      similar: options.similarClassification,
      adversarial: options.adversarialClassification,
    },
    classificationLoss: formOf(options, trainedFor),
    target: options.target,
    ...beyondOf(options, formOf(options, trainedFor)),
  }),
  open(settings, { classifier, steps }) {
    const { classificationLoss, classificationTerms: factors, classification: weights } = settings;
    const isBinaryForm = classificationLoss.form === 'bce';
    if (isBinaryForm && !classifier.isBinary) {
      throw new Error(
        'The binary cross-entropy (eq. 7) takes two classes; more need carlini-wagner (eq. 10).',
      );
    }
    const answers = (images: tf.Tensor4D): tf.Tensor =>
      isBinaryForm ? classifier.logit(images) : classifier.logits(images);
    const term = (each: tf.Tensor, factor: number): tf.Tensor => tf.mul(tf.mean(each), factor);
    /** A mean for x_s and one for x_a, each with its factor; one pass of the classifier over both. */
    const both = ({ similar: kept, adversarial, original }: SeenPair): tf.Tensor => {
      const { hold, flip } = sides(settings, original);
      const similar = factors.similar === 0 ? undefined : kept;
      const answered = answers(similar ? tf.concat([similar, adversarial], 0) : adversarial);
      if (!similar) return term(flip(answered), factors.adversarial);
      const [z_s, z_a] = tf.split(answered, 2);
      return tf.add(term(hold(z_s), factors.similar), term(flip(z_a), factors.adversarial));
    };
    return {
      loss(seen) {
        const cls = both(seen) as tf.Scalar;
        const weight = annealed(seen.step, steps, weights.start, weights.end);
        return { weighted: tf.mul(cls, weight), shown: { cls } };
      },
    };
  },
});

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
  { adversarialTarget, beyondBy: beyond }: { adversarialTarget: 'opposite' | 'beyond'; beyondBy: number },
  { form }: ClassificationLoss,
): { adversarialTarget?: { beyond: number } } {
  if (adversarialTarget === 'opposite') return {};
  if (form !== 'bce')
    throw new Error('--adversarial-target beyond is of bce; carlini-wagner has its --margin.');
  if (beyond >= 0.5) throw new Error(`--beyond-by must be below 0.5, not ${beyond}.`);
  return { adversarialTarget: { beyond } };
}

interface SideSettings {
  classificationLoss: ClassificationLoss;
  /** Of the binary cross-entropy: f(x) itself, or its rounded decision. */
  target: 'score' | 'decision';
  adversarialTarget?: { beyond: number };
}

/**
 * BCE(f(x), f(x_s)) and BCE(1 − f(x), f(x_a)), or the two Carlini–Wagner terms; each image by image. With a target just beyond the
 * operating point the second is BCE(0.5 ± beyond, f(x_a)): an x_a that goes on past it is pulled back.
 *
 * @param original answers to x, [N, K]
 */
function sides(
  { classificationLoss: loss, target, adversarialTarget }: SideSettings,
  original: tf.Tensor2D,
): Record<'hold' | 'flip', (answers: tf.Tensor) => tf.Tensor> {
  if (loss.form === 'bce') {
    const score = tf.sigmoid(tf.gather(original, 1, 1));
    const decision = tf.cast(tf.greater(score, 0.5), 'float32');
    const targets = target === 'decision' ? decision : score;
    const opposite = adversarialTarget
      ? tf.add(0.5, tf.mul(tf.sub(1, tf.mul(decision, 2)), adversarialTarget.beyond))
      : tf.sub(1, targets);
    return {
      hold: logit => binaryCrossEntropy(logit, targets),
      flip: logit => binaryCrossEntropy(logit, opposite),
    };
  }
  const classes = tf.cast(tf.oneHot(tf.argMax(original, 1), original.shape[1]), 'float32') as tf.Tensor2D;
  return {
    hold: logits => similarMargin(logits as tf.Tensor2D, classes, loss.margin),
    flip: logits => adversarialMargin(logits as tf.Tensor2D, classes, loss.margin),
  };
}
