import { mean, orderedPairs, type Jackknifed } from './jackknife';
import { mrmc, type Mrmc } from './mrmc';
import type { Cells, StudyData } from './ratings';

/** Area under the empirical ROC curve of every reader in every arm, [arm][reader]. */
export function rocAreas({ ratings, cases }: StudyData): Jackknifed[][] {
  return rocAreasOf(
    ratings,
    cases.map(({ truth }) => truth),
  );
}

/** @param truths 1 diseased, by case */
export function rocAreasOf(ratings: Cells, truths: readonly (0 | 1)[]): Jackknifed[][] {
  return ratings.map(row =>
    row.map(scores =>
      orderedPairs(
        truths.map((truth, c) => (truth === 0 ? scores[c] : undefined)),
        truths.map((truth, c) => (truth === 1 ? [{ score: scores[c], weight: 1 }] : [])),
      ),
    ),
  );
}

/**
 * Share of the cases of one truth that are called positive: sensitivity (truth 1), or the share called negative:
 * specificity (truth 0). A rating at the threshold or above is positive.
 */
export function rightAnswers({ ratings, cases }: StudyData, truth: 0 | 1, threshold: number): Jackknifed[][] {
  const right = (rating: number): number => Number(rating >= threshold === (truth === 1));
  return means(
    ratings,
    caseIndices(cases, each => each.truth === truth),
    right,
  );
}

/** Mean of a transformed value over some cases, of every reader in every arm. */
export function means(
  cells: Cells,
  chosen: readonly number[],
  transform: (value: number) => number = value => value,
): Jackknifed[][] {
  return cells.map(row => row.map(values => mean(chosen.map(c => transform(values[c])))));
}

/** Indices of the cases that fulfil a condition. */
export function caseIndices<T>(cases: readonly T[], condition: (each: T) => boolean): number[] {
  return cases.flatMap((each, c) => (condition(each) ? [c] : []));
}

/** The multi-reader multi-case analysis of the ROC areas. */
export function analyseAreas(data: StudyData, level = 0.95): Mrmc {
  return mrmc(rocAreas(data), { arms: data.arms, readers: data.readers, level });
}
