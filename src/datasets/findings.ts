import { DatasetError } from './error';
import type { Listing, ListedExam, SplitExam } from './types';

/**
 * A listing as it is of one finding: its images are positive where they have it, with its boxes alone. Images of a table that tells
 * positives from negatives and names no finding stay as they are: that is the finding asked for.
 *
 * @throws DatasetError where findings are named, and this one nowhere
 */
export function ofFinding<E extends ListedExam>(listing: Listing<E>, name: string): Listing<E> {
  const { exams, table, labelColumn } = listing;
  const named = exams.some(({ findings }) => findings);
  if (named && !exams.some(({ findings }) => findings?.includes(name))) {
    const known = [...new Set(exams.flatMap(({ findings = [] }) => findings))].sort();
    throw new DatasetError(
      `${table}, column ${labelColumn}: no image has the finding "${name}"; named are ${known.join(', ') || 'none'}.`,
    );
  }
  return { ...listing, exams: exams.map(exam => examOf(exam, name)) };
}

function examOf<E extends ListedExam>(exam: E, name: string): E {
  const { findings, boxes } = exam;
  if (!findings) return exam;
  const has = findings.includes(name);
  return {
    ...exam,
    label: has ? 1 : 0,
    boxes: has ? boxes.filter(({ finding }) => finding === undefined || finding === name) : [],
  };
}

/**
 * A listing for a classifier of several labels or classes: of labels, `label` says whether an image has any of them, which balances
 * the drawing; of classes that exclude each other it is the index. Images of no class are left out.
 *
 * @throws DatasetError where no image names a finding, or one of the names is nowhere
 */
export function ofSeveral(
  listing: Listing<SplitExam>,
  names: readonly string[],
  kind: 'labels' | 'classes',
): Listing<SplitExam> {
  const { exams, table, labelColumn } = listing;
  for (const name of names) {
    for (const split of ['train', 'val'] as const) {
      if (exams.some(exam => exam.split === split && exam.findings?.includes(name))) continue;
      throw new DatasetError(
        `${table}, column ${labelColumn}: the ${split} split has no image of "${name}". Findings are named there, several separated by |.`,
      );
    }
  }
  const known = exams.filter(({ findings }) => findings);
  return {
    ...listing,
    exams: known.flatMap(exam => (kind === 'labels' ? [anyOf(exam, names)] : classOf(exam, names))),
  };
}

function anyOf(exam: SplitExam, names: readonly string[]): SplitExam {
  return { ...exam, label: exam.findings!.some(finding => names.includes(finding)) ? 1 : 0 };
}

function classOf(exam: SplitExam, names: readonly string[]): SplitExam[] {
  const found = names.flatMap((name, k) => (exam.findings!.includes(name) ? [k] : []));
  return found.length === 1 ? [{ ...exam, label: found[0] }] : [];
}
