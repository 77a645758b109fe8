import * as tf from '@tensorflow/tfjs';
import type { Command } from 'commander';
import { prepareNodeBackend } from '../backends/node';
import { inputTensor } from '../explain/explain-image';
import { quantile } from '../metrics';
import type { ModelCard } from '../models/card';
import { encodeDistribution, featureDistance, type FeatureDistribution } from '../models/distribution';
import { sha256Hex } from '../models/hash';
import { loadModelPackage } from '../models/package';
import { classifyWithFeatures, featureClassifier, type FeatureClassifier } from '../models/pooled-features';
import { prepareImage } from '../models/preparation';
import { seededRandom, shuffled } from '../models/random';
import { makePhantom } from '../phantom';
import { prepareDataset } from '../training/datasets/cache';
import { isBinaryTask, readCxrExams } from '../training/datasets/cxr';
import type { Split } from '../training/datasets/types';
import { folderReader, writeAtomically } from '../training/files';
import { fitDistribution } from '../training/fit-distribution';
import { weightsHash, writeCard } from '../training/write-package';
import { Progress } from './progress';
import { count } from './train-options';

interface FitOptions {
  model: string;
  data: string;
  against?: string;
  layers?: string;
  components: number;
  limit: number;
  cache: string;
  seed: number;
}

/** Share of the validation images that keep below the threshold. */
const kept = 0.95;
const file = 'out-of-distribution.bin';

/** Adds `explain fit-ood`. */
export function registerFitOod(program: Command): void {
  program
    .command('fit-ood')
    .description('Fit how far from its training images an image may lie, and write it into the model card')
    .requiredOption('--model <folder>', 'model package, which is changed')
    .requiredOption('--data <folder>', 'what it was trained on: a data folder, or "phantom"')
    .option('--against <folder>', 'also measure on images of another kind: a data folder, or "phantom"')
    .option('--layers <list>', 'layers whose features are pooled (default: the card’s feature layer)')
    .option('--components <count>', 'principal components', count, 32)
    .option('--limit <count>', 'training images to fit to, drawn by the seed', count, 1000)
    .option('--cache <folder>', 'folder of prepared images', '.cache')
    .option('--seed <number>', 'fixes the drawing and the phantoms', Number, 0)
    .action((options: FitOptions) => fit(options));
}

async function fit(options: FitOptions): Promise<void> {
  await prepareNodeBackend('wasm');
  const model = await loadModelPackage(folderReader(options.model), { generators: [] });
  const { card } = model;
  const layers = options.layers?.split(',') ?? [card.classifier.featureLayer];
  const network = featureClassifier(model.classifier, layers);
  try {
    const featuresOf = async (images: ImageSet, title: string): Promise<Float32Array[]> =>
      computeFeatures(card, network, images, title);
    const images = await openImages(options.data, card, options);
    const train = await featuresOf(limited(images.train, options), 'training images');
    const distribution = fitDistribution(train, options.components);
    const distances = async (set: ImageSet, title: string): Promise<number[]> =>
      (await featuresOf(set, title)).map(features => featureDistance(distribution, features));
    const val = await distances(images.val, 'validation images');
    const threshold = quantile(
      val.sort((a, b) => a - b),
      kept,
    );
    const test = await distances(images.test, 'test images');
    const figures: Record<string, Flagged> = { val: flagged(val, threshold), test: flagged(test, threshold) };
    if (options.against) {
      const others = await openImages(options.against, card, options);
      const name = options.against === 'phantom' ? 'phantoms' : 'chest X-rays';
      figures[name] = flagged(await distances(others.test, name), threshold);
    }
    await writeFit(options, card, distribution, {
      layers,
      threshold,
      figures: { fittedTo: train.length, ...figures },
    });
    for (const [name, { images: n, flagged: above }] of Object.entries(figures)) {
      process.stdout.write(
        `${name}: ${above} of ${n} above the threshold (${((100 * above) / n).toFixed(1)} %)\n`,
      );
    }
    process.stdout.write(
      `Threshold ${threshold.toFixed(3)}, written into ${options.model}/model-card.json\n`,
    );
  } finally {
    model.dispose();
  }
}

interface Flagged {
  images: number;
  flagged: number;
}

function flagged(distances: readonly number[], threshold: number): Flagged {
  return { images: distances.length, flagged: distances.filter(distance => distance > threshold).length };
}

/** Prepared images by number, made when asked for. */
interface ImageSet {
  count: number;
  input(index: number): Float32Array;
}

function limited(set: ImageSet, { limit, seed }: FitOptions): ImageSet {
  if (limit >= set.count) return set;
  const all = Array.from({ length: set.count }, (_, i) => i);
  const chosen = shuffled(all, seededRandom(`${seed}/fit-ood`)).slice(0, limit);
  return { count: limit, input: index => set.input(chosen[index]) };
}

async function openImages(
  data: string,
  card: ModelCard,
  options: FitOptions,
): Promise<Record<Split, ImageSet>> {
  return data === 'phantom'
    ? {
        train: phantoms(card, 'train', 1000, options),
        val: phantoms(card, 'val', 200, options),
        test: phantoms(card, 'test', 200, options),
      }
    : openFolder(data, card, options.cache);
}

/** Phantoms of seeds that no training draws. */
function phantoms(card: ModelCard, split: Split, number: number, { seed }: FitOptions): ImageSet {
  const { size } = card.input;
  return {
    count: number,
    input: index => {
      const { pixels, rows, columns } = makePhantom(`${seed}/fit-ood/${split}/${index}`, { size });
      return prepareImage({ values: pixels, rows, columns, photometric: 'MONOCHROME2' }, card.input).input;
    },
  };
}

async function openFolder(folder: string, card: ModelCard, cache: string): Promise<Record<Split, ImageSet>> {
  const exams = await readCxrExams(folder);
  const progress = new Progress('preparing images', exams.length);
  const { pixels, size } = await prepareDataset(folder, exams, card.input, cache, done =>
    progress.update(done),
  );
  progress.stop();
  const pixelCount = size * size;
  const of = (split: Split): ImageSet => {
    const indices = exams.flatMap((exam, i) => (exam.split === split && isBinaryTask(exam) ? [i] : []));
    const input = (index: number): Float32Array => {
      const start = indices[index] * pixelCount;
      return Float32Array.from(pixels.subarray(start, start + pixelCount), value => value / 65535);
    };
    return { count: indices.length, input };
  };
  return { train: of('train'), val: of('val'), test: of('test') };
}

async function computeFeatures(
  card: ModelCard,
  network: FeatureClassifier,
  images: ImageSet,
  title: string,
): Promise<Float32Array[]> {
  const progress = new Progress(title, images.count);
  const result: Float32Array[] = [];
  for (let index = 0; index < images.count; index++) {
    const x = inputTensor({ card }, images.input(index));
    const { logits, features } = classifyWithFeatures(network, x);
    result.push((await features.data()) as Float32Array);
    tf.dispose([x, logits, features]);
    progress.update(index + 1);
  }
  progress.stop();
  return result;
}

async function writeFit(
  options: FitOptions,
  card: ModelCard,
  distribution: FeatureDistribution,
  fitted: Pick<NonNullable<ModelCard['outOfDistribution']>, 'layers' | 'threshold' | 'figures'>,
): Promise<void> {
  const bytes = encodeDistribution(distribution);
  await writeAtomically(`${options.model}/${file}`, bytes);
  const part = card.classifier.path.replace(/\/[^/]*$/, '');
  await writeCard(options.model, {
    ...card,
    outOfDistribution: {
      path: file,
      components: options.components,
      quantile: kept,
      classifierSha256: await weightsHash(options.model, part),
      ...fitted,
    },
    files: { ...card.files, [file]: sha256Hex(bytes) },
  });
}
