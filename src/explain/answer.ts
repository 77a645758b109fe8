import type * as tf from '@tensorflow/tfjs';
import type { ModelCard } from '../models/card';
import { classifierLogits } from '../models/classifier';
import { decisionsOf } from '../models/classify';
import type { Decision } from '../models/decision';
import type { ExplainContext } from './types';

/** What answers: of independent labels the classifier of all. */
type Answering = Pick<ExplainContext, 'card' | 'classifier' | 'whole'>;

/** The card whose classes the answers are of: of independent labels all. */
export function answeringCard({ card, whole }: Pick<Answering, 'card' | 'whole'>): ModelCard {
  return whole?.card ?? card;
}

/** Logits of images, of which `decide` makes decisions; the caller disposes. */
export function askClassifier({ classifier, whole }: Answering, images: tf.Tensor4D): tf.Tensor2D {
  return classifierLogits(whole?.classifier ?? classifier, images);
}

/** Decisions of the logits of `askClassifier`: of independent labels, those of the explained one with all beside. @throws NotFiniteError */
export function decide(context: Answering, logits: tf.Tensor): Promise<Decision[]> {
  return decisionsOf(answeringCard(context), logits, context.whole?.label);
}
