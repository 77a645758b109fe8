import * as tf from '@tensorflow/tfjs';
import type { Command } from 'commander';
import { z } from 'zod';
import { prepareNodeBackend } from '../backends/node';
import { inputTensor } from '../explain/film-session';
import { count, list, option, text, wholeNumber } from '../io/options';
import { quantile } from '../metrics';
import type { ModelCard } from '../models/card';
import { encodeDistribution, featureDistance, type FeatureDistribution } from '../models/distribution';
import { finiteValues } from '../models/finite';
import { sha256Hex } from '../models/hash';
import { classifierHash, loadModelPackage } from '../models/package';
import { classifyWithFeatures, featureClassifier, type FeatureClassifier } from '../models/pooled-features';
import { prepareImage } from '../models/preparation';
import { seededRandom, shuffled } from '../models/random';
import { makePhantom } from '../phantom';
import { isBinaryTask } from '../datasets/list';
import { datasetOptions, preparationOptions } from '../datasets/options';
import type { Split } from '../datasets/types';
import { folderReader } from '../io/folder-reader';
import { writeAtomically } from '../io/write-file';
import { fitDistribution } from '../training/fit-distribution';
import { writeCard } from '../training/write-package';
import { isPhantom, openListing } from '../datasets/open-listing';
import { openSplit } from '../evaluation/set/open-split';
import { casePixels } from '../evaluation/set/set';
import { Progress, terminal } from './progress';
import { addOptions } from './options';

/** Options of `explain fit-ood`. */
const fitOptions = z.object({
  model: option(text(), { value: '<folder>', help: 'model package, which is changed' }),
  data: option(z.array(text()), {
    value: '<folders...>',
    help: 'what it was trained on: data folders, or "phantom"',
  }),
  against: option(text().optional(), {
    value: '<folder>',
    help: 'also measure on images of another kind: a data folder, or "phantom"',
  }),
  layers: option(list().optional(), {
    value: '<list>',
    help: 'layers whose features are pooled (default: the card’s feature layer)',
  }),
  components: option(count().default(32), { value: '<count>', help: 'principal components' }),
  limit: option(count().default(1000), {
    value: '<count>',
    help: 'training images to fit to, drawn by the seed',
  }),
  ...preparationOptions.shape,
  seed: option(wholeNumber().default(0), {
    value: '<number>',
    help: 'fixes the drawing and the phantoms',
  }),
  ...datasetOptions.shape,
});

type FitOptions = z.infer<typeof fitOptions>;

/** Share of the validation images that keep below the threshold. */
const kept = 0.95;
const file = 'out-of-distribution.bin';

/** Adds `explain fit-ood`. */
export function registerFitOod(program: Command): void {
  const command = program
    .command('fit-ood')
    .description('Fit how far from its training images an image may lie, and write it into the model card');
  addOptions(command, fitOptions).action((options: FitOptions) => fit(options));
}

async function fit(options: FitOptions): Promise<void> {
  await prepareNodeBackend('wasm');
  const model = await loadModelPackage(folderReader(options.model), { generators: [] });
  const { card } = model;
  const layers = options.layers ?? [card.classifier.featureLayer ?? ''];
  if (layers.includes('')) throw new Error(`${card.id} names no feature layer. Give --layers.`);
  const network = featureClassifier(model.classifier, layers);
  try {
    const featuresOf = async (images: ImageSet, title: string): Promise<Float32Array[]> =>
      computeFeatures(card, network, images, title);
    const imagesOf = await openImages(options.data, card, options);
    const train = await featuresOf(await imagesOf('train'), 'training images');
    const distribution = fitDistribution(train, options.components);
    const distances = async (set: ImageSet, title: string): Promise<number[]> =>
      (await featuresOf(set, title)).map(features => featureDistance(distribution, features));
    const val = await distances(await imagesOf('val'), 'validation images');
    const threshold = quantile(
      val.sort((a, b) => a - b),
      kept,
    );
    const test = await distances(await imagesOf('test'), 'test images');
    const figures: Record<string, Flagged> = { val: flagged(val, threshold), test: flagged(test, threshold) };
    if (options.against) {
      const othersOf = await openImages([options.against], card, options);
      const name = options.against === 'phantom' ? 'phantoms' : 'chest X-rays';
      figures[name] = flagged(await distances(await othersOf('test'), name), threshold);
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

/** Opens the images of one split. */
type ImagesOf = (split: Split) => Promise<ImageSet>;

async function openImages(data: readonly string[], card: ModelCard, options: FitOptions): Promise<ImagesOf> {
  if (!isPhantom(data)) return openFolders(data, card, options);
  return async split => phantoms(card, split, split === 'train' ? options.limit : 200, options.seed);
}

/** Phantoms of seeds that no training draws. */
function phantoms(card: ModelCard, split: Split, number: number, seed: number): ImageSet {
  const { size } = card.input;
  return {
    count: number,
    input: index => {
      const { pixels, rows, columns } = makePhantom(`${seed}/fit-ood/${split}/${index}`, { size });
      return prepareImage({ values: pixels, rows, columns, photometric: 'MONOCHROME2' }, card.input).input;
    },
  };
}

async function openFolders(
  folders: readonly string[],
  card: ModelCard,
  options: FitOptions,
): Promise<ImagesOf> {
  const opened = await openListing(folders, options, terminal);
  const { exams } = opened.listing;
  const train = exams.filter(exam => exam.split === 'train' && isBinaryTask(exam));
  const drawn = new Set(shuffled(train, seededRandom(`${options.seed}/fit-ood`)).slice(0, options.limit));
  // Images that are not fitted to need no preparation.
  const wanted = exams.filter(exam => exam.split !== 'train' || drawn.has(exam));
  const few = { ...opened, listing: { ...opened.listing, exams: wanted } };
  return async split => {
    const set = await openSplit(few, split, card.input);
    return { count: set.cases.length, input: index => casePixels(set, index) };
  };
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
    result.push(await finiteValues(features, `A feature of image ${index + 1}`));
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
  await writeCard(options.model, {
    ...card,
    outOfDistribution: {
      path: file,
      components: options.components,
      quantile: kept,
      classifierSha256: classifierHash(card),
      ...fitted,
    },
    files: { ...card.files, [file]: sha256Hex(bytes) },
  });
}
