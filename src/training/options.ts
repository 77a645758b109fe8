import { cpus } from 'node:os';
import * as z from 'zod';
import { backendOption } from '../backends/options';
import { amount, count, workerCount, option, positive, share, text, wholeNumber } from '../io/options';
import type { ScheduleConfig } from './config';
import type { PlateauSchedule } from './schedule';
import { datasetOptions, preparationOptions } from '../datasets/options';

/** Defaults that the two trainings have of their own. */
export type ScheduleDefaults = Omit<ScheduleConfig, 'seed' | 'plateau'>;

/** Settings of the schedule: the card records them as they are. */
export const scheduleOptions = (defaults: ScheduleDefaults) =>
  z.object({
    seed: option(wholeNumber().default(1), {
      value: '<number>',
      help: 'fixes initial weights, sampling and augmentation',
    }),
    batch: option(count().default(defaults.batch), {
      value: '<images>',
      help: 'images a step, over all workers',
    }),
    microBatch: option(count().default(defaults.microBatch), {
      value: '<images>',
      help: 'images a worker holds at once',
    }),
    epochs: option(count().default(defaults.epochs), { value: '<number>', help: 'epochs' }),
    imagesPerEpoch: option(count().default(defaults.imagesPerEpoch), {
      value: '<number>',
      help: 'images drawn an epoch',
    }),
    learningRate: option(amount().default(defaults.learningRate), {
      value: '<number>',
      help: 'maximum of the one-cycle schedule',
    }),
    weightDecay: option(amount().default(defaults.weightDecay), {
      value: '<number>',
      help: 'AdamW weight decay of kernels',
    }),
    averageDecay: option(share().default(defaults.averageDecay), {
      value: '<number>',
      help: 'moving average of the weights, a step',
    }),
  });

/** The paper's schedule: what it replaces one cycle by. */
const plateauOptions = z.object({
  patience: option(count().default(3), {
    value: '<epochs>',
    help: 'paper: epochs without a lower loss before the rate is divided',
  }),
  plateauFactor: option(positive().default(3), {
    value: '<number>',
    help: 'paper: what the rate is divided by',
  }),
  stopAfter: option(count().default(10), {
    value: '<epochs>',
    help: 'paper: epochs without a better validation that end the training',
  }),
});

/** Options that both trainings share. */
export const trainingOptions = (schedule: ReturnType<typeof scheduleOptions>) =>
  z.object({
    data: option(z.array(text()), {
      value: '<folders...>',
      help: 'data folders as docs/data.md describes, or "phantom" for endless phantoms',
    }),
    out: option(text(), { value: '<folder>', help: 'model package to write, e.g. models/cxr-pneumonia' }),
    work: option(text().optional(), {
      value: '<folder>',
      help: 'folder of checkpoints and log (default: under the cache folder)',
    }),
    cache: preparationOptions.shape.cache,
    ...schedule.shape,
    precision: option(z.enum(['float32', 'float16']).default('float32'), {
      value: '<type>',
      help: 'how kernels are stored; float16 halves the package',
    }),
    schedule: option(z.enum(['one-cycle', 'paper']).default('one-cycle'), {
      value: '<name>',
      help: 'paper: Adam, 1e-4, divided where the loss stops falling, with an early end; sets the defaults of the options above',
    }),
    ...plateauOptions.shape,
    workers: option(workerCount().default(cpus().length), {
      value: '<number>',
      help: 'data-parallel workers',
    }),
    backend: backendOption,
    checkpointMinutes: option(amount().default(3), {
      value: '<number>',
      help: 'longest time between two checkpoints',
    }),
    trainingPhantoms: option(count().default(4000), {
      value: '<number>',
      help: 'different phantoms of the training set',
    }),
    validationPhantoms: option(count().default(200), {
      value: '<number>',
      help: 'phantoms of the validation set',
    }),
    ...datasetOptions.shape,
  });

/** Options that both trainings share, as they were read. */
export type TrainingOptions = z.infer<ReturnType<typeof trainingOptions>>;

/** Numbers of the paper's schedule (sections III and IV-B) that stand where an option is not given. */
export type PaperDefaults = Pick<ScheduleConfig, 'batch' | 'epochs'>;

/** What `--schedule paper` lays over the defaults of the options. */
export function paperPreset(paper: PaperDefaults): Partial<ScheduleConfig> {
  return { ...paper, learningRate: 1e-4, weightDecay: 0, averageDecay: 0 };
}

/** The plateau that the options describe. */
export function plateauOf({
  patience,
  plateauFactor: factor,
  stopAfter,
}: z.infer<typeof plateauOptions>): PlateauSchedule {
  return { patience, factor, stopAfter };
}
