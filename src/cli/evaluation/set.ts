import type { InputSpec } from '../../models/card';
import { sha256Hex } from '../../models/hash';
import { inputGeometry, maskToInput, prepareImage } from '../../models/preparation';
import { averageTruthMap, boxTruth, enclosingBoxes, type BoxSize } from '../../metrics';
import { makePhantom } from '../../phantom';
import type { Reader } from '../../report/records';
import { DatasetError } from '../../training/datasets/error';
import { isBinaryTask } from '../../training/datasets/list';
import { splitManifestHash } from '../../training/datasets/manifest';
import { readPlane, type Planes } from '../../training/datasets/planes';
import type { Exam, Split, SplitExam } from '../../training/datasets/types';
import type { OpenedListing } from '../dataset-options';
import { readMasks } from './masks';

/** What is known of one image to evaluate, without its pixels. */
export interface CaseInfo {
  id: string;
  patient: string;
  label: 0 | 1;
  view: string;
  collection: string;
  sex: string;
  ageYears?: number;
  /** Who says what the label is; empty where nobody knows, and for phantoms. */
  reader: Reader;
  /** Boxes of the truth at the input size, pixels; of a mask, those that enclose its connected regions. */
  boxes: BoxSize[];
  /** Place of its truth in `EvaluationSet.truths`; absent for images without truth. */
  truth?: number;
}

/** Images to evaluate, prepared for one model; truths in shared memory. */
export interface EvaluationSet {
  description: string;
  /** SHA-256 of what the set holds: images, labels, splits, or the phantoms' seeds. */
  hash: string;
  size: number;
  cases: CaseInfo[];
  /** By case. */
  planes: Planes;
  /** size × size each, one byte a pixel. */
  truths: Uint8Array;
  /** Mean truth of the training split; absent where that has no truth. */
  averageTruth?: Float32Array;
  /** Images of the split that were left out, and why. */
  leftOut: Record<string, number>;
  /** Patient of every image that the data folder names, in whatever split; empty for phantoms. */
  patientOf: Map<string, string>;
}

/** Pixels of one case as they are stored, 0…65535. */
export function storedPixels(set: Pick<EvaluationSet, 'size' | 'planes'>, index: number): Uint16Array {
  return readPlane(set.planes, index, set.size);
}

/** Pixels of one case in [0, 1]. */
export function casePixels(set: Pick<EvaluationSet, 'size' | 'planes'>, index: number): Float32Array {
  return Float32Array.from(storedPixels(set, index), value => value / 65535);
}

/** Truth mask by its place. */
export function truthMask(set: Pick<EvaluationSet, 'size' | 'truths'>, index: number): Uint8Array {
  const count = set.size * set.size;
  return set.truths.subarray(index * count, (index + 1) * count);
}

/**
 * The binary task of one split of a data folder. Doubtful labels (its sources contradict each other) and images with
 * another finding are left out.
 *
 * @param masks folder of masks that are the truth instead of the boxes
 * @throws DatasetError when the split is empty, or too many of its files are bad
 */
export async function openSplit(
  { format, name, listing, prepare }: OpenedListing,
  split: Split,
  input: InputSpec,
  masks?: string,
): Promise<EvaluationSet> {
  const { exams: all, leftOut } = listing;
  const inSplit = all.filter(exam => exam.split === split);
  const wanted = inSplit.filter(isBinaryTask);
  if (wanted.length === 0)
    throw new DatasetError(`The ${split} split of ${name} has no image of the binary task.`);
  const dataset = await prepare([...wanted, ...needTheirFiles(all, split, input)], input);
  const prepared = dataset.exams.map((exam, index) => ({ exam, slot: dataset.slots[index] }));
  const kept = prepared.filter(({ exam }) => exam.split === split);
  const exams = kept.map(({ exam }) => exam as Exam & { label: 0 | 1 });
  const truths = await splitTruths(exams, input.size, masks);
  if (masks && truths.size === 0) {
    throw new DatasetError(`${masks} holds no mask (PNG, named as the image) of a positive ${split} image.`);
  }
  const truthOf = new Map([...truths.keys()].map((image, index) => [image, index]));
  return {
    description:
      format.name === 'cxr'
        ? `${split} split of a chest X-ray folder as docs/data.md describes`
        : `${split} split of ${format.description}`,
    hash: splitManifestHash(exams),
    size: input.size,
    cases: exams.map(exam => ({
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
    })),
    planes: { kind: 'file', file: dataset.file, slots: kept.map(({ slot }) => slot) },
    truths: shareTruths([...truths.values()], input.size),
    averageTruth: masks
      ? await averageMask(all, input.size, masks)
      : averageTrainingTruth([...all, ...dataset.exams], input),
    leftOut: {
      ...leftOut,
      doubtful: inSplit.filter(exam => exam.quality === 'doubtful').length,
      'other finding':
        (leftOut['other finding'] ?? 0) +
        inSplit.filter(exam => exam.label === undefined && exam.quality !== 'doubtful').length,
      ...(dataset.bad.length > 0 && { 'bad file': dataset.bad.length }),
    },
    patientOf: new Map(all.map(exam => [exam.image, exam.patient])),
  };
}

/** Training images whose boxes can be placed in the input only with the size of their film, for the mean truth. */
function needTheirFiles(all: readonly SplitExam[], split: Split, input: InputSpec): SplitExam[] {
  if (split === 'train') return [];
  const unplaced = (exam: SplitExam): boolean => exam.boxUnit === 'pixel' || input.fit !== 'stretch';
  return all.filter(exam => exam.split === 'train' && isBinaryTask(exam) && hasTruth(exam) && unplaced(exam));
}

/** Mean truth of the training images whose boxes are placed in the input. */
function averageTrainingTruth(
  exams: readonly (Exam | SplitExam)[],
  { fit, size }: InputSpec,
): Float32Array | undefined {
  const placed = exams.filter(
    exam => !('boxUnit' in exam) || (exam.boxUnit === 'fraction' && fit === 'stretch'),
  );
  const training = placed.filter(exam => exam.split === 'train' && isBinaryTask(exam) && hasTruth(exam));
  const once = [...new Map(training.map(exam => [exam.image, exam])).values()];
  return once.length > 0 ? averageTruthMap(truthsOf(once, size)) : undefined;
}

/**
 * Chest phantoms with exact masks as truth, of seeds that training never draws.
 *
 * @param count number of phantoms; half of them, drawn by lot, have opacities
 */
export function makePhantomSet(
  count: number,
  seed: number,
  input: InputSpec,
  onProgress: (done: number, total: number) => void,
): EvaluationSet {
  const { size } = input;
  const pixels = new Uint16Array(new SharedArrayBuffer(2 * size * size * count));
  const truths: Uint8Array[] = [];
  const cases = Array.from({ length: count }, (_, index): CaseInfo => {
    const id = `${seed}/evaluation/${index}`;
    const phantom = makePhantom(id, { size });
    const prepared = prepareImage(
      { values: phantom.pixels, rows: size, columns: size, photometric: 'MONOCHROME2' },
      input,
    );
    pixels.set(
      prepared.input.map(value => Math.round(value * 65535)),
      index * size * size,
    );
    onProgress(index + 1, count);
    const truth = maskToInput({ data: phantom.mask, rows: size, columns: size }, prepared.geometry);
    const visible = phantom.label === 1 && truth.includes(1);
    return {
      id,
      patient: id,
      label: phantom.label,
      view: 'PA',
      collection: 'phantom',
      sex: '',
      reader: '',
      boxes: visible ? enclosingBoxes(truth, size) : [],
      truth: visible ? truths.push(truth) - 1 : undefined,
    };
  });
  return {
    description: `${count} chest phantoms, seed ${seed}`,
    hash: sha256Hex(new TextEncoder().encode(`phantoms ${count} ${seed}`)),
    size,
    cases,
    planes: { kind: 'memory', values: pixels },
    truths: shareTruths(truths, size),
    averageTruth: averageTruthMap(trainingTruths(size)),
    leftOut: {},
    patientOf: new Map(),
  };
}

/** Truths of the positive images that have one, in the order of the images. */
async function splitTruths(
  exams: readonly Exam[],
  size: number,
  masks: string | undefined,
): Promise<Map<string, Uint8Array>> {
  const positive = exams.filter(exam => exam.label === 1);
  if (masks) {
    const images = positive.map(exam => exam.image);
    return readMasks(masks, images, size);
  }
  const boxed = positive.filter(exam => exam.boxes.length > 0);
  return new Map(boxed.map(exam => [exam.image, examTruth(exam, size)]));
}

/** Boxes as they are given, or those that enclose the regions of the mask that is the truth instead. */
function boxSizes(exam: Exam, size: number, mask: Uint8Array | undefined): BoxSize[] {
  if (mask) return enclosingBoxes(mask, size);
  return exam.boxes.map(box => ({ width: box.width * size, height: box.height * size }));
}

/** Mean mask of the training images; undefined where none has one. */
async function averageMask(
  exams: readonly SplitExam[],
  size: number,
  masks: string,
): Promise<Float32Array | undefined> {
  const positive = exams.filter(exam => exam.split === 'train' && exam.label === 1);
  const found = await readMasks(
    masks,
    positive.map(exam => exam.image),
    size,
  );
  return found.size > 0 ? averageTruthMap([...found.values()]) : undefined;
}

/** One after the other: thousands of masks need not be in memory together. */
function* truthsOf(exams: readonly (Exam | SplitExam)[], size: number): Generator<Uint8Array> {
  for (const exam of exams) yield examTruth(exam, size);
}

function hasTruth(exam: Pick<Exam, 'label' | 'boxes'>): boolean {
  return exam.label === 1 && exam.boxes.length > 0;
}

/** Boxes are fractions of the input. */
function examTruth(exam: Pick<Exam, 'image' | 'boxes'>, size: number): Uint8Array {
  try {
    return boxTruth(exam.boxes, inputGeometry(1, 1, size, 'stretch'));
  } catch (error) {
    throw new DatasetError(`Boxes of ${exam.image}: ${(error as Error).message}`);
  }
}

function trainingTruths(size: number): Uint8Array[] {
  return Array.from({ length: 100 }, (_, i) => makePhantom(`1/train/${i}`, { size, opacity: true }).mask);
}

function shareTruths(truths: readonly Uint8Array[], size: number): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(truths.length * size * size));
  truths.forEach((truth, index) => shared.set(truth, index * size * size));
  return shared;
}
