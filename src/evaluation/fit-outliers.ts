import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { prepareNodeBackend } from '../backends/node';
import { isBinaryTask } from '../datasets/list';
import { isPhantom, openListing } from '../datasets/open-listing';
import { datasetOptions, preparationOptions } from '../datasets/options';
import type { Split } from '../datasets/types';
import { inputTensor } from '../explain/film-session';
import { folderReader } from '../io/folder-reader';
import type { Listener } from '../io/listener';
import { count, list, option, text, wholeNumber } from '../io/options';
import { quantile } from '../metrics';
import type { ModelCard } from '../models/card';
import { featureDistance, type FeatureDistribution } from '../models/distribution';
import { finiteValues } from '../models/finite';
import { fitDistribution } from '../models/fit-distribution';
import { loadModelPackage } from '../models/package';
import { classifyWithFeatures, featureClassifier, type FeatureClassifier } from '../models/pooled-features';
import { prepareImage } from '../models/preparation';
import { seededRandom, shuffled } from '../models/random';
import { makePhantom } from '../phantom';
import { openSplit } from './set/open-split';
import { checkOwnNames, checkOwnSplit, ownSplitOptions } from './set/own-split';
import { casePixels } from './set/set';

/** Options of `explain fit-ood`. */
export const outlierOptions = z.object({
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
  ...ownSplitOptions.shape,
  ...datasetOptions.shape,
});

export type OutlierOptions = z.infer<typeof outlierOptions>;

/** Share of the validation images that keep below the threshold. */
export const kept = 0.95;

/**
 * An image this many times as far off as the farthest training or validation image is given no answer. A little more than 1: the
 * farthest of so many is not the farthest there is.
 */
const limitFactor = 1.05;

/** What was fitted. */
export interface OutlierFit {
  card: ModelCard;
  distribution: FeatureDistribution;
  layers: string[];
  /** Distance that {@link kept} of the validation images keep below. */
  threshold: number;
  /** {@link limitFactor} times the largest distance of a training or validation image. */
  limit: number;
  /** Training images that it was fitted to. */
  fittedTo: number;
  figures: Record<string, Flagged>;
}

/**
 * Fits how far from its training images an image may lie.
 *
 * @throws Error when neither card nor options name a layer
 */
export async function fitOutliers(options: OutlierOptions, listener: Listener): Promise<OutlierFit> {
  await prepareNodeBackend('wasm', { keepFilters: true });
  const model = await loadModelPackage(folderReader(options.model), { generators: [] });
  const { card } = model;
  const layers = options.layers ?? [card.classifier.featureLayer ?? ''];
  if (layers.includes('')) throw new Error(`${card.id} names no feature layer. Give --layers.`);
  const network = featureClassifier(model.classifier, layers);
  try {
    const featuresOf = async (images: ImageSet, title: string): Promise<Float32Array[]> =>
      computeFeatures(card, network, images, title, listener);
    const imagesOf = await openImages(options.data, card, options, listener, true);
    const train = await featuresOf(await imagesOf('train'), 'training images');
    const distribution = fitDistribution(train, options.components);
    const distances = async (set: ImageSet, title: string): Promise<number[]> =>
      (await featuresOf(set, title)).map(features => featureDistance(distribution, features));
    const val = await distances(await imagesOf('val'), 'validation images');
    const threshold = quantile(
      val.sort((a, b) => a - b),
      kept,
    );
    const fitted = train.map(features => featureDistance(distribution, features));
    const farthest = fitted.concat(val).reduce((most, distance) => Math.max(most, distance));
    const limit = limitFactor * farthest;
    const lines = { threshold, limit };
    const test = await distances(await imagesOf('test'), 'test images');
    const figures: Record<string, Flagged> = { val: flagged(val, lines), test: flagged(test, lines) };
    if (options.against) {
      const othersOf = await openImages([options.against], card, options, listener);
      const name = options.against === 'phantom' ? 'phantoms' : 'chest X-rays';
      figures[name] = flagged(await distances(await othersOf('test'), name), lines);
    }
    return { card, distribution, layers, threshold, limit, fittedTo: train.length, figures };
  } finally {
    model.dispose();
  }
}

/** Of so many images, so many lie above the threshold, and so many of these above the limit. */
interface Flagged {
  images: number;
  flagged: number;
  refused: number;
}

function flagged(
  distances: readonly number[],
  { threshold, limit }: { threshold: number; limit: number },
): Flagged {
  const above = (line: number): number => distances.filter(distance => distance > line).length;
  return { images: distances.length, flagged: above(threshold), refused: above(limit) };
}

/** Prepared images by number, made when asked for. */
interface ImageSet {
  count: number;
  input(index: number): Float32Array;
}

/** Opens the images of one split. */
type ImagesOf = (split: Split) => Promise<ImageSet>;

async function openImages(
  data: readonly string[],
  card: ModelCard,
  options: OutlierOptions,
  listener: Listener,
  ofTraining = false,
): Promise<ImagesOf> {
  if (!isPhantom(data)) return openFolders(data, card, options, listener, ofTraining);
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
  options: OutlierOptions,
  listener: Listener,
  ofTraining: boolean,
): Promise<ImagesOf> {
  const opened = await openListing(folders, options, listener);
  const { exams } = opened.listing;
  const train = exams.filter(exam => exam.split === 'train' && isBinaryTask(exam));
  const drawn = new Set(shuffled(train, seededRandom(`${options.seed}/fit-ood`)).slice(0, options.limit));
  // Images that are not fitted to need no preparation.
  const wanted = exams.filter(exam => exam.split !== 'train' || drawn.has(exam));
  const few = { ...opened, listing: { ...opened.listing, exams: wanted } };
  return async split => {
    // A threshold that training images set, and shares above it among them, would be those of no new film.
    const isNew = ofTraining && split !== 'train';
    if (isNew) await checkOwnNames(options.model, few, { ...options, split });
    const set = await openSplit(few, split, card.input);
    if (isNew)
      (await checkOwnSplit(options.model, set, { ...options, split })).forEach(note => listener.notice(note));
    return { count: set.cases.length, input: index => casePixels(set, index) };
  };
}

async function computeFeatures(
  card: ModelCard,
  network: FeatureClassifier,
  images: ImageSet,
  title: string,
  listener: Listener,
): Promise<Float32Array[]> {
  const progress = listener.begin(title, images.count);
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
