import { normal } from '../models/random';
import { normalCumulative, normalQuantile } from './distributions';
import type { Cells } from './ratings';

/**
 * Variances of Roe and Metz' model of a factorial reader study (Academic Radiology 1997): the score of a case is the mean
 * of its truth in its arm plus independent normal effects.
 */
export interface Variances {
  /** Of a reader, for each truth apart. */
  reader: number;
  /** Of a reader in one arm. */
  armReader: number;
  case: number;
  armCase: number;
  readerCase: number;
  /** All else. */
  error: number;
}

/**
 * The four structures of Roe and Metz (1997) at a separation of 1.5: the first letter is the correlation of the data by
 * case, the second the variance between readers, H high or L low.
 */
export const structures = {
  HL: { reader: 0.0055, armReader: 0.0055, case: 0.3, armCase: 0.3, readerCase: 0.2, error: 0.2 },
  LL: { reader: 0.0055, armReader: 0.0055, case: 0.1, armCase: 0.1, readerCase: 0.2, error: 0.6 },
  HH: { reader: 0.03, armReader: 0.03, case: 0.3, armCase: 0.3, readerCase: 0.2, error: 0.2 },
  LH: { reader: 0.03, armReader: 0.03, case: 0.1, armCase: 0.1, readerCase: 0.2, error: 0.6 },
} as const satisfies Record<string, Variances>;

export type StructureName = keyof typeof structures;

/** Area under the ROC curve expected of a reader, where the means of diseased and healthy cases lie this far apart. */
export function areaOf(separation: number, variances: Variances): number {
  return normalCumulative(separation / Math.sqrt(2 * total(variances)));
}

/** How far apart the means lie for an expected area; area in (0, 1). */
export function separationFor(area: number, variances: Variances): number {
  return normalQuantile(area) * Math.sqrt(2 * total(variances));
}

function total({ reader, armReader, case: cases, armCase, readerCase, error }: Variances): number {
  return reader + armReader + cases + armCase + readerCase + error;
}

export interface SimulatedStudy {
  readers: number;
  /** Truth of each case. */
  truths: readonly (0 | 1)[];
  /** Expected area under the ROC curve of each arm. */
  areas: readonly number[];
  variances: Variances;
}

/**
 * Draws the scores of a whole study.
 *
 * @param random uniform in [0, 1)
 * @returns [arm][reader][case]; a healthy case has the mean 0
 */
export function drawScores(
  { readers, truths, areas, variances: v }: SimulatedStudy,
  random: () => number,
): Cells {
  const draw = (variance: number): number => Math.sqrt(variance) * normal(random);
  const separations = areas.map(area => separationFor(area, v));
  const ofReader = Array.from({ length: readers }, () => [draw(v.reader), draw(v.reader)]);
  const ofCase = truths.map(() => draw(v.case));
  const ofReaderCase = ofReader.map(() => truths.map(() => draw(v.readerCase)));
  return areas.map((_, a) => {
    const ofArmCase = truths.map(() => draw(v.armCase));
    return ofReader.map((own, r) => {
      const ofArmReader = [draw(v.armReader), draw(v.armReader)];
      return Float64Array.from(
        truths,
        (truth, c) =>
          truth * separations[a] +
          own[truth] +
          ofArmReader[truth] +
          ofCase[c] +
          ofArmCase[c] +
          ofReaderCase[r][c] +
          draw(v.error),
      );
    });
  });
}
