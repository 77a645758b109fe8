import * as tf from '@tensorflow/tfjs';
import { rocAuc } from '../../metrics/classification/roc-auc';
import type { ModelCard } from '../../models/card';
import { classifierLogits } from '../../models/classifier';
import { requireFinite } from '../../models/finite';
import { fitPlatt, reliabilityTable } from '../../training/calibration';
import { operatingPoint, type OperatingPointRule } from '../../training/operating-point';
import { openSplit } from '../../evaluation/set/open-split';
import { makePhantomSet } from '../../evaluation/set/phantom-set';
import { casePixels, type EvaluationSet } from '../../evaluation/set/set';
import { plainDatasetOptions } from '../../datasets/options';
import { openListing } from '../../datasets/open-listing';
import { Progress, terminal } from '../progress';

export interface Calibration {
  calibration: NonNullable<ModelCard['calibration']>;
  operatingPoint: number;
  /** Of the scores on the split. */
  auc: number;
  images: number;
}

const phantomCount = 200;

/**
 * Fits Platt scaling and the operating point of an imported classifier of two classes on labelled images.
 *
 * @param data data folder (its validation split), or "phantom"
 */
export async function calibrate(
  classifier: tf.LayersModel,
  card: ModelCard,
  data: string,
  cache: string,
  rule: OperatingPointRule,
): Promise<Calibration> {
  const set = await openSet(card, data, cache);
  const labels = set.cases.map(({ label }) => label);
  const logits = set.cases.map((_, index) => logitOf(classifier, card, casePixels(set, index)));
  try {
    const platt = fitPlatt(logits, labels);
    const scores = logits.map(logit => 1 / (1 + Math.exp(-(platt.slope * logit + platt.intercept))));
    return {
      calibration: {
        method: 'platt',
        ...platt,
        fittedOn: set.description,
        reliability: reliabilityTable(scores, labels),
      },
      operatingPoint: operatingPoint(scores, labels, rule),
      auc: rocAuc(scores, labels)!,
      images: labels.length,
    };
  } catch (error) {
    const [negative, positive] = card.classes.map(({ name }) => name);
    throw new Error(
      `Calibration on the ${set.description} failed: ${(error as Error).message} Is "${positive}" the class of a high ` +
        `output, and "${negative}" the other (--classes)? Is --input-range right?`,
    );
  }
}

async function openSet(card: ModelCard, data: string, cache: string): Promise<EvaluationSet> {
  if (data !== 'phantom') {
    return openSplit(await openListing([data], plainDatasetOptions(cache), terminal), 'val', card.input);
  }
  const progress = new Progress('drawing phantoms', phantomCount);
  const set = makePhantomSet(phantomCount, 0, card.input, done => progress.update(done));
  progress.stop();
  return set;
}

function logitOf(classifier: tf.LayersModel, { input }: ModelCard, pixels: Float32Array): number {
  const values = tf.tidy(
    () =>
      classifierLogits(
        classifier,
        tf.tensor4d(pixels, [1, input.size, input.size, 1]),
      ).dataSync() as Float32Array,
  );
  requireFinite(values, 'The answer of the network to an image of the set');
  return values[0];
}
