import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { readImageFile } from '../../image/read-file';
import { readRegularFile } from '../../io/read-file';
import type { ImportedNetwork } from '../../models/card';
import type { ModalityImage } from '../../models/preparation';

/** What the author's own program answers: by picture, beside the file, the numbers of the network's output. */
const expectedSchema = z
  .record(z.string(), z.array(z.number()).min(1))
  .refine(all => Object.keys(all).length > 0, 'it names no picture');

/** Largest difference, relative above 1; other libraries round otherwise, and some graphics cards to ten bits. */
const tolerance = 1e-3;

export interface ExpectedImage {
  name: string;
  image: ModalityImage;
  /** [1, rows, columns, 1] in [0, 1]: grey levels over the largest of their depth, not scaled to their own range. */
  grey: tf.Tensor4D;
  answers: readonly number[];
}

/**
 * Reads `--expect`: {"a.png": [0.12, 0.88], …}, of pictures that have the size that the network reads.
 *
 * @param kept indexes of the answers that were kept, of those that the file lists
 * @throws Error naming the picture that does not fit, or the field
 */
export async function readExpected(
  file: string,
  { size }: ImportedNetwork['input'],
  kept?: readonly number[],
): Promise<ExpectedImage[]> {
  let expected: z.infer<typeof expectedSchema>;
  try {
    expected = expectedSchema.parse(JSON.parse((await readRegularFile(file)).toString()));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Error(
      `${file} (--expect) must hold the answers by picture, {"a.png": [0.12, 0.88]}: ${reason}`,
    );
  }
  const images: ExpectedImage[] = [];
  for (const [name, answers] of Object.entries(expected)) {
    const { image } = await readImageFile(path.resolve(path.dirname(file), name));
    if (image.rows !== size[0] || image.columns !== size[1]) {
      throw new Error(
        `${name} (--expect) has ${image.columns} × ${image.rows} pixels, the network reads ${size[1]} × ${size[0]}. ` +
          'Write pictures of that size and predict those: how they are resized would be compared as well.',
      );
    }
    const deepest = image.values.reduce((a, b) => Math.max(a, b), 0) > 255 ? 65535 : 255;
    const grey = Float32Array.from(image.values, value => value / deepest);
    // A file that lists no more than what is kept says that alone.
    const own = kept && kept.length < answers.length ? kept.map(index => answers[index]) : answers;
    images.push({ name, image, grey: tf.tensor4d(grey, [1, image.rows, image.columns, 1]), answers: own });
  }
  return images;
}

/**
 * Compares a network's own answers with the author's.
 *
 * @returns the largest difference, relative above 1
 * @throws Error naming the picture that differs most, by more than 1e-3
 */
export function checkExpected(
  images: readonly ExpectedImage[],
  answers: readonly (readonly number[])[],
): number {
  let [difference, worst] = [0, 0];
  images.forEach(({ name, answers: expected }, n) => {
    if (expected.length !== answers[n].length)
      throw new Error(
        `${name} (--expect) has ${expected.length} answers, the network gives ${answers[n].length}.`,
      );
    const largest = Math.max(
      ...expected.map((value, k) => Math.abs(answers[n][k] - value) / Math.max(1, Math.abs(value))),
    );
    if (!(largest <= difference)) [difference, worst] = [largest, n];
  });
  if (difference <= tolerance) return difference;
  const show = (values: readonly number[]): string =>
    values
      .slice(0, 4)
      .map(value => value.toPrecision(4))
      .join(', ');
  throw new Error(
    `${images[worst].name} (--expect): expected ${show(images[worst].answers)}, the imported network answers ${show(answers[worst])}. ` +
      'Either it reads other values than yours (--input-range, --input-mean, --input-std), or it ends otherwise (--output).',
  );
}
