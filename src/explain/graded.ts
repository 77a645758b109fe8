import * as tf from '@tensorflow/tfjs';
import { answerChanges, gradedFractions, gradedSteps, type GradedCounterfactual } from '../models/graded';
import { askClassifier, decide } from './answer';
import { inputTensor } from './film-session';
import type { ExplainContext } from './types';

/** The two ends of a way, size × size in [0, 1]. */
export interface GradedEnds {
  /** The prepared film, where no x_s is made. */
  input: Float32Array;
  similar?: Float32Array;
  adversarial?: Float32Array;
}

/**
 * Asks the classifier along x_s + t · (x_a − x_s), t from 0 to 1 in equal steps, in one batch; only the answers leave the
 * device. After Singla et al., 2021, arXiv 2101.04230, whose generator takes the steps itself; here the two images are blended.
 *
 * @param count images, at least 2
 * @throws RangeError where there is no x_a
 * @throws NotFiniteError when an answer is not finite
 */
export async function gradeCounterfactual(
  context: ExplainContext,
  { input, similar, adversarial }: GradedEnds,
  count = gradedSteps,
): Promise<GradedCounterfactual> {
  if (!adversarial) throw new RangeError('This method makes no x_a, so there is no way to it.');
  const fractions = gradedFractions(count);
  const logits = tf.tidy(() => {
    const from = inputTensor(context, similar ?? input);
    const to = inputTensor(context, adversarial);
    const shares = tf.tensor4d(fractions, [count, 1, 1, 1]);
    const images = tf.add<tf.Tensor4D>(from, tf.mul(shares, tf.sub(to, from)));
    return askClassifier(context, images);
  });
  try {
    const decisions = await decide(context, logits);
    const steps = decisions.map((decision, k) => ({ fraction: fractions[k], decision }));
    return { from: similar ? 'similar' : 'film', steps, changes: answerChanges(steps) };
  } finally {
    logits.dispose();
  }
}
