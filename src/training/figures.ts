import { patientBootstrap } from '../metrics/bootstrap';
import { rocAuc } from '../metrics/classification/roc-auc';
import { fitPlatt } from './calibration';
import type { ValidationRow } from './task';
import type { ValidationFigures } from './trainer';

/** What is known of each validation image, by index. */
export interface ValidationTruth {
  labels: (0 | 1)[];
  views: string[];
  /** Whose image it is: intervals take patients as the unit. */
  patients: string[];
}

/**
 * AUC overall with its 95 % interval, and by view, and the cross-entropy after Platt scaling. The best epoch is the one of highest AUC.
 *
 * @param rows [index, logit]
 */
export function classifierFigures(rows: readonly ValidationRow[], truth: ValidationTruth): ValidationFigures {
  const auc = (keep: (index: number) => boolean): number => {
    const kept = rows.filter(([index]) => keep(index));
    const value = rocAuc(
      kept.map(([, logit]) => logit),
      kept.map(([index]) => truth.labels[index]),
    );
    return value ?? NaN;
  };
  const overall = auc(() => true);
  const interval = patientBootstrap(
    rows.map(([index]) => truth.patients[index]),
    drawn =>
      rocAuc(
        drawn.map(i => rows[i][1]),
        drawn.map(i => truth.labels[rows[i][0]]),
      ),
    { resamples: 200, seed: 0 },
  );
  const figures: ValidationFigures = { score: overall, auc: overall };
  if (interval) Object.assign(figures, { aucLow: interval.low, aucHigh: interval.high });
  for (const view of new Set(truth.views)) {
    figures[`auc${view || 'UnknownView'}`] = auc(index => truth.views[index] === view);
  }
  figures.crossEntropy = calibratedCrossEntropy(rows, truth);
  return figures;
}

function calibratedCrossEntropy(rows: readonly ValidationRow[], { labels }: ValidationTruth): number {
  try {
    const { slope, intercept } = fitPlatt(
      rows.map(([, logit]) => logit),
      rows.map(([index]) => labels[index]),
    );
    const losses = rows.map(([index, logit]) => {
      const z = (slope * logit + intercept) * (labels[index] === 1 ? -1 : 1);
      return Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0);
    });
    return mean(losses);
  } catch {
    return NaN; // an untrained classifier may rank the classes the wrong way round
  }
}

/**
 * Hold and flip rates at a calibrated score of 0.5, PSNR of (x, x_s) and (x, x_a), localisation of the map on images
 * with known truth. The best epoch has the largest sum of hold rate, flip rate, flip rate of positives and IoU at the
 * 90th percentile: decisions and places together. A figure that the validation images do not give (no boxes) is left out.
 *
 * @param rows as GeneratorTask.validate returns them
 */
export function generatorFigures(rows: readonly ValidationRow[], truth: ValidationTruth): ValidationFigures {
  const same = (a: number, b: number): number => (a > 0 === b > 0 ? 1 : 0);
  const positive = rows.filter(([index]) => truth.labels[index] === 1);
  const located = rows.filter(row => !Number.isNaN(row[6]));
  const flip = mean(rows.map(row => 1 - same(row[1], row[3])));
  const flipPositive = mean(positive.map(row => 1 - same(row[1], row[3])));
  const hold = mean(rows.map(row => same(row[1], row[2])));
  const iou90 = mean(located.map(row => row[6]));
  return {
    score: [hold, flip, flipPositive, iou90].reduce((sum, figure) => sum + (figure || 0), 0),
    hold,
    flip,
    flipPositive,
    psnrSimilar: mean(rows.map(row => psnr(row[4]))),
    psnrAdversarial: mean(rows.map(row => psnr(row[5]))),
    iou90,
    pointing: mean(located.map(row => row[7])),
  };
}

/** Peak signal-to-noise ratio in dB for a range of 1; at most 100 dB, so that an unchanged image has a figure. */
function psnr(meanSquaredError: number): number {
  return -10 * Math.log10(Math.max(meanSquaredError, 1e-10));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
