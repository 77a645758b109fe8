import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
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
import { buildGenerator } from '../../models/networks/generator';
import { buildResNet } from '../../models/networks/resnet';
import { loadModelPackage, readModelCard } from '../../models/package';
import { formatTable } from '../../report/tables';
import { folderReader } from '../../training/files';
import { Progress } from '../progress';
import { count } from '../train-options';

interface BenchExplainOptions {
  model: string;
  paperSizes?: boolean;
  repeats: number;
  oneShot?: boolean;
  json?: string;
}

/** Seconds of one method. */
interface MethodTimes {
  id: string;
  title: string;
  /** First run, with everything that is set up on it. */
  cold: number;
  /** Fastest of the later runs: other work on the machine only ever adds time. */
  warm: number;
  /** An image, in a batch of 16; one-shot methods alone. */
  batched?: number;
  /** Mean of ten transforms, one image; one-shot methods alone. */
  averaged?: number;
}

const batchSize = 16;
const transforms = 10;

/** Adds `explain bench explain`. */
export function registerBenchExplain(bench: Command): void {
  bench
    .command('explain')
    .description('Time every explanation method on one image, in one thread: cold, warm, batched, averaged')
    .requiredOption('--model <folder>', 'model package')
    .option('--paper-sizes', 'the paper’s networks at its size instead, with random weights')
    .option('--repeats <count>', 'warm runs of each method, the fastest counts', count, 3)
    .option('--one-shot', 'leave out the methods of many passes')
    .option('--json <file>', 'write the seconds there too')
    .action((options: BenchExplainOptions) => benchExplain(options));
}

async function benchExplain(options: BenchExplainOptions): Promise<void> {
  await prepareNodeBackend('wasm');
  const context = await openContext(options);
  const runnable = methods.filter(
    method => !whyUnavailable(method, context) && (method.oneShot || !options.oneShot),
  );
  const progress = new Progress('timing', runnable.length);
  const times: MethodTimes[] = [];
  for (const [index, method] of runnable.entries()) {
    times.push(await timeMethod(context, method, options.repeats));
    progress.update(index + 1, method.id);
  }
  progress.stop();
  process.stdout.write(`${tableOf(times)}\n`);
  if (options.json) await writeFile(options.json, `${JSON.stringify(times, null, 2)}\n`);
}

async function openContext({ model, paperSizes }: BenchExplainOptions): Promise<ExplainContext> {
  const read = folderReader(model);
  const card = await readModelCard(read);
  if (!paperSizes) return loadModelPackage(read, { generators: Object.keys(card.generators) });
  const input = { ...card.input, size: 224, channels: 3 as const };
  const { size, channels } = input;
  const classifier = buildResNet({ depth: 50, width: 64, size, channels, head: 'features', seed: 1 });
  const generator = buildGenerator({
    kind: 'single2',
    size,
    channels,
    width: 16,
    levels: 5,
    inputPooling: 1,
    outputLevel: 0,
    output: 'residual',
    residualBound: 0.35,
    seed: 2,
  });
  const entry = {
    kind: 'single2',
    path: 'single2',
    title: 'Single_2',
    output: 'residual',
    training: {},
  } as const;
  const { featureLayer } = classifier;
  return {
    card: {
      ...card,
      input,
      classifier: { ...card.classifier, featureLayer },
      generators: { single2: entry },
    },
    classifier: classifier.model,
    generators: { single2: generator.model },
  };
}

async function timeMethod(
  context: ExplainContext,
  method: ExplanationMethod,
  repeats: number,
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
    };
  } finally {
    tf.dispose([one, many]);
  }
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

function tableOf(times: readonly MethodTimes[]): string {
  const own = times.find(({ id }) => id === 'similar-adversarial')?.warm;
  const number = (value: number | undefined): string => value?.toFixed(3) ?? '–';
  const head = [
    'method',
    'cold, s',
    'warm, s',
    'batch of 16, s an image',
    'averaged, s',
    'averaged / warm',
    'warm / ours',
  ];
  const rows = times.map(({ title, cold, warm, batched, averaged }) => [
    title,
    number(cold),
    number(warm),
    number(batched),
    number(averaged),
    averaged === undefined ? '–' : (averaged / warm).toFixed(1),
    own === undefined ? '–' : (warm / own).toFixed(1),
  ]);
  return formatTable(head, rows);
}
