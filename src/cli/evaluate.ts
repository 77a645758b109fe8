import { cpus } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { Option, type Command } from 'commander';
import { version } from '../../package.json';
import { prepareNodeBackend } from '../backends/node';
import { methodById } from '../explain';
import { centreGaussianMap, edgeMap, randomMap } from '../metrics';
import type { ModelCard } from '../models/card';
import { sha256Hex } from '../models/hash';
import { loadModelPackage, readModelCard } from '../models/package';
import { seededRandom, shuffled } from '../models/random';
import { imagesCsv, mapsCsv } from '../report/csv';
import type { CaseRecord, MapTitle } from '../report/records';
import { summariseClassifier, summariseGenerators, summariseMaps } from '../report/summary';
import { classifierTable, controlTable, generatorTable, localisationTable } from '../report/tables';
import { folderReader, writeAtomically } from '../training/files';
import { writeCard } from '../training/write-package';
import type { Split } from '../training/datasets/types';
import { addDatasetOptions, openListing, type DatasetOptions } from './dataset-options';
import { withFigures } from './evaluation/card-figures';
import { controlTruths } from './evaluation/controls';
import type { EvaluationPlan } from './evaluation/evaluate-case';
import { mapRecord } from './evaluation/figures';
import { parseRequests, whyNot, type MapRequest } from './evaluation/map-sources';
import { writeCasePictures } from './evaluation/pictures';
import { RecordStore } from './evaluation/record-store';
import { casePixels, makePhantomSet, openSplit, truthMask, type EvaluationSet } from './evaluation/set';
import { evaluateCases } from './evaluation/team';
import { Progress } from './progress';

interface EvaluateOptions extends DatasetOptions {
  model: string;
  data?: string;
  phantoms?: number;
  split: Split;
  methods: string;
  augment: number;
  limit?: number;
  out: string;
  seed: number;
  controls: number;
  pictures: number;
  resamples: number;
  updateCard?: boolean;
}

/** Adds `explain evaluate`. */
export function registerEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description('Measure a model and its explanations on a split of labelled images, or on phantoms')
    .requiredOption('--model <folder>', 'model package')
    .option('--data <folder>', 'data folder as docs/data.md describes')
    .option('--phantoms <count>', 'evaluate on this many fresh phantoms instead', Number)
    .addOption(
      new Option('--split <name>', 'split of the data').choices(['train', 'val', 'test']).default('test'),
    )
    .option(
      '--methods <list>',
      'method ids separated by commas, "id:generator" for a certain generator, or "all"',
      'all',
    )
    .option(
      '--augment <count>',
      'random transforms of the averaged forms (eq. 11); 0 leaves them out',
      Number,
      10,
    )
    .option('--limit <count>', 'evaluate a seeded sample of this many images', Number)
    .option('--workers <number>', 'worker threads', Number, cpus().length)
    .option('--out <folder>', 'folder of the report; finished images in it are kept', 'report')
    .option('--cache <folder>', 'folder of prepared images', '.cache')
    .option('--seed <number>', 'fixes sample, transforms, ties, controls and bootstrap', Number, 0)
    .option('--controls <rounds>', 'permutations of the shuffled control', Number, 20)
    .option(
      '--pictures <count>',
      'write x, x_s, x_a and map of this many images, drawn by the seed',
      Number,
      0,
    )
    .option('--resamples <count>', 'bootstrap resamples', Number, 1000)
    .option('--update-card', 'write the figures into the model card too');
  addDatasetOptions(command).action((options: EvaluateOptions) => evaluate(options));
}

async function evaluate(options: EvaluateOptions): Promise<void> {
  const card = await readModelCard(folderReader(options.model));
  const requests = parseRequests(options.methods, card, options.augment, options.seed);
  const impossible = requests.map(request => whyNot(request, card)).filter(reason => reason !== undefined);
  if (impossible.length > 0) throw new Error(impossible.join('\n'));

  const set = await openSet(options, card);
  const plan = makePlan(set, requests, options);
  const indices = chooseCases(set, options);
  const store = await RecordStore.open(options.out, evaluationKey(card, set, plan));
  await evaluateMissing(options, card, set, plan, indices, store);

  const records = indices.map(index =>
    withTrivialMaps(store.records.get(set.cases[index].id)!, set, plan, index),
  );
  await writeReport(options, card, set, requests, records);
  if (options.pictures > 0) await drawPictures(options, set, requests, indices);
}

/** Pictures of the first request that makes images, else of the first one. */
async function drawPictures(
  options: EvaluateOptions,
  set: EvaluationSet,
  requests: readonly MapRequest[],
  indices: readonly number[],
): Promise<void> {
  const request = requests.find(({ methodId }) => methodById(methodId).needs.generator) ?? requests[0];
  await prepareNodeBackend('wasm');
  const read = folderReader(options.model);
  const { generators } = await readModelCard(read);
  const model = await loadModelPackage(read, { generators: Object.keys(generators) });
  const chosen = shuffled(indices, seededRandom(`${options.seed}/pictures`)).slice(0, options.pictures);
  const files = await writeCasePictures(model, set, chosen, request, path.join(options.out, 'pictures'));
  model.dispose();
  process.stdout.write(
    `${files.length} pictures of ${request.title} in ${path.join(options.out, 'pictures')}\n`,
  );
}

async function openSet(options: EvaluateOptions, card: ModelCard): Promise<EvaluationSet> {
  if ((options.data === undefined) === (options.phantoms === undefined)) {
    throw new Error('Give either --data <folder> or --phantoms <count>.');
  }
  if (options.data) {
    const listing = await openListing(options.data, options);
    return openSplit(listing, options.data, options.split, card.input);
  }
  const progress = new Progress('drawing phantoms', options.phantoms!);
  const set = makePhantomSet(options.phantoms!, options.seed, card.input, done => progress.update(done));
  progress.stop();
  return set;
}

function makePlan(set: EvaluationSet, requests: MapRequest[], options: EvaluateOptions): EvaluationPlan {
  const withTruth = set.cases.filter(info => info.truth !== undefined);
  const patients = withTruth.sort((a, b) => a.truth! - b.truth!).map(info => info.patient);
  return { requests, controls: controlTruths(patients, options.controls, options.seed), seed: options.seed };
}

function chooseCases(set: EvaluationSet, { limit, seed }: EvaluateOptions): number[] {
  const all = set.cases.map((_, index) => index);
  if (limit === undefined || limit >= all.length) return all;
  return shuffled(all, seededRandom(`${seed}/limit`)).slice(0, limit);
}

function evaluationKey(card: ModelCard, set: EvaluationSet, plan: EvaluationPlan): string {
  const { files, calibration, operatingPoint } = card;
  const text = JSON.stringify([
    version,
    card.id,
    files,
    calibration,
    operatingPoint,
    card.augmentation,
    set.hash,
    plan,
  ]);
  return sha256Hex(new TextEncoder().encode(text));
}

async function evaluateMissing(
  options: EvaluateOptions,
  card: ModelCard,
  set: EvaluationSet,
  plan: EvaluationPlan,
  indices: readonly number[],
  store: RecordStore,
): Promise<void> {
  const missing = indices.filter(index => !store.records.has(set.cases[index].id));
  if (missing.length === 0) return;
  const { size, cases, planes, truths } = set;
  const generators = Object.keys(card.generators);
  const progress = new Progress('evaluating', missing.length);
  let done = 0;
  await evaluateCases(
    { model: path.resolve(options.model), generators, set: { size, cases, planes, truths }, plan },
    missing,
    options.workers,
    record => {
      store.add(record);
      progress.update(++done);
    },
  );
  progress.stop();
}

const trivialTitles: MapTitle[] = [
  { key: 'average-truth', title: 'average training truth' },
  { key: 'centre-gaussian', title: 'centre Gaussian' },
  { key: 'random', title: 'random map' },
  { key: 'edges', title: 'edges' },
];

/** Those that the set allows. */
function trivialMaps({ averageTruth }: EvaluationSet): MapTitle[] {
  return trivialTitles.filter(({ key }) => key !== 'average-truth' || averageTruth);
}

/** Adds the maps that no network makes; cheap, so they are not stored. */
function withTrivialMaps(
  record: CaseRecord,
  set: EvaluationSet,
  plan: EvaluationPlan,
  index: number,
): CaseRecord {
  const { truth } = set.cases[index];
  if (truth === undefined) return record;
  const maps: Record<string, Float32Array> = {
    ...(set.averageTruth && { 'average-truth': set.averageTruth }),
    'centre-gaussian': centreGaussianMap(set.size),
    random: randomMap(set.size, `${plan.seed}/${record.id}`),
    edges: edgeMap(casePixels(set, index), set.size),
  };
  const controls = plan.controls[truth].map(other => truthMask(set, other));
  const scored = trivialMaps(set).map(({ key }) => [
    key,
    mapRecord(maps[key], truthMask(set, truth), controls, plan.seed),
  ]);
  return { ...record, maps: { ...record.maps, ...Object.fromEntries(scored) } };
}

async function writeReport(
  options: EvaluateOptions,
  card: ModelCard,
  set: EvaluationSet,
  requests: readonly MapRequest[],
  records: readonly CaseRecord[],
): Promise<void> {
  const summaryOptions = {
    operatingPoint: card.operatingPoint,
    resamples: options.resamples,
    seed: options.seed,
  };
  const classifier = summariseClassifier(records, summaryOptions);
  const generators = summariseGenerators(records, summaryOptions);
  const maps = summariseMaps(records, [...requests, ...trivialMaps(set)], summaryOptions);
  const withTruth = records.filter(record => record.truthShare !== undefined);
  const results = {
    provenance: {
      model: { id: card.id, version: card.version, files: card.files },
      data: {
        description: set.description,
        sha256: set.hash,
        images: records.length,
        withTruth: withTruth.length,
        leftOut: set.leftOut,
      },
      software: { explain: version, tfjs: tf.version_core, backend: 'wasm', node: process.version },
      options: {
        ...summaryOptions,
        augment: options.augment,
        limit: options.limit,
        controls: options.controls,
      },
    },
    classifier,
    generators,
    maps,
  };
  await writeAtomically(path.join(options.out, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  await writeAtomically(path.join(options.out, 'maps.csv'), mapsCsv(records));
  await writeAtomically(path.join(options.out, 'images.csv'), imagesCsv(records));
  const leftOut = Object.entries(set.leftOut)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');
  const tables =
    `${card.title} ${card.version}, ${set.description}: ${records.length} images, ${withTruth.length} with truth` +
    `${leftOut ? ` (left out: ${leftOut})` : ''}\n\n` +
    [
      classifierTable(classifier),
      ...(generators.length ? [generatorTable(generators)] : []),
      ...(maps.length ? [localisationTable(maps), controlTable(maps)] : []),
    ].join('\n\n');
  await writeAtomically(path.join(options.out, 'tables.txt'), `${tables}\n`);
  process.stdout.write(
    `${tables}\n\nWritten to ${options.out}: results.json, maps.csv, images.csv, tables.txt\n`,
  );
  if (options.updateCard) {
    const name = options.data ? options.split : 'phantoms';
    await writeCard(options.model, withFigures(card, name, { classifier, generators, maps }));
  }
}
