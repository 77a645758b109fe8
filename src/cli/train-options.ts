import { cpus } from 'node:os';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { InputSpec } from '../models/card';
import type { ScheduleConfig } from '../training/config';
import { checkClasses, isBinaryTask } from '../training/datasets/list';
import { splitManifest } from '../training/datasets/manifest';
import type { ValidationTruth } from '../training/figures';
import type { CxrSourceOptions } from '../training/cxr-source';
import { PhantomSource } from '../training/phantom-source';
import type { SourceSpec, WorkerStart } from '../training/protocol';
import type { WeightPrecision } from '../training/write-package';
import { train, type TrainingResult, type TrainingRun } from '../training/trainer';
import { backendOption, type BackendChoice, type WithBackend } from './backend-option';
import { addDatasetOptions, isPhantom, openListing, type DatasetOptions } from './dataset-options';
import { Progress } from './progress';
import { TrainingPageWriter } from './training-page-writer';

/** Options that both trainings share, as commander gives them. */
export interface CommonOptions extends DatasetOptions {
  data: string[];
  out: string;
  work?: string;
  seed: number;
  batch: number;
  microBatch: number;
  epochs: number;
  imagesPerEpoch: number;
  learningRate: number;
  weightDecay: number;
  averageDecay: number;
  schedule: 'one-cycle' | 'paper';
  patience: number;
  plateauFactor: number;
  stopAfter: number;
  precision: WeightPrecision;
  backend: BackendChoice;
  checkpointMinutes: number;
  trainingPhantoms: number;
  validationPhantoms: number;
}

/** Reads an option's number; commander names the option in its message. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0) || value === Infinity) {
    throw new InvalidArgumentError('It must be a number, 0 or more.');
  }
  return value;
}

/** Reads an option's count. */
export function count(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  return value;
}

export function addCommonOptions(command: Command, defaults: Partial<ScheduleConfig>): Command {
  command
    .requiredOption(
      '--data <folders...>',
      'data folders as docs/data.md describes, or "phantom" for endless phantoms',
    )
    .requiredOption('--out <folder>', 'model package to write, e.g. models/cxr-pneumonia')
    .option('--work <folder>', 'folder of checkpoints and log (default: under the cache folder)')
    .option('--cache <folder>', 'folder of prepared images', '.cache')
    .option('--seed <number>', 'fixes initial weights, sampling and augmentation', number, 1)
    .option('--batch <images>', 'images a step, over all workers', count, defaults.batch)
    .option('--micro-batch <images>', 'images a worker holds at once', count, defaults.microBatch)
    .option('--epochs <number>', 'epochs', count, defaults.epochs)
    .option('--images-per-epoch <number>', 'images drawn an epoch', count, defaults.imagesPerEpoch)
    .option('--learning-rate <number>', 'maximum of the one-cycle schedule', number, defaults.learningRate)
    .option('--weight-decay <number>', 'AdamW weight decay of kernels', number, defaults.weightDecay)
    .option(
      '--average-decay <number>',
      'moving average of the weights, a step',
      number,
      defaults.averageDecay,
    )
    .addOption(
      new Option('--precision <type>', 'how kernels are stored; float16 halves the package')
        .choices(['float32', 'float16'])
        .default('float32'),
    )
    .addOption(
      new Option(
        '--schedule <name>',
        'paper: Adam, 1e-4, divided where the loss stops falling, with an early end; sets the defaults of the options above',
      )
        .choices(['one-cycle', 'paper'])
        .default('one-cycle'),
    )
    .option('--patience <epochs>', 'paper: epochs without a lower loss before the rate is divided', count, 3)
    .option('--plateau-factor <number>', 'paper: what the rate is divided by', number, 3)
    .option(
      '--stop-after <epochs>',
      'paper: epochs without a better validation that end the training',
      count,
      10,
    )
    .option('--workers <number>', 'data-parallel workers', count, cpus().length)
    .addOption(backendOption())
    .option('--checkpoint-minutes <number>', 'longest time between two checkpoints', number, 3)
    .option('--training-phantoms <number>', 'different phantoms of the training set', count, 4000)
    .option('--validation-phantoms <number>', 'phantoms of the validation set', count, 200);
  return addDatasetOptions(command);
}

/** Numbers of the paper's schedule (sections III and IV-B) that stand where an option is not given. */
export type PaperDefaults = Pick<ScheduleConfig, 'batch' | 'epochs'>;

/**
 * The schedule that the options ask for.
 *
 * @param command tells which options were given: `--schedule paper` replaces the defaults of the others
 */
export function scheduleOf(
  command: Command,
  options: WithBackend<CommonOptions>,
  paper: PaperDefaults,
): ScheduleConfig {
  const { seed, batch, microBatch, epochs, imagesPerEpoch, learningRate, weightDecay, averageDecay } =
    options;
  const given = { seed, batch, microBatch, epochs, imagesPerEpoch, learningRate, weightDecay, averageDecay };
  if (options.schedule === 'one-cycle') return given;
  const paperValues = { ...paper, learningRate: 1e-4, weightDecay: 0, averageDecay: 0 };
  const replaced = Object.entries(paperValues).filter(
    ([name]) => command.getOptionValueSource(name) === 'default',
  );
  const plateau = { patience: options.patience, factor: options.plateauFactor, stopAfter: options.stopAfter };
  return { ...given, ...Object.fromEntries(replaced), plateau };
}

export interface TrainingData {
  source: SourceSpec;
  /** The same for the same images, labels and splits alone. */
  identity: string;
  truth: ValidationTruth;
  /** For the card. */
  description: string;
  /** Which image was in which split, as text; absent for phantoms. */
  splitManifest?: string;
  counts: Record<string, number>;
  /** Views of the training images, each once, in alphabetical order; `''` where one is not known. */
  views: string[];
}

/** Opens the images a training draws from, and what is known of its validation images. */
export async function openTrainingData(
  options: WithBackend<CommonOptions>,
  input: InputSpec,
  drawing: Omit<CxrSourceOptions, 'seed'>,
): Promise<TrainingData> {
  if (isPhantom(options.data)) return openPhantoms(options, input);
  const { format, listing, prepare } = await openListing(options.data, options);
  const dataset = await prepare(listing.exams, input);
  const { exams, size, file, slots, bad, splitHash } = dataset;
  // bad files may have been all of a class
  checkClasses({ ...listing, exams });
  const task = exams.filter(isBinaryTask);
  const validation = task.filter(exam => exam.split === 'val');
  const counts: Record<string, number> = {};
  for (const { split, label } of task) {
    counts[`${split} label ${label}`] = (counts[`${split} label ${label}`] ?? 0) + 1;
  }
  if (bad.length > 0) counts['bad files left out'] = bad.length;
  return {
    source: {
      kind: 'cxr',
      dataset: { exams, size, planes: { kind: 'file', file, slots } },
      options: { seed: options.seed, ...drawing },
    },
    identity: splitHash,
    truth: {
      labels: validation.map(exam => exam.label),
      views: validation.map(exam => exam.view),
      patients: validation.map(exam => exam.patient),
    },
    description: format.description,
    splitManifest: splitManifest(exams, format.privateNames),
    counts,
    views: [...new Set(task.filter(exam => exam.split === 'train').map(exam => exam.view))].sort(),
  };
}

function openPhantoms(options: WithBackend<CommonOptions>, input: InputSpec): TrainingData {
  const source = {
    seed: options.seed,
    trainingCount: options.trainingPhantoms,
    validationCount: options.validationPhantoms,
  };
  const phantoms = new PhantomSource(input, source);
  const labels = Array.from({ length: source.validationCount }, (_, i) => phantoms.validation(i).label);
  return {
    source: { kind: 'phantom', input, options: source },
    identity: `phantoms ${JSON.stringify(source)}`,
    truth: { labels, views: labels.map(() => 'PA'), patients: labels.map((_, index) => String(index)) },
    description: 'Chest phantoms drawn by src/phantom',
    counts: { training: source.trainingCount, validation: source.validationCount },
    views: ['PA'],
  };
}

/** Runs a training with progress on the terminal. */
export async function runTraining(
  title: string,
  options: WithBackend<CommonOptions>,
  start: Omit<WorkerStart, 'rank' | 'workers' | 'backend'>,
  keep: TrainingRun['keep'],
  { truth, identity }: Pick<TrainingData, 'truth' | 'identity'>,
  figures: TrainingRun['figures'],
): Promise<TrainingResult> {
  const { schedule, network } = start.config;
  const work = options.work ?? `${options.cache}/training/${options.out.replace(/[^\w-]+/g, '_')}-${title}`;
  const progress = new Progress(
    title,
    schedule.epochs * Math.floor(schedule.imagesPerEpoch / schedule.batch),
  );
  const page = new TrainingPageWriter(work, `Training of ${title}`, start.config, network.size);
  const begun = performance.now();
  let firstStep: number | undefined;
  const rate = (step: number): string => {
    firstStep ??= step;
    const images = (step + 1 - firstStep) * schedule.batch;
    return `${((1000 * images) / (performance.now() - begun)).toFixed(1)} images/s`;
  };
  const result = await train({
    folder: work,
    dataIdentity: identity,
    panelIndexes: panelIndexes(truth),
    checkpointMinutes: options.checkpointMinutes,
    keep,
    start: { ...start, workers: options.workers, backend: options.backend },
    figures,
    onStep: (step, _steps, terms) => progress.update(step + 1, `${numbers(terms)}  ${rate(step)}`),
    onEpoch: async report => {
      progress.line(`epoch ${report.epoch}/${schedule.epochs}  ${numbers(report.figures)}`);
      await page.write(report);
    },
    onNotice: text => progress.line(text),
  });
  progress.stop();
  return result;
}

/** Eight validation images of which the training page shows pictures: four of each class where there are as many. */
function panelIndexes({ labels }: ValidationTruth): number[] {
  const of = (wanted: 0 | 1): number[] =>
    labels.flatMap((label, index) => (label === wanted ? [index] : [])).slice(0, 4);
  return [...of(1), ...of(0)];
}

function numbers(values: Record<string, number>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
    .join('  ');
}
