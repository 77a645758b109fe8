import path from 'node:path';
import type { InputSpec } from '../../models/card';
import { sha256Hex } from '../../models/hash';
import type { InputGeometry } from '../../models/input-geometry';
import { inputGeometry, maskToInput, prepareImage, type PreparedImage } from '../../models/preparation';
import { averageTruthMap, boxTruth, enclosingBoxes, type BoxSize } from '../../metrics';
import { makePhantom } from '../../phantom';
import type { Reader } from '../records';
import { DatasetError } from '../../datasets/error';
import { isBinaryTask } from '../../datasets/list';
import { splitManifestHash } from '../../datasets/manifest';
import { readPlane, type Planes } from '../../datasets/planes';
import { boxFractions, readBox, readTable } from '../../datasets/table';
import type { Box, Exam, Split, SplitExam } from '../../datasets/types';
import { maskOfRuns, validRuns } from '../../datasets/valid-runs';
import type { OpenedListing } from '../../datasets/open-listing';
import { maskFile, readMasks } from './masks';

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
  /** Where its plane is image (valid-runs.ts); absent: everywhere. */
  validRuns?: readonly number[];
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
  /** What a reader of the figures should know of it. */
  notes?: string[];
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

/** Where one case is image: neither padding, collimation nor letterbox. size × size, 1 or 0 */
export function validArea({ size, cases }: Pick<EvaluationSet, 'size' | 'cases'>, index: number): Uint8Array {
  return maskOfRuns(cases[index].validRuns, size * size);
}

/** The part of a truth that lies in an image's valid area. */
export function truthInside(truth: Uint8Array, valid: Uint8Array): Uint8Array {
  return truth.map((inside, i) => (valid[i] ? inside : 0));
}

/** Truth mask by its place. */
export function truthMask(set: Pick<EvaluationSet, 'size' | 'truths'>, index: number): Uint8Array {
  const count = set.size * set.size;
  return set.truths.subarray(index * count, (index + 1) * count);
}

/** What of a data folder is evaluated: one split, or every image, whatever split it lies in. */
export type EvaluatedSplit = Split | 'all';

/** Files of the truth beside the data folder. */
export interface TruthFiles {
  /** Folder of masks that are the truth instead of the boxes. */
  masks?: string;
  /** Table of training boxes for the mean truth, where the data folder has no training images. */
  averageBoxes?: string;
}

/**
 * The binary task of one split of a data folder, or of all of it. Doubtful labels (its sources contradict each other) and images with
 * another finding are left out.
 *
 * @throws DatasetError when the split is empty, or too many of its files are bad
 */
export async function openSplit(
  { format, name, listing, notice, prepare }: OpenedListing,
  split: EvaluatedSplit,
  input: InputSpec,
  { masks, averageBoxes }: TruthFiles = {},
): Promise<EvaluationSet> {
  const { exams: all, leftOut } = listing;
  const inSplit = split === 'all' ? all : all.filter(exam => exam.split === split);
  const ofSplit = split === 'all' ? '' : `${split} `;
  const wanted = inSplit.filter(isBinaryTask);
  if (wanted.length === 0)
    throw new DatasetError(
      `${split === 'all' ? name : `The ${split} split of ${name}`} has no image of the binary task.`,
    );
  const dataset = await prepare(wanted, input);
  const kept = dataset.exams.map((exam, index) => ({ exam, geometry: dataset.geometries[index] }));
  const exams = kept.map(({ exam }) => exam as Exam & { label: 0 | 1 });
  const found = await splitTruths(kept, input.size, masks);
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
    ...(masks ? [] : boxedOutside(wanted, exams)),
  ]);
  if (unseen.size > 0) {
    notice(
      `Of ${unseen.size} positive ${ofSplit}images the truth marks nothing within the exposed field: they count as without truth.`,
    );
  }
  const truthOf = new Map([...truths.keys()].map((image, index) => [image, index]));
  return {
    description: `${split === 'all' ? 'all splits' : `${split} split`} of ${format.splitOf ?? format.description}`,
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
    planes: { kind: 'file', file: dataset.file, slots: dataset.slots },
    truths: shareTruths([...truths.values()], input.size),
    averageTruth: averageBoxes
      ? await averageOfBoxes(averageBoxes, input.size)
      : split === 'all'
        ? undefined // the mean of truths that are evaluated themselves
        : await averageTrainingTruth(split === 'train' ? wanted : all, { prepare, notice }, input, masks),
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

/** Positive images that were listed with boxes and have none in the exposed field of their film. */
function boxedOutside(listed: readonly SplitExam[], exams: readonly Exam[]): string[] {
  const boxed = new Set(listed.filter(hasTruth).map(({ image }) => image));
  return exams.filter(exam => boxed.has(exam.image) && !hasTruth(exam)).map(({ image }) => image);
}

/**
 * Mean truth of the training images, in the network's input. The place of a truth there is known once its film is prepared
 * (the input is the film's exposed field), so the films that have a truth are prepared as well; where they cannot be, there
 * is no mean truth, and a warning says so.
 */
async function averageTrainingTruth(
  listed: readonly SplitExam[],
  { prepare, notice }: Pick<OpenedListing, 'prepare' | 'notice'>,
  input: InputSpec,
  masks: string | undefined,
): Promise<Float32Array | undefined> {
  const training: SplitExam[] = [];
  for (const exam of listed) {
    if (exam.split !== 'train' || exam.label !== 1 || !isBinaryTask(exam)) continue;
    if (masks ? await maskFile(masks, exam.image) : hasTruth(exam)) training.push(exam);
  }
  if (training.length === 0) return undefined;
  try {
    const { exams, geometries } = await prepare(training, input);
    if (masks) {
      const films = exams.map(({ image }, index) => ({ image, geometry: geometries[index] }));
      const inside = [...(await readMasks(masks, films)).values()].filter(truth => truth.includes(1));
      return inside.length > 0 ? averageTruthMap(inside) : undefined;
    }
    const boxed = exams.filter(hasTruth);
    return boxed.length > 0 ? averageTruthMap(truthsOf(boxed, input.size)) : undefined;
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    notice(`The average training truth is left out: training films cannot be prepared. ${error.message}`);
    return undefined;
  }
}

/**
 * Mean truth of the boxes of a table: `image`, and `x`, `y`, `width`, `height` in shares of the film's exposed field, which is
 * what the network's input shows. The boxes of one image are one truth, however much they overlap.
 *
 * @returns size × size
 * @throws DatasetError naming table and line
 */
async function averageOfBoxes(file: string, size: number): Promise<Float32Array> {
  const columns = ['image', 'x', 'y', 'width', 'height'];
  const table = await readTable(path.dirname(file), path.basename(file), columns);
  const boxesOf = new Map<string, Box[]>();
  table.rows.forEach((row, index) => {
    const where = `${file} line ${table.lines[index]}`;
    const box = boxFractions(readBox(where, [row.x, row.y, row.width, row.height]), 1, 1);
    if (!box) throw new DatasetError(`${where}: the box reaches beyond 1; it is in shares of the film.`);
    boxesOf.set(row.image, [...(boxesOf.get(row.image) ?? []), box]);
  });
  if (boxesOf.size === 0) throw new DatasetError(`${file} holds no box.`);
  const geometry = inputGeometry(1, 1, size, 'stretch');
  return averageTruthMap([...boxesOf.values()].map(boxes => boxTruth(boxes, geometry)));
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
    const { prepared, truth } = phantomInput(phantom.pixels, phantom.mask, input);
    pixels.set(
      prepared.input.map(value => Math.round(value * 65535)),
      index * size * size,
    );
    onProgress(index + 1, count);
    const visible = phantom.label === 1 && truthInside(truth, prepared.valid).includes(1);
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
      validRuns: validRuns(prepared.valid),
    };
  });
  return {
    description: `${count} chest phantoms, seed ${seed}`,
    hash: sha256Hex(new TextEncoder().encode(`phantoms ${count} ${seed}`)),
    size,
    cases,
    planes: { kind: 'memory', values: pixels },
    truths: shareTruths(truths, size),
    averageTruth: averageTruthMap(trainingTruths(input)),
    leftOut: {},
    patientOf: new Map(),
  };
}

/** A film with its place in the network's input. */
interface PlacedExam {
  exam: Exam;
  geometry: InputGeometry;
}

/** Truths of the positive images that have one, in the order of the images. */
async function splitTruths(
  placed: readonly PlacedExam[],
  size: number,
  masks: string | undefined,
): Promise<Map<string, Uint8Array>> {
  const positive = placed.filter(({ exam }) => exam.label === 1);
  if (masks) {
    return readMasks(
      masks,
      positive.map(({ exam: { image }, geometry }) => ({ image, geometry })),
    );
  }
  const boxed = positive.map(({ exam }) => exam).filter(hasTruth);
  return new Map(boxed.map(exam => [exam.image, examTruth(exam, size)]));
}

/** Boxes as they are given, or those that enclose the regions of the mask that is the truth instead. */
function boxSizes(exam: Exam, size: number, mask: Uint8Array | undefined): BoxSize[] {
  if (mask) return enclosingBoxes(mask, size);
  return exam.boxes.map(box => ({ width: box.width * size, height: box.height * size }));
}

/** One after the other: thousands of masks need not be in memory together. */
function* truthsOf(exams: readonly Exam[], size: number): Generator<Uint8Array> {
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

/** Truths of phantoms as training draws them, brought into the input with their films. */
function* trainingTruths(input: InputSpec): Generator<Uint8Array> {
  for (let i = 0; i < 100; i++) {
    const { pixels, mask } = makePhantom(`1/train/${i}`, { size: input.size, opacity: true });
    yield phantomInput(pixels, mask, input).truth;
  }
}

/** A phantom and its mask at the input, cropped alike. */
function phantomInput(
  pixels: Float32Array,
  mask: Uint8Array,
  input: InputSpec,
): { prepared: PreparedImage; truth: Uint8Array } {
  const plane = { rows: input.size, columns: input.size };
  const prepared = prepareImage({ ...plane, values: pixels, photometric: 'MONOCHROME2' }, input);
  return { prepared, truth: maskToInput({ ...plane, data: mask }, prepared.geometry) };
}

function shareTruths(truths: readonly Uint8Array[], size: number): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(truths.length * size * size));
  truths.forEach((truth, index) => shared.set(truth, index * size * size));
  return shared;
}
