import { z } from 'zod';
import { mostTransforms } from '../models/most-transforms';
import { prepareNodeBackend } from '../backends/node';
import { openListing } from '../datasets/open-listing';
import { datasetOptions, preparationOptions } from '../datasets/options';
import { explanationMask, methodById, requireAvailable, withFilm } from '../explain';
import { folderReader } from '../io/folder-reader';
import type { Listener } from '../io/listener';
import { count, list, option, text, wholeNumber } from '../io/options';
import { correlation, quantile } from '../metrics';
import type { ModelCard } from '../models/card';
import { defaultMethodOf } from '../models/default-method';
import { loadModelPackage, type ModelPackage } from '../models/package';
import { seededRandom, shuffled } from '../models/random';
import { openSplit } from './set/open-split';
import { checkOwnNames, checkOwnSplit, ownSplitOptions } from './set/own-split';
import { makePhantomSet } from './set/phantom-set';
import { casePixels, truthInside, truthMask, validArea, type EvaluationSet } from './set/set';

/** Options of `explain fit-stability`. */
export const stabilityOptions = z.object({
  model: option(text(), { value: '<folder>', help: 'model package, which is changed' }),
  data: option(text(), { value: '<folder>', help: 'data folder, whose val split is taken, or "phantom"' }),
  methods: option(list().optional(), {
    value: '<list>',
    help: 'methods to measure, separated by commas (default: the model’s own)',
  }),
  augment: option(count(mostTransforms).default(10), {
    value: '<count>',
    help: 'transforms of each map, at least 2',
  }),
  limit: option(count().default(100), { value: '<count>', help: 'validation images, drawn by the seed' }),
  values: option(text().optional(), {
    value: '<file>',
    help: 'also write correlation and IoU of each map there (CSV)',
  }),
  ...preparationOptions.shape,
  seed: option(wholeNumber().default(0), {
    value: '<number>',
    help: 'fixes drawing and transforms',
  }),
  ...ownSplitOptions.shape,
  ...datasetOptions.shape,
});

export type StabilityOptions = z.infer<typeof stabilityOptions>;

/** Share of the validation images whose maps count as unstable: one in ten, so that the word is said of what stands out. */
const unstable = 0.1;

/** One map of one validation image. */
interface MeasuredMap {
  /** Rank correlation between the means of two halves of its transforms. */
  correlation: number;
  /** IoU of the truth and the pixels above the 90th percentile; absent where the image has no truth. */
  iou?: number;
}

/** What was measured of one method. */
export interface StabilityFit {
  methodId: string;
  entry: NonNullable<ModelCard['stability']>[string];
  maps: MeasuredMap[];
}

/**
 * Measures how far averaged maps of validation images would come out again, and sets the threshold below which they count as
 * unstable.
 *
 * @throws RangeError for an unknown method, or fewer than two transforms
 */
export async function fitStability(
  options: StabilityOptions,
  listener: Listener,
): Promise<{ card: ModelCard; fits: StabilityFit[] }> {
  if (options.augment < 2) throw new RangeError('--augment must be at least 2: one transform has no halves.');
  await prepareNodeBackend('wasm', { keepFilters: true });
  const model = await loadModelPackage(folderReader(options.model));
  try {
    const { card } = model;
    const ids = options.methods ?? [defaultMethodOf(card)];
    ids.forEach(id => requireAvailable(methodById(id), model));
    const { set, drawn } = await openVal(options, card, listener);
    const fits: StabilityFit[] = [];
    for (const methodId of ids) {
      const maps = await measure(model, set, drawn, methodId, options, listener);
      fits.push({ methodId, maps, entry: entryOf(maps, drawn.length, options) });
    }
    return { card, fits };
  } finally {
    model.dispose();
  }
}

/** The validation split, and which of its images are taken. */
async function openVal(
  options: StabilityOptions,
  { input }: ModelCard,
  listener: Listener,
): Promise<{ set: EvaluationSet; drawn: number[] }> {
  const listing =
    options.data === 'phantom' ? undefined : await openListing([options.data], options, listener);
  const own = { ...options, split: 'val' as const };
  if (listing) await checkOwnNames(options.model, listing, own);
  const set = listing
    ? await openSplit(listing, 'val', input)
    : makePhantomSet(options.limit, options.seed, input, () => {});
  if (listing) (await checkOwnSplit(options.model, set, own)).forEach(note => listener.notice(note));
  const all = set.cases.map((_, index) => index);
  return { set, drawn: shuffled(all, seededRandom(`${options.seed}/fit-stability`)).slice(0, options.limit) };
}

async function measure(
  model: ModelPackage,
  set: EvaluationSet,
  drawn: readonly number[],
  methodId: string,
  { augment, seed }: StabilityOptions,
  listener: Listener,
): Promise<MeasuredMap[]> {
  const progress = listener.begin(methodId, drawn.length);
  const measured: MeasuredMap[] = [];
  for (const [done, index] of drawn.entries()) {
    const prepared = { input: casePixels(set, index), valid: validArea(set, index) };
    const { map, halfCorrelation } = await withFilm(model, prepared, session =>
      session.explain({ methodId, augment, seed, withGenerated: false }),
    );
    if (halfCorrelation !== undefined) {
      const { truth } = set.cases[index];
      const marked = truth === undefined ? undefined : explanationMask(map, 90, methodId, prepared.valid);
      const iou =
        marked && intersectionOverUnion(marked, truthInside(truthMask(set, truth!), prepared.valid));
      measured.push({ correlation: halfCorrelation, iou });
    }
    progress.update(done + 1);
  }
  progress.stop();
  return measured;
}

function intersectionOverUnion(a: Uint8Array, b: Uint8Array): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    both += a[i] & b[i];
    either += a[i] | b[i];
  }
  return either > 0 ? both / either : 0;
}

/** @throws RangeError where no map has halves that could be compared */
function entryOf(
  maps: readonly MeasuredMap[],
  images: number,
  { augment }: StabilityOptions,
): StabilityFit['entry'] {
  if (maps.length === 0)
    throw new RangeError('No map has a value that changes from pixel to pixel, so nothing was measured.');
  const sorted = maps.map(map => map.correlation).sort((a, b) => a - b);
  const at = (share: number): number => quantile(sorted, share);
  const threshold = at(unstable);
  const withTruth = maps.filter((map): map is Required<MeasuredMap> => map.iou !== undefined);
  const meanIou = (some: readonly Required<MeasuredMap>[]): number | null =>
    some.length === 0 ? null : some.reduce((sum, { iou }) => sum + iou, 0) / some.length;
  const withIou = correlation(
    withTruth.map(map => map.correlation),
    withTruth.map(map => map.iou),
  );
  return {
    transforms: augment,
    threshold,
    quantile: unstable,
    figures: {
      split: 'val',
      images,
      withoutContrast: images - maps.length,
      minimum: sorted[0],
      lowerQuartile: at(0.25),
      median: at(0.5),
      upperQuartile: at(0.75),
      maximum: sorted.at(-1)!,
      withTruth: withTruth.length,
      iou90Stable: meanIou(withTruth.filter(map => map.correlation >= threshold)),
      iou90Unstable: meanIou(withTruth.filter(map => map.correlation < threshold)),
      correlationWithIou90: withIou ?? null,
    },
  };
}
