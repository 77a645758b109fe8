import * as tf from '@tensorflow/tfjs';
import { inputGradient } from '../../explain/gradients';
import { featureTensor } from '../../models/graph';
import { MethodUnavailableError } from '../../explain';
import type { ImportedNetwork, ModelCard } from '../../models/card';
import { classifierLogits } from '../../models/classifier';
import { prepareImage } from '../../models/preparation';
import { seededRandom } from '../../models/random';
import { makePhantom } from '../../phantom';

/** Images that show what a network answers: four chest phantoms, noise, black, white, and a ramp. [8, S, S, 1] */
export function testImages(input: ModelCard['input']): tf.Tensor4D {
  const { size } = input;
  const random = seededRandom('import/noise');
  const filled = (value: (i: number) => number): Float32Array =>
    Float32Array.from({ length: size * size }, (_, i) => value(i));
  const phantoms = Array.from({ length: 4 }, (_, i) => {
    const values = makePhantom(`import/${i}`, { size, opacity: i % 2 === 1 }).pixels;
    return prepareImage({ values, rows: size, columns: size, photometric: 'MONOCHROME2' }, input).input;
  });
  const others = [filled(() => random()), filled(() => 0), filled(() => 1), filled(i => (i % size) / size)];
  return tf.tidy(() =>
    tf.concat(
      [...phantoms, ...others].map(values => tf.tensor4d(values, [1, size, size, 1])),
      0,
    ),
  );
}

/**
 * Compares what a network answers with what is said of it.
 *
 * @param outputs one row an image, as the network itself gives them
 * @returns warnings
 * @throws Error naming the mismatch and what to do about it
 */
export function checkOutputs(
  outputs: readonly (readonly number[])[],
  kind: ImportedNetwork['output'],
  classes: number,
  independent = false,
): string[] {
  const width = outputs[0].length;
  if (independent && kind === 'softmax')
    throw new Error('A softmax is of classes that exclude each other: leave --independent out.');
  if (!widthsOf(kind, classes, independent).includes(width)) {
    throw new Error(
      `The network answers ${width} ${width === 1 ? 'number' : 'numbers'} an image, which does not fit a ${kind} output ` +
        `of ${classes} classes. ${remedy(width, kind)}`,
    );
  }
  const all = outputs.flat();
  if (!all.every(Number.isFinite)) {
    throw new Error(
      'The network answers what is not a finite number: its weights, or --input-range, are wrong.',
    );
  }
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const sums = outputs.map(row => row.reduce((a, b) => a + b, 0));
  const isShare = low >= -1e-6 && high <= 1 + 1e-6;
  const sumsToOne = sums.every(sum => Math.abs(sum - 1) < 1e-3);
  if (kind === 'sigmoid' && !isShare) {
    throw new Error(
      `The answers lie from ${short(low)} to ${short(high)}: no sigmoid. Is it --output logits?`,
    );
  }
  if (kind === 'softmax' && !(isShare && sumsToOne)) {
    throw new Error(
      `The answers lie from ${short(low)} to ${short(high)} and sum to ${short(Math.min(...sums))} to ` +
        `${short(Math.max(...sums))} an image: no softmax. Is it --output logits?`,
    );
  }
  if (kind === 'logits' && width > 1 && !independent && isShare && sumsToOne) {
    throw new Error('The answers of each image are shares that sum to 1: give --output softmax.');
  }
  return [
    ...(kind === 'logits' && width === 1 && isShare
      ? ['All answers lie in [0, 1]. If they are probabilities, give --output sigmoid.']
      : []),
    ...(alike(outputs)
      ? ['The network answers alike on eight very different images. Is --input-range right?']
      : []),
  ];
}

/** How many numbers an image such an output may have; none where a sigmoid that is not of independent labels has more than two classes. */
function widthsOf(kind: ImportedNetwork['output'], classes: number, independent: boolean): number[] {
  if (independent || kind === 'softmax') return [classes];
  if (classes === 2) return kind === 'sigmoid' ? [1] : [1, 2];
  return kind === 'sigmoid' ? [] : [classes];
}

function remedy(width: number, kind: ImportedNetwork['output']): string {
  if (width === 1)
    return 'One number tells two classes apart: --output sigmoid, or logits, and two --classes.';
  if (kind === 'sigmoid' && width > 1) {
    return 'Several sigmoids are independent findings: name all with --classes and give --independent, or with --label those to keep (ONNX). Is it --output softmax?';
  }
  return `Name ${width} classes in the network’s order (--classes).`;
}

function alike(outputs: readonly (readonly number[])[]): boolean {
  const spread = outputs[0].map((_, k) => {
    const column = outputs.map(row => row[k]);
    return Math.max(...column) - Math.min(...column);
  });
  return Math.max(...spread) < 1e-5;
}

/**
 * Compares the probabilities that follow from the adapted classifier's logits with the network's own.
 *
 * @throws Error when they differ by more than 1e-3
 */
export function checkAdapted(
  classifier: tf.LayersModel,
  images: tf.Tensor4D,
  outputs: readonly (readonly number[])[],
  kind: ImportedNetwork['output'],
  independent = false,
): void {
  const ours = tf.tidy(() => {
    const logits = classifierLogits(classifier, images);
    if (independent) return tf.sigmoid(logits).arraySync() as number[][];
    const both = logits.shape[1] === 1 ? tf.concat([tf.zerosLike(logits), logits], 1) : logits;
    return tf.softmax(both).arraySync() as number[][];
  });
  const theirs = outputs.map(row => (independent ? scoresOf(row, kind) : probabilities(row, kind)));
  const worst = Math.max(...ours.flatMap((row, n) => row.map((p, k) => Math.abs(p - theirs[n][k]))));
  if (!(worst < 1e-3)) {
    throw new Error(
      `The logits taken from the network give other probabilities than the network itself (by up to ${short(worst)}). ` +
        'Export it with logits as its output, and give --output logits.',
    );
  }
}

/** Of independent labels, each for itself. */
function scoresOf(row: readonly number[], kind: ImportedNetwork['output']): number[] {
  return kind === 'sigmoid' ? [...row] : row.map(z => 1 / (1 + Math.exp(-z)));
}

function probabilities(row: readonly number[], kind: ImportedNetwork['output']): number[] {
  if (kind === 'softmax') return [...row];
  if (kind === 'sigmoid') return [1 - row[0], row[0]];
  const logits = row.length === 1 ? [0, row[0]] : row;
  const largest = Math.max(...logits);
  const powers = logits.map(z => Math.exp(z - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map(power => power / sum);
}

/** Why gradients of the classifier cannot be had on the current backend, or undefined. */
export function whyNoGradient(
  classifier: tf.LayersModel,
  card: ModelCard,
  image: tf.Tensor4D,
): string | undefined {
  try {
    const gradient = inputGradient({ card, classifier, generators: {} }, image);
    const values = gradient.dataSync();
    gradient.dispose();
    if (!values.every(Number.isFinite)) return 'Its gradient is not finite.';
    return values.some(value => value !== 0) ? undefined : 'Its gradient is 0 everywhere on a chest phantom.';
  } catch (error) {
    if (error instanceof MethodUnavailableError) return error.message;
    throw error;
  }
}

/** Layer for GradCAM in a classifier in layers format: the activation nearest to the output that has places. */
export function findFeatureLayer(classifier: tf.LayersModel): string | undefined {
  return featureTensor(classifier)?.sourceLayer.name;
}

function short(value: number): string {
  return value.toPrecision(3);
}
