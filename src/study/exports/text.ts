import { csvCell } from '../csv-cell';
import type { StudyData } from '../ratings';

/** RFC 4180, a header line first. */
export function csv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map(row => `${row.map(csvCell).join(',')}\n`).join('');
}

/**
 * For the R package MRMCaov: columns reader, treatment, case, truth, rating, as its data frame `VanDyke` (its user guide,
 * "VanDyke Example"); `read.csv` reads it.
 */
export function mrmcaovCsv(data: StudyData): string {
  const rows = data.arms.flatMap((arm, a) =>
    data.readers.flatMap((reader, r) =>
      data.cases.map(({ id, truth }, c) => [reader, arm, id, truth, data.ratings[a][r][c]]),
    ),
  );
  return csv([['reader', 'treatment', 'case', 'truth', 'rating'], ...rows]);
}

/**
 * For iMRMC (github.com/DIDSR/iMRMC, files `*.imrmc`): free text with the counts NR, N0, N1 and NM, the line BEGIN DATA:,
 * then reader, case, modality, score; reader −1 gives the truth. Names may not hold a comma there.
 *
 * @throws RangeError naming the name that cannot be written
 */
export function imrmcText(data: StudyData): string {
  const names = [...data.readers, ...data.arms, ...data.cases.map(({ id }) => id)];
  const wrong = names.find(name => /[,\n\r]/.test(name));
  if (wrong !== undefined)
    throw new RangeError(`iMRMC takes no name with a comma: "${wrong}". Rename it first.`);
  if (data.readers.includes('-1'))
    throw new RangeError('iMRMC keeps the reader "-1" for the truth. Rename it first.');
  const count = (truth: 0 | 1): number => data.cases.filter(each => each.truth === truth).length;
  return [
    'Reader study, written by explain study export',
    `NR: ${data.readers.length}`,
    `N0: ${count(0)}`,
    `N1: ${count(1)}`,
    `NM: ${data.arms.length}`,
    '',
    'BEGIN DATA:',
    ...data.cases.map(({ id, truth }) => `-1,${id},0,${truth}`),
    ...data.arms.flatMap((arm, a) =>
      data.readers.flatMap((reader, r) =>
        data.cases.map(({ id }, c) => `${reader},${id},${arm},${data.ratings[a][r][c]}`),
      ),
    ),
    '',
  ].join('\n');
}
