import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  augmented,
  deletionInsertion,
  disposeExplanation,
  methodById,
  type ExplainContext,
  type Explanation,
  type MethodOptions,
} from '../../src/explain';
import { drawMask } from '../../src/explain/methods/rise';
import { smoothGradNoise } from '../../src/explain/methods/smoothgrad';
import { predictionRanges, randomTransforms, type Affine } from '../../src/models/augmentation';
import { generatorsOf, pairKinds } from '../../src/models/generator-choice';
import { seededRandom } from '../../src/models/random';
import { encodeNpy } from '../../src/io/npy';

/** A map that `reference.py` is to compute as well. */
export interface Check {
  name: string;
  /** What `reference.py` calls it. */
  method: string;
  file: string;
  options: Record<string, unknown>;
  /** `rms`: errors are taken over the whole map, not at its worst pixel. `gap`: over the change of the answer. */
  norm?: 'rms' | 'gap';
}

/** Writes tensors as NPY files, and keeps the list of what was computed. */
export class CheckWriter {
  readonly checks: Check[] = [];

  constructor(
    private readonly folder: string,
    private readonly prefix: string,
  ) {}

  write(name: string, values: tf.Tensor): string {
    const file = `${this.prefix}-${name.replace(/\W+/g, '-')}.npy`;
    writeFileSync(path.join(this.folder, file), encodeNpy(values.dataSync() as Float32Array, values.shape));
    return file;
  }

  add(name: string, method: string, values: tf.Tensor, options: Record<string, unknown> = {}): void {
    const norm = carriesRounding.has(name) ? 'rms' : method.endsWith('-gap') ? 'gap' : undefined;
    this.checks.push({ name, method, file: this.write(name, values), options, norm });
  }
}

/**
 * For a deep network with ReLUs. Where the slopes of area and answer all but cancel in a cell, Adam's step is that of a rounding
 * error: on R two kernels that agree to 1e-6 differ by 4.5e-4 after 40 steps, 2.6e-2 after 100, 5.0e-2 after 150.
 */
export const shortBbmp = 'BBMP, 40 steps';

/**
 * Maps of which single pixels hang on rounding, since Adam's step is as long for a slope of 1e-9 as for one of 1: weights of R that
 * are changed by half a unit in their last place move pixels of Perceptual Perturbation by a whole step, 6.5e-3 of the map's
 * largest value, and processors differ by as much. Over the whole map that is 2e-3, and a weight of the loss that is 5 % off is 7e-2.
 */
const carriesRounding: ReadonlySet<string> = new Set([shortBbmp, 'Perceptual Perturbation']);

/** The square of Occlusion and the cells of BBMP follow the image's side. */
function optionsFor(size: number): Record<string, MethodOptions> {
  return {
    Gradient: {},
    'Gradient of the score': { target: 'score' },
    'Input Gradient': {},
    SmoothGrad: { samples: 4, seed: 3 },
    'Integrated Gradients': { steps: 6, baseline: 0.2 },
    GradCAM: {},
    'GradCAM of the decided class': { explainedClass: 'decided' },
    Occlusion: { patch: size / 4, stride: size / 8 },
    RISE: { samples: 24, cells: 5, seed: 2 },
    BBMP: { iterations: 150, cells: size / 4 },
    [shortBbmp]: { iterations: 40, cells: size / 4 },
    'Perceptual Perturbation': { iterations: 100 },
  };
}

const idOf: Record<string, string> = {
  Gradient: 'gradient',
  'Gradient of the score': 'gradient',
  'Input Gradient': 'input-gradient',
  SmoothGrad: 'smoothgrad',
  'Integrated Gradients': 'integrated-gradients',
  GradCAM: 'gradcam',
  'GradCAM of the decided class': 'gradcam',
  Occlusion: 'occlusion',
  RISE: 'rise',
  BBMP: 'bbmp',
  [shortBbmp]: 'bbmp',
  'Perceptual Perturbation': 'perceptual-perturbation',
};

/** Maps of the methods that ask the classifier, with all that was random in them. */
export function classifierMaps(
  context: ExplainContext,
  images: tf.Tensor4D,
  writer: CheckWriter,
  names: readonly string[] = Object.keys(idOf).filter(name => name !== 'BBMP'),
): void {
  const size = images.shape[1];
  for (const name of names) {
    const options = optionsFor(size)[name];
    const explanation = methodById(idOf[name]).explain(context, images, options);
    writer.add(name, idOf[name], explanation.map, { ...options, ...drawsOf(name, options, size, writer) });
    if (explanation.completenessGap) {
      writer.add('Completeness gap', 'completeness-gap', explanation.completenessGap, { ...options });
    }
    disposeExplanation(explanation);
  }
}

function drawsOf(
  name: string,
  { samples = 0, cells = 1, seed = 0 }: { samples?: number; cells?: number; seed?: number },
  size: number,
  writer: CheckWriter,
): Record<string, unknown> {
  const numbers = Array.from({ length: samples }, (_, k) => k);
  if (name === 'RISE') return { draws: numbers.map(k => drawMask(k, cells, Math.ceil(size / cells), seed)) };
  if (name !== 'SmoothGrad') return {};
  const noise = tf.tidy(() =>
    tf.concat(numbers.map(k => smoothGradNoise([1, size, size, 1], 0.15, seed, k))),
  );
  const noiseFile = writer.write(
    'noise',
    tf.tidy(() => noise.transpose([0, 3, 1, 2])),
  );
  noise.dispose();
  return { noiseFile };
}

/** The augmented form of a method, with its transforms. */
export function augmentedMap(
  context: ExplainContext,
  images: tf.Tensor4D,
  writer: CheckWriter,
  { name, id, as, options }: { name: string; id: string; as: string; options?: MethodOptions },
): void {
  const [count, seed] = [4, 5];
  const ranges = predictionRanges;
  const method = augmented(methodById(id), { count, ranges, seed, generated: false });
  const explanation = method.explain(context, images, options);
  const transforms: Affine[] = randomTransforms(count, ranges, images.shape[1], seededRandom(seed));
  writer.add(name, as, explanation.map, { ...options, transforms });
  disposeExplanation(explanation);
}

/** Attributions between the two images of a pair generator: map, direction and completeness gap. */
export function pairAttributions(
  context: ExplainContext,
  images: tf.Tensor4D,
  writer: CheckWriter,
  { linearHead, ...generator }: { id: string; as: unknown; linearHead: boolean },
): void {
  for (const id of ['path', 'evidence-change']) {
    const points = 3;
    const { title } = methodById(id);
    const explanation = methodById(id).explain(context, images, { generator: generator.id, points });
    const options = { points, generator: generator.as };
    writer.add(title, id, explanation.map, options);
    writer.add(`${title}, with its direction`, `${id}-signed`, explanation.signed!, options);
    // Where F is linear in the features there is no gap: nothing but rounding to compare.
    if (id === 'path' || !linearHead)
      writer.add(`${title}, completeness gap`, `${id}-gap`, explanation.completenessGap!, options);
    disposeExplanation(explanation);
  }
  const points = 3;
  const { title, id, explain } = methodById('guided-gradcam');
  const explanation = explain(context, images, { generator: generator.id, points });
  writer.add(title, id, explanation.map, { points, generator: generator.as });
  disposeExplanation(explanation);
}

/** Maps and images of a package's generators. */
export function generatorMaps(context: ExplainContext, images: tf.Tensor4D, writer: CheckWriter): void {
  for (const [generator, { kind }] of Object.entries(context.card.generators)) {
    const id = kind === 'mask' ? 'mask-generator' : kind === 'naive' ? 'naive' : 'similar-adversarial';
    const method = methodById(id);
    const explanation: Explanation = method.explain(context, images, { generator });
    const { map, similar, adversarial } = explanation;
    const [as, options] =
      kind === 'mask' ? ['output', { generator, index: 0 }] : ['difference', { generator }];
    writer.add(`${method.title} (${generator})`, as, map, options);
    if (similar) writer.add(`x_s of ${generator}`, 'output', grey(similar), { generator, index: 0 });
    if (adversarial)
      writer.add(`x_a of ${generator}`, 'output', grey(adversarial), { generator, index: similar ? 1 : 0 });
    disposeExplanation(explanation);
  }
  const [generator] = generatorsOf(context.card, pairKinds);
  const alone = methodById('adversarial-alone').explain(context, images, { generator });
  writer.add(`Adversarial image alone (${generator})`, 'adversarial-alone', alone.map, { generator });
  disposeExplanation(alone);
}

function grey(image: tf.Tensor4D): tf.Tensor3D {
  return image.squeeze<tf.Tensor3D>([3]);
}

/** Deletion and insertion of the first image's map. */
export async function curves(
  context: ExplainContext,
  images: tf.Tensor4D,
  map: tf.Tensor3D,
): Promise<{ deletion: number; insertion: number }> {
  const size = images.shape[1];
  const first = (values: tf.Tensor): Float32Array => values.dataSync().slice(0, size * size) as Float32Array;
  return deletionInsertion(context, first(images), first(map), { steps: 10, seed: 0 });
}
