import type { ModelCard } from '../models/card';
import type { AnswerKind } from './answers';
import { fitPlatt, reliabilityTable, UnrankedError, type PlattScaling } from './calibration';
import type { ValidationTruth } from './figures';
import { operatingPoint, type OperatingPointRule } from './operating-point';
import type { ValidationRow } from './task';

type Calibrated = Pick<ModelCard, 'operatingPoint' | 'calibration'>;

/** A label that no calibration fits: its positives are ranked below its negatives, or there are none of one of the two. */
interface Uncalibrated {
  name: string;
  why: NonNullable<ModelCard['classes'][number]['uncalibrated']>;
}

/**
 * Platt scaling and operating point: of two classes, or of each label by itself; classes of a softmax have none.
 *
 * @param rows [index, logit], or one logit a label
 * @param options.longer how to train longer, for the error where the classifier has learnt nothing
 * @param options.permuted labels were drawn by lot and say nothing of the validation images: nothing is fitted by them
 * @returns what the card says of it, and the labels that no calibration fits, with the reason: a rare one that was not learnt does not
 *   lose the others
 * @throws RangeError where positives are ranked below negatives or a class is missing, of labels for all of them; with what to do then
 */
export function calibratedAnswers(
  rows: readonly ValidationRow[],
  truth: ValidationTruth,
  classes: ModelCard['classes'],
  answers: AnswerKind,
  { rule, permuted, longer }: { rule: OperatingPointRule; permuted: boolean; longer?: string },
): Pick<ModelCard, 'classes'> & Calibrated & { uncalibrated: Uncalibrated[] } {
  if (answers.kind === 'classes') return { classes, uncalibrated: [] };
  const fitted = (k: number, labels: readonly number[]): Calibrated => {
    const logits = rows.map(row => row[1 + k]);
    const own = rows.map(([index]) => labels[index]);
    const platt = permuted ? unchanged : fitOrAdvise(logits, own, longer);
    const scores = scoresOf(logits, platt);
    const reliability = reliabilityTable(scores, own);
    return {
      operatingPoint: operatingPoint(scores, own, rule),
      calibration: { method: 'platt', ...platt, fittedOn: 'val', reliability },
    };
  };
  if (answers.kind === 'two') return { classes, ...fitted(0, truth.labels), uncalibrated: [] };
  const uncalibrated: Uncalibrated[] = [];
  const own = classes.map((label, k) => {
    const { labels } = truth.findings![k];
    try {
      return { ...label, ...fitted(k, labels) };
    } catch (error) {
      const why: Uncalibrated['why'] = error instanceof UnrankedError ? 'ranked-below' : 'one-class';
      uncalibrated.push({ name: label.name, why });
      if (!(error instanceof RangeError) || uncalibrated.length === classes.length) throw error;
      return { ...label, operatingPoint: 0.5, uncalibrated: why };
    }
  });
  return { classes: own, uncalibrated };
}

/** A training that ends here has taken hours: its error says what to do. */
function fitOrAdvise(logits: readonly number[], labels: readonly number[], longer?: string): PlattScaling {
  try {
    return fitPlatt(logits, labels);
  } catch (error) {
    if (!(error instanceof UnrankedError)) throw error;
    throw new UnrankedError(
      `${error.message} It has learnt nothing, or the labels are inverted (1, or the class that about.json names second, is the positive one): ` +
        `look at the AUC of each epoch in log.jsonl of the --work folder; ${longer ?? 'train longer (--epochs, --images-per-epoch)'}, or mend the labels.`,
      { cause: error },
    );
  }
}

const unchanged: PlattScaling = { slope: 1, intercept: 0 };

function scoresOf(logits: readonly number[], { slope, intercept }: PlattScaling): number[] {
  return logits.map(logit => 1 / (1 + Math.exp(-(slope * logit + intercept))));
}
