import { cpus } from 'node:os';
import { Option, type Command } from 'commander';
import { writeCard } from '../training/write-package';
import { addDatasetOptions } from './dataset-options';
import { withFigures } from './evaluation/card-figures';
import { compareModels } from './evaluation/compare';
import { evaluateModel } from './evaluation/evaluate-model';
import type { EvaluateOptions } from './evaluation/options';

import { backendOption, withBackend, type BackendChoice } from './backend-option';

type CommandOptions = Omit<EvaluateOptions, 'model' | 'backend'> & {
  model?: string;
  compare?: string[];
  backend: BackendChoice;
};

/** Adds `explain evaluate`. */
export function registerEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description('Measure a model and its explanations on a split of labelled images, or on phantoms')
    .option('--model <folder>', 'model package')
    .option('--data <folders...>', 'data folders as docs/data.md describes')
    .option('--masks <folder>', 'masks (PNG, named as the images) that are the truth instead of the boxes')
    .option('--phantoms <count>', 'evaluate on this many fresh phantoms instead', Number)
    .addOption(
      new Option('--split <name>', 'split of the data').choices(['train', 'val', 'test']).default('test'),
    )
    .option(
      '--methods <list>',
      'method ids separated by commas, "id:generator" for a certain generator, "id+aug" for the averaged form of a slow one, or "all"',
      'all',
    )
    .option(
      '--augment <count>',
      'random transforms of the averaged forms (eq. 11); 0 leaves them out',
      Number,
      10,
    )
    .option(
      '--slow-limit <count>',
      'images of the seeded subset that methods of many passes run on, all others repeated there',
      Number,
      40,
    )
    .option('--in-full <list>', 'ids of methods of many passes that run on all images nevertheless')
    .option(
      '--deletion-insertion <steps>',
      'also measure deletion and insertion curves on the subset, in this many steps (20 is usual)',
      Number,
      0,
    )
    .option(
      '--reference <key>',
      'map that all others are compared with (default: Similar–Adversarial, averaged)',
    )
    .option('--limit <count>', 'evaluate a seeded sample of this many images', Number)
    .option('--workers <number>', 'worker threads', Number, cpus().length)
    .addOption(backendOption())
    .option('--out <folder>', 'folder of the report; finished images in it are kept', 'report')
    .option('--cache <folder>', 'folder of prepared images and of computed maps', '.cache')
    .option('--rescore', 'measure all maps anew, from the cache where they are there')
    .option('--seed <number>', 'fixes sample, transforms, ties, controls and bootstrap', Number, 0)
    .option('--controls <rounds>', 'permutations of the shuffled control', Number, 20)
    .option('--cases <count>', 'best and worst images drawn in the page, so many each', Number, 4)
    .option(
      '--pictures <count>',
      'write x, x_s, x_a and map of this many images, drawn by the seed',
      Number,
      0,
    )
    .option('--resamples <count>', 'bootstrap resamples', Number, 1000)
    .option('--trust <file>', 'outcomes of trust checks (JSON) to show in the page')
    .option('--compare <folders...>', 'put two models side by side: report folders, or model packages')
    .option('--update-card', 'write the figures into the model card too');
  addDatasetOptions(command).action((options: CommandOptions) => evaluate(options));
}

async function evaluate({ model, compare, ...given }: CommandOptions): Promise<void> {
  const rest = await withBackend(given);
  checkCounts(rest);
  if (compare) {
    if (model !== undefined || compare.length !== 2) {
      throw new Error('--compare takes two folders, and then no --model.');
    }
    return compareModels(compare[0], compare[1], rest);
  }
  if (model === undefined) throw new Error('Give --model <folder>, or --compare <folder> <folder>.');
  const options: EvaluateOptions = { ...rest, model };
  const { results, tables, card } = await evaluateModel(options);
  process.stdout.write(
    `${tables}\nWritten to ${options.out}: report.html, results.json, maps.csv, images.csv, tests.csv, tables.txt\n`,
  );
  if (options.updateCard) {
    const name = options.data ? options.split : 'phantoms';
    await writeCard(model, withFigures(card, name, results));
  }
}

/** @throws RangeError naming the option whose value is no count */
function checkCounts(options: Omit<EvaluateOptions, 'model'>): void {
  const least = {
    augment: 0,
    slowLimit: 1,
    deletionInsertion: 0,
    limit: 1,
    workers: 1,
    controls: 0,
    cases: 0,
    pictures: 0,
    resamples: 1,
    phantoms: 1,
  };
  for (const [name, minimum] of Object.entries(least) as [keyof typeof least, number][]) {
    const value = options[name];
    if (value === undefined || (Number.isInteger(value) && value >= minimum)) continue;
    const option = name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
    throw new RangeError(`--${option} takes a whole number of at least ${minimum}, not ${value}.`);
  }
}
