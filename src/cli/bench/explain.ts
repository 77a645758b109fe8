import type { Command } from 'commander';
import * as z from 'zod';
import * as tf from '@tensorflow/tfjs';
import { prepareNodeBackend } from '../../backends/node';
import {
  augmented,
  disposeExplanation,
  methods,
  whyUnavailable,
  type ExplainContext,
  type ExplanationMethod,
} from '../../explain';
import { count, workerCount, flag, option, text } from '../../io/options';
import { defaultMethodOf } from '../../models/default-method';
import { readModelCard } from '../../models/package';
import { formatTable } from '../../report/tables';
import { writeAtomically } from '../../io/write-file';
import { folderReader } from '../../io/folder-reader';
import { openSource } from '../averaging/source';
import { AveragingTeam } from '../averaging/team';
import { requirePackage } from '../open-model';
import { Progress } from '../progress';
import { addOptions } from '../options';

/** Options of `explain bench explain`. */
const benchExplainOptions = z.object({
  model: option(text(), { value: '<folder>', help: 'model package' }),
  paperSizes: option(flag(), {
    help: 'the paper’s networks at its size instead, with random weights',
  }),
  repeats: option(count().default(3), {
    value: '<count>',
    help: 'warm runs of each method, the fastest counts',
  }),
  batch: option(count().default(16), {
    value: '<images>',
    help: 'images of a batch; fewer where the wasm heap of 4 GiB is too small',
  }),
  workers: option(workerCount().default(2), {
    value: '<count>',
    help: 'threads that share the transforms of an averaged map',
  }),
  oneShot: option(flag(), { help: 'leave out the methods of many passes' }),
  json: option(text().optional(), { value: '<file>', help: 'write the seconds there too' }),
});

type BenchExplainOptions = z.infer<typeof benchExplainOptions>;

/** Seconds of one method. */
interface MethodTimes {
  id: string;
  title: string;
  /** First run, with everything that is set up on it. */
  cold: number;
  /** Fastest of the later runs: other work on the machine only ever adds time. */
  warm: number;
  /** An image, in a batch; one-shot methods alone. */
  batched?: number;
  /** Mean of ten transforms, one image, in one thread; one-shot methods alone. */
  averaged?: number;
  /** The same, an image, in a batch. */
  averagedBatched?: number;
  /** Mean of ten transforms, one image, shared out among the threads of `--workers`. */
  averagedShared?: number;
}

const transforms = 10;

/** Adds `explain bench explain`. */
export function registerBenchExplain(bench: Command): void {
  const command = bench
    .command('explain')
    .description(
      'Time every explanation method: cold, warm, batched and averaged in one thread, and averaged on several',
    );
  addOptions(command, benchExplainOptions).action((options: BenchExplainOptions) => benchExplain(options));
}

async function benchExplain(options: BenchExplainOptions): Promise<void> {
  const { model, paperSizes, workers } = options;
  await requirePackage(model);
  await prepareNodeBackend('wasm', { keepFilters: true });
  const card = await readModelCard(folderReader(model));
  const source = { model, paperSizes, generators: Object.keys(card.generators) };
  const context = await openSource(source);
  const team = workers > 1 ? await AveragingTeam.start(context, source, 'wasm', workers) : undefined;
  try {
    await timeMethods(context, team, options);
  } finally {
    await team?.stop();
  }
}

async function timeMethods(
  context: ExplainContext,
  team: AveragingTeam | undefined,
  options: BenchExplainOptions,
): Promise<void> {
  const runnable = methods.filter(
    method => !whyUnavailable(method, context) && (method.oneShot || !options.oneShot),
  );
  const progress = new Progress('timing', runnable.length);
  const times: MethodTimes[] = [];
  for (const [index, method] of runnable.entries()) {
    times.push(await timeMethod(context, method, team, options));
    progress.update(index + 1, method.id);
  }
  progress.stop();
  process.stdout.write(`${tableOf(times, options)}\n`);
  if (options.json) await writeAtomically(options.json, `${JSON.stringify(times, null, 2)}\n`);
}

async function timeMethod(
  context: ExplainContext,
  method: ExplanationMethod,
  team: AveragingTeam | undefined,
  { repeats, batch: batchSize }: BenchExplainOptions,
): Promise<MethodTimes> {
  const { size, channels } = context.card.input;
  const one = tf.randomUniform<tf.Rank.R4>([1, size, size, channels], 0, 1, 'float32', 1);
  const many = tf.tidy(() => tf.tile(one, [batchSize, 1, 1, 1]));
  const cold = await seconds(context, method, one);
  const warm = await fastest(context, method, one, repeats);
  const { id, title } = method;
  try {
    if (!method.oneShot) return { id, title, cold, warm };
    const { count: _count, ...ranges } = context.card.augmentation;
    const mean = augmented(method, { count: transforms, seed: 0, ranges, generated: false });
    await seconds(context, method, many);
    return {
      id,
      title,
      cold,
      warm,
      batched: (await fastest(context, method, many, repeats)) / batchSize,
      averaged: await fastest(context, mean, one, repeats + 1),
      averagedBatched: (await fastest(context, mean, many, 1)) / batchSize,
      averagedShared: team && (await fastestShared(team, method, one, repeats + 1)),
    };
  } finally {
    tf.dispose([one, many]);
  }
}

async function fastestShared(
  team: AveragingTeam,
  { id }: ExplanationMethod,
  one: tf.Tensor4D,
  repeats: number,
): Promise<number> {
  const [, size] = one.shape;
  const input = (await tf.tidy(() => one.slice([0, 0, 0, 0], [1, size, size, 1])).data()) as Float32Array;
  const averaging = { methodId: id, augment: { count: transforms, seed: 0 } };
  let least = Infinity;
  for (let k = 0; k < repeats; k++) {
    const begun = performance.now();
    await team.average(averaging, input);
    least = Math.min(least, (performance.now() - begun) / 1000);
  }
  return least;
}

async function fastest(
  context: ExplainContext,
  method: ExplanationMethod,
  batch: tf.Tensor4D,
  repeats: number,
): Promise<number> {
  let least = Infinity;
  for (let k = 0; k < repeats; k++) least = Math.min(least, await seconds(context, method, batch));
  return least;
}

async function seconds(
  context: ExplainContext,
  method: ExplanationMethod,
  batch: tf.Tensor4D,
): Promise<number> {
  const begun = performance.now();
  const explanation = method.explain(context, batch);
  await explanation.map.data();
  disposeExplanation(explanation);
  return (performance.now() - begun) / 1000;
}

function tableOf(times: readonly MethodTimes[], { workers, batch }: BenchExplainOptions): string {
  const own = times.find(({ id }) => id === defaultMethodOf(undefined))?.warm;
  const number = (value: number | undefined): string => value?.toFixed(3) ?? '–';
  const head = [
    'method',
    'cold, s',
    'warm, s',
    `batch of ${batch}, s an image`,
    'averaged, s',
    'averaged / warm',
    `averaged, batch of ${batch}, s an image`,
    `averaged on ${workers} threads, s`,
    '/ warm',
    'warm / ours',
  ];
  const ratio = (value: number | undefined, warm: number): string =>
    value === undefined ? '–' : (value / warm).toFixed(1);
  const rows = times.map(({ title, cold, warm, batched, averaged, averagedBatched, averagedShared }) => [
    title,
    number(cold),
    number(warm),
    number(batched),
    number(averaged),
    ratio(averaged, warm),
    number(averagedBatched),
    number(averagedShared),
    ratio(averagedShared, warm),
    own === undefined ? '–' : (warm / own).toFixed(1),
  ]);
  return formatTable(head, rows);
}
