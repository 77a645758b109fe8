import { DatasetError } from '../../datasets/error';
import { isBinaryTask, isLabelled } from '../../datasets/list';
import { splitManifestHash } from '../../datasets/manifest';
import type { OpenedListing } from '../../datasets/open-listing';
import type { Exam, Split, SplitExam } from '../../datasets/types';
import { maskOfRuns } from '../../datasets/valid-runs';
import { enclosingBoxes, type BoxSize } from '../../metrics';
import { ofClasses, ofFinding } from '../../datasets/findings';
import type { InputSpec, ModelCard } from '../../models/card';
import { shareTruths, truthInside, type EvaluationSet } from './set';
import { averageOfBoxes, averageTrainingTruth, hasBoxes, splitTruths } from './truths';

/** What of a data folder is evaluated: one split, or every image, whatever split it lies in. */
export type EvaluatedSplit = Split | 'all';

/** What of the truth is wanted beside that of the split's own images. */
export interface TruthOptions {
  /** Folder of masks that are the truth instead of the boxes. */
  masks?: string;
  /** Table of training boxes for the mean truth, where the data folder has no training images. */
  averageBoxes?: string;
  /** Whether the mean truth of training images is made: all of them that have boxes or masks are prepared for it. Default false. */
  averageTruth?: boolean;
}

/** A data folder as it is evaluated: of independent labels for the one that the card is of, of more than two classes for them all. */
export function evaluatedListing(
  opened: OpenedListing,
  { label, classes }: Pick<ModelCard, 'label' | 'classes'>,
): OpenedListing {
  if (label !== undefined) return { ...opened, listing: ofFinding(opened.listing, label) };
  if (classes.length === 2) return opened;
  const names = classes.map(({ name }) => name);
  return { ...opened, listing: ofClasses(opened.listing, names) };
}

function inSplitOf(exams: readonly SplitExam[], split: EvaluatedSplit): readonly SplitExam[] {
  return split === 'all' ? exams : exams.filter(exam => exam.split === split);
}

/** The images of a split that are of the task. */
function wantedOf({ exams, classes }: OpenedListing['listing'], split: EvaluatedSplit): SplitExam[] {
  return inSplitOf(exams, split).filter(classes ? isLabelled : isBinaryTask);
}

/** What the tables say of the films of a split, before any is opened. */
export function listedFilms(
  { listing }: OpenedListing,
  split: EvaluatedSplit,
): { cases: { id: string; patient: string }[]; patientOf: ReadonlyMap<string, string> } {
  return {
    cases: wantedOf(listing, split).map(({ image, patient }) => ({ id: image, patient })),
    patientOf: new Map(listing.exams.map(({ image, patient }) => [image, patient])),
  };
}

/**
 * The task of one split of a data folder, or of all of it. Doubtful labels (its sources contradict each other) and images with
 * another finding are left out.
 *
 * @throws DatasetError when the split is empty, or too many of its files are bad
 */
export async function openSplit(
  { name, splitOf, listing, notice, prepare }: OpenedListing,
  split: EvaluatedSplit,
  input: InputSpec,
  { masks, averageBoxes, averageTruth: wantsAverage = false }: TruthOptions = {},
): Promise<EvaluationSet> {
  const { exams: all, leftOut } = listing;
  const inSplit = inSplitOf(all, split);
  /** Of two classes positives alone have a truth, of several the images of any. */
  const mayHaveTruth = listing.classes ? isLabelled : isPositive;
  const ofSplit = split === 'all' ? '' : `${split} `;
  const wanted = wantedOf(listing, split);
  if (wanted.length === 0)
    throw new DatasetError(
      `${split === 'all' ? name : `The ${split} split of ${name}`} has no image of the ${listing.classes ? 'classes' : 'binary task'}.`,
    );
  const dataset = await prepare(
    wanted,
    input,
    `images of ${split === 'all' ? 'all splits' : `the ${split} split`}`,
  );
  const kept = dataset.exams.map((exam, index) => ({ exam, geometry: dataset.geometries[index] }));
  const exams = kept.map(({ exam }) => exam as Exam & { label: number });
  const found = await splitTruths(
    kept.filter(({ exam }) => mayHaveTruth(exam)),
    input.size,
    masks,
  );
  if (masks && found.size === 0) {
    throw new DatasetError(`${masks} holds no mask (PNG, named as the image) of a positive ${ofSplit}image.`);
  }
  const areas = new Map(
    exams.map(({ image }, index) => [image, maskOfRuns(dataset.validRuns[index], input.size ** 2)]),
  );
  const truths = new Map(
    [...found].filter(([image, truth]) => truthInside(truth, areas.get(image)!).includes(1)),
  );
  const unseen = new Set([
    ...[...found.keys()].filter(image => !truths.has(image)),
    ...(masks ? [] : boxedOutside(wanted.filter(mayHaveTruth), exams)),
  ]);
  if (unseen.size > 0) {
    notice(
      `Of ${unseen.size} positive ${ofSplit}images the truth marks nothing within the exposed field: they count as without truth.`,
    );
  }
  const averageOf = (): Promise<Float32Array | undefined> | undefined => {
    if (averageBoxes) return averageOfBoxes(averageBoxes, input.size);
    if (split === 'all') return undefined; // it would be the mean of truths that are evaluated themselves
    return averageTrainingTruth(
      (split === 'train' ? wanted : all).filter(mayHaveTruth),
      { prepare, notice },
      input,
      masks,
    );
  };
  const truthOf = new Map([...truths.keys()].map((image, index) => [image, index]));
  return {
    description: `${split === 'all' ? 'all splits' : `${split} split`} of ${splitOf}`,
    hash: splitManifestHash(exams),
    size: input.size,
    cases: exams.map((exam, index) => ({
      id: exam.image,
      patient: exam.patient,
      label: exam.label,
      view: exam.view,
      collection: exam.collection,
      sex: exam.sex,
      ageYears: exam.ageYears,
      reader: exam.quality === 'radiologist' || exam.quality === 'text' ? exam.quality : '',
      boxes: boxSizes(exam, input.size, masks ? truths.get(exam.image) : undefined),
      truth: truthOf.get(exam.image),
      validRuns: dataset.validRuns[index],
    })),
    planes: dataset.planes,
    truths: shareTruths([...truths.values()], input.size),
    averageTruth: wantsAverage ? await averageOf() : undefined,
    leftOut: {
      ...leftOut,
      doubtful: inSplit.filter(exam => exam.quality === 'doubtful').length,
      'other finding':
        (leftOut['other finding'] ?? 0) +
        inSplit.filter(exam => exam.label === undefined && exam.quality !== 'doubtful').length,
      ...(dataset.bad.length > 0 && { 'bad file': dataset.bad.length }),
    },
    notes: listing.drawn && split !== 'all' ? [drawnNote(split, inSplit.length, all.length)] : [],
    patientOf: new Map(all.map(exam => [exam.image, exam.patient])),
  };
}

function drawnNote(split: Split, count: number, all: number): string {
  return (
    `The data say nothing of splits: ${count} of ${all} images, of patients drawn by --split-seed, are the ${split} split. ` +
    '--split all evaluates every image.'
  );
}

function isPositive(exam: Pick<Exam, 'label' | 'quality'>): boolean {
  return exam.label === 1 && isBinaryTask(exam);
}

/** Images that were listed with boxes and have none in the exposed field of their film. */
function boxedOutside(listed: readonly SplitExam[], exams: readonly Exam[]): string[] {
  const boxed = new Set(listed.filter(hasBoxes).map(({ image }) => image));
  return exams.filter(exam => boxed.has(exam.image) && !hasBoxes(exam)).map(({ image }) => image);
}

/** Boxes as they are given, or those that enclose the regions of the mask that is the truth instead. */
function boxSizes(exam: Exam, size: number, mask: Uint8Array | undefined): BoxSize[] {
  if (mask) return enclosingBoxes(mask, size);
  return exam.boxes.map(box => ({ width: box.width * size, height: box.height * size }));
}
