import { patientBootstrap } from '../metrics/bootstrap';
import { rocAuc } from '../metrics/classification/roc-auc';
import { fitPlatt } from './calibration';
import type { ValidationRow } from './task';
import type { ValidationFigures } from './trainer';

/** What is known of each validation image, by index. */
export interface ValidationTruth {
  /** Of two classes 0 or 1; of more that exclude each other, the index. */
  labels: number[];
  /** Of findings that do not exclude each other: the labels of each, by name. */
  findings?: { name: string; labels: (0 | 1)[] }[];
  /** Of a generator of several labels: the name of the one that is meant of each image, of which `labels` then tells. */
  meant?: readonly string[];
  views: string[];
  /** Whose image it is: intervals take patients as the unit. */
  patients: string[];
}

/**
 * AUC overall with its 95 % interval, and by view, and the cross-entropy after Platt scaling. The best epoch is the one of highest
 * AUC; of several findings, of the highest mean of theirs; of several classes, of the highest accuracy.
 *
 * @param rows [index, logit], or one logit a finding or class
 * @throws Error where a logit is not finite, or no score comes of them: no epoch could be chosen by it
 */
export function classifierFigures(rows: readonly ValidationRow[], truth: ValidationTruth): ValidationFigures {
  if (!rows.flat().every(Number.isFinite))
    throw new Error(
      'The classifier gives validation images answers that are not finite: train it more slowly.',
    );
  const figures = figuresOf(rows, truth);
  if (Number.isNaN(figures.score))
    throw new Error(
      'The validation images all have, or all lack, what is to be told: no epoch can be chosen by them.',
    );
  return figures;
}

function figuresOf(rows: readonly ValidationRow[], truth: ValidationTruth): ValidationFigures {
  if (truth.findings) return findingFigures(rows, truth.findings);
  if (rows[0].length > 2) return classFigures(rows, truth.labels);
  const auc = (keep: (index: number) => boolean): number => {
    const kept = rows.filter(([index]) => keep(index));
    return aucOf(kept, truth.labels) ?? NaN;
  };
  const overall = auc(() => true);
  const interval = patientBootstrap(
    rows.map(([index]) => truth.patients[index]),
    drawn =>
      aucOf(
        drawn.map(i => rows[i]),
        truth.labels,
      ),
    { resamples: 200, seed: 0 },
  );
  const figures: ValidationFigures = { score: overall, auc: overall };
  if (interval) Object.assign(figures, { aucLow: interval.low, aucHigh: interval.high });
  for (const view of new Set(truth.views)) {
    figures[`auc${view || 'UnknownView'}`] = auc(index => truth.views[index] === view);
  }
  figures.crossEntropy = calibratedCrossEntropy(rows, truth.labels);
  return figures;
}

/** @param labels by index */
function aucOf(rows: readonly ValidationRow[], labels: readonly number[]): number | undefined {
  return rocAuc(
    rows.map(([, logit]) => logit),
    rows.map(([index]) => labels[index]),
  );
}

/** AUC and cross-entropy of each finding by its name, and their means. */
function findingFigures(
  rows: readonly ValidationRow[],
  findings: NonNullable<ValidationTruth['findings']>,
): ValidationFigures {
  const each = findings.map(({ name, labels }, k) => {
    const own = rows.map(row => [row[0], row[1 + k]]);
    return { name, auc: aucOf(own, labels) ?? NaN, crossEntropy: calibratedCrossEntropy(own, labels) };
  });
  const auc = mean(each.map(figures => figures.auc));
  return {
    score: auc,
    auc,
    ...Object.fromEntries(each.map(figures => [`auc ${figures.name}`, figures.auc])),
    crossEntropy: mean(each.map(figures => figures.crossEntropy)),
    ...Object.fromEntries(each.map(figures => [`crossEntropy ${figures.name}`, figures.crossEntropy])),
  };
}

/** Share of images whose likeliest class is theirs, and cross-entropy of the softmax. */
function classFigures(rows: readonly ValidationRow[], labels: readonly number[]): ValidationFigures {
  const accuracy = mean(
    rows.map(([index, ...logits]) => (logits.indexOf(Math.max(...logits)) === labels[index] ? 1 : 0)),
  );
  const crossEntropy = mean(
    rows.map(([index, ...logits]) => {
      const largest = Math.max(...logits);
      const sum = logits.reduce((total, z) => total + Math.exp(z - largest), 0);
      return Math.log(sum) + largest - logits[labels[index]];
    }),
  );
  return { score: accuracy, accuracy, crossEntropy };
}

function calibratedCrossEntropy(rows: readonly ValidationRow[], labels: readonly number[]): number {
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
  } catch (error) {
    // An untrained classifier may rank the classes the wrong way round, and a rare finding have no positive.
    if (!(error instanceof RangeError)) throw error;
    return NaN;
  }
}

/** Why figures of a validation are no numbers, in words after which the terminal may stop; nothing where all are. */
export function whyMissing(figures: ValidationFigures): string[] {
  const missing = Object.keys(figures).filter(name => Number.isNaN(figures[name]));
  const some = (part: string): boolean => missing.some(name => name.startsWith(part));
  return [
    ...(some('crossEntropy')
      ? ['crossEntropy –: positives are not ranked above negatives yet, so no calibration fits']
      : []),
    ...(some('auc') ? ['auc –: no images of both classes'] : []),
  ];
}

/**
 * Images of a generator that are farther from the film, over all validation images, are not of this film: a root mean square error of an
 * eighth of the grey range. The mean of all films, the nearest of all images that do not depend on the film, is at about 14 dB from chest films.
 */
export const leastDecibels = 18;

/**
 * Hold and flip rates at a calibrated score of 0.5, PSNR of (x, x_s) and (x, x_a), localisation of the map on images
 * with known truth. The best epoch has the largest sum of hold rate, flip rate, flip rate of positives and IoU at the
 * 90th percentile: decisions and places together; of independent labels also the share of other decisions that x_a keeps; of
 * several that it is trained for each of its own. A figure that the validation images do not give (no boxes) is left out.
 *
 * Where x_s or x_a is not near x (`leastDecibels`), the score is how many dB are missing, below 0: one and the same image for all
 * films holds or flips every decision, so the sum alone would reward it, and an epoch of near images is better whatever it flips.
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
  const othersKept = rows[0].length > 8 ? mean(rows.map(row => row[8])) : 0;
  // Of the mean error: a mean of dB is lifted by each image that is left as it is.
  const nearness = Math.min(...[4, 5].map(column => psnr(mean(rows.map(row => row[column])))));
  const sum = [hold, flip, flipPositive, iou90, othersKept].reduce(
    (total, figure) => total + (figure || 0),
    0,
  );
  return {
    score: nearness < leastDecibels ? nearness - leastDecibels : sum,
    hold,
    flip,
    flipPositive,
    psnrSimilar: mean(rows.map(row => psnr(row[4]))),
    psnrAdversarial: mean(rows.map(row => psnr(row[5]))),
    iou90,
    pointing: mean(located.map(row => row[7])),
    ...(rows[0].length > 8 && { othersKept }),
    ...ofEachLabel(rows, truth),
  };
}

/** Flips, places and other decisions kept of the images that each of several labels is meant of. */
function ofEachLabel(
  rows: readonly ValidationRow[],
  { meant, ...truth }: ValidationTruth,
): Partial<ValidationFigures> {
  if (!meant) return {};
  const each = [...new Set(meant)].map(name => {
    const own = rows.filter(([index]) => meant[index] === name);
    const { flip, flipPositive, iou90, othersKept } = generatorFigures(own, truth);
    return Object.entries({ flip, flipPositive, iou90, othersKept }).map(([figure, value]) => [
      `${figure} ${name}`,
      value,
    ]);
  });
  return Object.fromEntries(each.flat());
}

/** Peak signal-to-noise ratio in dB for a range of 1; at most 100 dB, so that an unchanged image has a figure. */
function psnr(meanSquaredError: number): number {
  return -10 * Math.log10(Math.max(meanSquaredError, 1e-10));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
