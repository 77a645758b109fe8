import { DatasetError } from './error';
import { checkSplits, isLabelled, namedFindings, trainingSplits } from './list';
import type { Exam, Listing, ListedExam, SplitExam } from './types';

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
    const known = namedFindings(exams);
    throw new DatasetError(
      `${table}, column ${labelColumn}: no image has the finding "${name}"; named are ${known.join(', ') || 'none'}.`,
    );
  }
  return { ...listing, exams: exams.map(exam => examOf(exam, name)) };
}

function examOf<E extends ListedExam>(exam: E, name: string): E {
  const { findings } = exam;
  if (!findings) return exam;
  const has = findings.includes(name);
  return {
    ...exam,
    label: has ? 1 : 0,
    boxes: has ? boxesOf(exam, name) : [],
  };
}

/**
 * A listing for a classifier of several labels or classes: of labels, `label` says whether an image has any of them, which balances
 * the drawing; of classes that exclude each other it is the index. Images of no class are left out.
 *
 * @throws DatasetError as {@link checkFindings}
 */
export function ofSeveral(
  listing: Listing<SplitExam>,
  names: readonly string[],
  kind: 'labels' | 'classes',
): Listing<SplitExam> {
  const known = listing.exams.filter(({ findings }) => findings);
  const several = {
    ...listing,
    exams: known.flatMap(exam => (kind === 'labels' ? [anyOf(exam, names)] : classOf(exam, names))),
  };
  checkFindings(several, names, kind);
  return several;
}

/**
 * What a training of several labels or classes needs: in each split images with each, and of labels images without it, too.
 *
 * @param listing of {@link ofSeveral}
 * @throws DatasetError where a split is empty, has no image of one of the names, or none without one of the labels
 */
export function checkFindings(
  listing: Pick<Listing<SplitExam>, 'table' | 'labelColumn' | 'splitColumn'> & {
    exams: readonly Pick<Exam, 'split' | 'label' | 'findings' | 'quality'>[];
  },
  names: readonly string[],
  kind: 'labels' | 'classes',
): void {
  const { exams, table, labelColumn } = listing;
  checkSplits(listing);
  for (const split of trainingSplits) {
    const own = exams.filter(exam => exam.split === split && isLabelled(exam));
    names.forEach((name, k) => {
      const having = own.filter(({ findings, label }) =>
        kind === 'labels' ? findings?.includes(name) : label === k,
      ).length;
      const where = `${table}, column ${labelColumn}: the ${split} split`;
      if (having === 0)
        throw new DatasetError(
          `${where} has no image of "${name}". Findings are named there, several separated by |.`,
        );
      if (kind === 'labels' && having === own.length)
        throw new DatasetError(`${where} has no image without "${name}", from which it could be told.`);
    });
  }
}

/**
 * A listing as it is evaluated for several classes that exclude each other: images of exactly one of them, with the boxes of
 * that class alone.
 *
 * @throws DatasetError where no image is of any of them
 */
export function ofClasses<E extends ListedExam>(listing: Listing<E>, names: readonly string[]): Listing<E> {
  const { exams, table, labelColumn } = listing;
  const known = exams.filter(({ findings }) => findings).flatMap(exam => classOf(exam, names));
  if (known.length === 0) {
    throw new DatasetError(
      `${table}, column ${labelColumn}: no image is of one of the classes ${names.join(', ')}.`,
    );
  }
  const own = known.map(exam => ({ ...exam, boxes: boxesOf(exam, names[exam.label!]) }));
  const several = exams.length - own.length;
  return {
    ...listing,
    exams: own,
    classes: names,
    leftOut: { ...listing.leftOut, ...(several > 0 && { 'none or several of the classes': several }) },
  };
}

/** Boxes of one finding, or of no stated one. */
function boxesOf({ boxes }: ListedExam, name: string): ListedExam['boxes'] {
  return boxes.filter(({ finding }) => finding === undefined || finding === name);
}

function anyOf(exam: SplitExam, names: readonly string[]): SplitExam {
  return { ...exam, label: exam.findings!.some(finding => names.includes(finding)) ? 1 : 0 };
}

function classOf<E extends ListedExam>(exam: E, names: readonly string[]): E[] {
  const found = names.flatMap((name, k) => (exam.findings!.includes(name) ? [k] : []));
  return found.length === 1 ? [{ ...exam, label: found[0] }] : [];
}
