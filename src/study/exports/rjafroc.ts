import type { JudgedMarks } from '../marks';
import type { StudyData } from '../ratings';
import { workbook, type Sheet } from './workbook';

/** A workbook, and which name each of its numbers stands for. */
export interface RjafrocExport {
  workbook: Uint8Array;
  /** Rows of a table, header first: RJafroc takes whole numbers for cases, so all names are numbered. */
  key: string[][];
}

/**
 * For the R package RJafroc, `DfReadDataFile(file, newExcelFileFormat = TRUE)`: worksheets Truth, FP and TP, as its vignettes
 * "JAFROC Excel file data format" describe them, all cells text. With marks the paradigm is FROC, else ROC: the rating of
 * a healthy case stands in FP, that of a diseased one in TP.
 */
export function rjafrocWorkbook(data: StudyData, marks?: JudgedMarks): RjafrocExport {
  const numbers = (names: readonly unknown[]): string[] => names.map((_, i) => String(i + 1));
  const [readers, arms, cases] = [data.readers, data.arms, data.cases].map(numbers);
  const truth: Sheet = {
    name: 'Truth',
    rows: [['CaseID', 'LesionID', 'Weight', 'ReaderID', 'ModalityID', 'Paradigm']],
  };
  const noise: Sheet = { name: 'FP', rows: [['ReaderID', 'ModalityID', 'CaseID', 'FP_Rating']] };
  const signal: Sheet = { name: 'TP', rows: [['ReaderID', 'ModalityID', 'CaseID', 'LesionID', 'TP_Rating']] };
  const declared = [readers.join(', '), arms.join(', ')];
  data.cases.forEach((each, c) => {
    const lesions = each.truth === 0 ? [] : (marks?.lesions[c] ?? [{ weight: 1 }]);
    if (each.truth === 0) truth.rows.push([cases[c], '0', '0', ...declared, '']);
    lesions.forEach(({ weight }, l) =>
      truth.rows.push([cases[c], String(l + 1), String(weight), ...declared, '']),
    );
  });
  // Healthy cases come first, as in RJafroc's own files, and the paradigm stands in the first two rows.
  truth.rows = [
    truth.rows[0],
    ...truth.rows.slice(1).sort((a, b) => Number(a[1] !== '0') - Number(b[1] !== '0')),
  ];
  truth.rows[1][5] = marks ? 'FROC' : 'ROC';
  truth.rows[2][5] = 'FCTRL';
  arms.forEach((arm, a) =>
    readers.forEach((reader, r) =>
      data.cases.forEach((each, c) => {
        if (!marks) {
          const rating = String(data.ratings[a][r][c]);
          if (each.truth === 0) noise.rows.push([reader, arm, cases[c], rating]);
          else signal.rows.push([reader, arm, cases[c], '1', rating]);
          return;
        }
        for (const rating of marks.misses[a][r][c]) noise.rows.push([reader, arm, cases[c], String(rating)]);
        marks.hits[a][r][c].forEach((rating, l) => {
          if (rating > -Infinity) signal.rows.push([reader, arm, cases[c], String(l + 1), String(rating)]);
        });
      }),
    ),
  );
  const named = (kind: string, names: readonly string[]): string[][] =>
    names.map((name, i) => [kind, String(i + 1), name]);
  return {
    workbook: workbook([noise, signal, truth]),
    key: [
      ['kind', 'number', 'name'],
      ...named('reader', data.readers),
      ...named('arm', data.arms),
      ...named(
        'case',
        data.cases.map(({ id }) => id),
      ),
    ],
  };
}
