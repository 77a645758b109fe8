import { DatasetError } from '../../datasets/error';
import type { OpenedListing } from '../../datasets/open-listing';
import { boxFractions, readBox, readGivenTable } from '../../datasets/table';
import type { Box, Exam, SplitExam } from '../../datasets/types';
import { averageTruthMap, boxTruth } from '../../metrics';
import type { InputSpec } from '../../models/card';
import type { InputGeometry } from '../../models/input-geometry';
import { inputGeometry } from '../../models/preparation';
import { maskFile, readMasks } from './masks';

/** A film with its place in the network's input. */
interface PlacedExam {
  exam: Exam;
  geometry: InputGeometry;
}

/** Truths of the images that have one, in their order. */
export async function splitTruths(
  placed: readonly PlacedExam[],
  size: number,
  masks: string | undefined,
): Promise<Map<string, Uint8Array>> {
  if (masks) {
    return readMasks(
      masks,
      placed.map(({ exam: { image }, geometry }) => ({ image, geometry })),
    );
  }
  const boxed = placed.map(({ exam }) => exam).filter(hasBoxes);
  return new Map(boxed.map(exam => [exam.image, examTruth(exam, size)]));
}

/**
 * Mean truth of those of some images that are for training, in the network's input. The place of a truth there is known once its film is prepared
 * (the input is the film's exposed field), so the films that have a truth are prepared as well; where they cannot be, there
 * is no mean truth, and a warning says so.
 */
export async function averageTrainingTruth(
  listed: readonly SplitExam[],
  { prepare, notice }: Pick<OpenedListing, 'prepare' | 'notice'>,
  input: InputSpec,
  masks: string | undefined,
): Promise<Float32Array | undefined> {
  const training: SplitExam[] = [];
  for (const exam of listed) {
    if (exam.split !== 'train') continue;
    if (masks ? await maskFile(masks, exam.image) : hasBoxes(exam)) training.push(exam);
  }
  if (training.length === 0) return undefined;
  try {
    const what = `training images with a ${masks ? 'mask' : 'box'}, for the average training truth`;
    const { exams, geometries } = await prepare(training, input, what);
    if (masks) {
      const films = exams.map(({ image }, index) => ({ image, geometry: geometries[index] }));
      const inside = [...(await readMasks(masks, films)).values()].filter(truth => truth.includes(1));
      return inside.length > 0 ? averageTruthMap(inside) : undefined;
    }
    const boxed = exams.filter(hasBoxes);
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
export async function averageOfBoxes(file: string, size: number): Promise<Float32Array> {
  const columns = ['image', 'x', 'y', 'width', 'height'];
  const table = await readGivenTable('--average-boxes', file, columns);
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

/** One after the other: thousands of masks need not be in memory together. */
function* truthsOf(exams: readonly Exam[], size: number): Generator<Uint8Array> {
  for (const exam of exams) yield examTruth(exam, size);
}

export function hasBoxes({ boxes }: Pick<Exam, 'boxes'>): boolean {
  return boxes.length > 0;
}

/** Boxes are fractions of the input. */
function examTruth(exam: Pick<Exam, 'image' | 'boxes'>, size: number): Uint8Array {
  try {
    return boxTruth(exam.boxes, inputGeometry(1, 1, size, 'stretch'));
  } catch (error) {
    throw new DatasetError(`Boxes of ${exam.image}: ${(error as Error).message}`);
  }
}
