import * as z from 'zod';
import { amount, count, flag, option, share, text, wholeNumber } from '../io/options';
import { generatorOutputs } from '../models/card';
import { pairKinds } from '../models/generator-choice';
import { generatorKindIds } from '../models/generator-kinds';
import { scheduleOptions, trainingOptions, type ScheduleDefaults } from './options';
import { maskOptions } from './losses/mask';
import { pairOptions } from './losses/pair';
import { lossPresets } from './presets';

/** An id that becomes a folder's name. */
const generatorId = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]*$/, 'It must be letters, digits, ".", "_" and "-", a letter or digit first.');

const defaults: ScheduleDefaults = {
  batch: 8,
  microBatch: 4,
  epochs: 20,
  imagesPerEpoch: 800,
  learningRate: 1e-3,
  weightDecay: 0,
  averageDecay: 0.98,
};

/** The schedule's settings among the options. */
export const generatorSchedule = scheduleOptions(defaults);

const networkOptions = z.object({
  width: option(count().default(16), { value: '<filters>', help: 'filters of the U-Net’s first level' }),
  init: option(text().optional(), {
    value: '<folder>',
    help: 'model package whose generator the training starts from',
  }),
  initGenerator: option(generatorId.optional(), {
    value: '<id>',
    help: 'which generator of that package (default: the one named like its kind)',
  }),
  levels: option(count().default(5), { value: '<number>', help: 'levels of the U-Net' }),
  inputPooling: option(count().default(2), {
    value: '<factor>',
    help: 'the U-Net sees the input averaged over blocks of this side',
  }),
  outputLevel: option(wholeNumber().optional(), {
    value: '<level>',
    help: 'U-Net level of the heads; their result is up-sampled (default: 1; mask 0)',
  }),
  output: option(z.enum(generatorOutputs).default('residual'), {
    value: '<form>',
    help: 'form of the output',
  }),
  subPixel: option(flag(), {
    help: 'of plain output: the heads see and make each pixel of a block, instead of one value that is up-sampled',
  }),
  residualBound: option(amount().default(0.35), {
    value: '<number>',
    help: 'largest change of a residual output',
  }),
  localContrast: option(flag(), {
    help: 'of residual heads towards each decision: local contrast grows where a finding goes, and fades where one comes',
  }),
});

/** Options of `explain train generator`. */
export const generatorOptions = z.object({
  kind: option(z.enum(generatorKindIds).optional(), {
    value: '<name>',
    help: `generator (default: that of the preset, else ${pairKinds[0]})`,
  }),
  id: option(generatorId.optional(), {
    value: '<name>',
    help: 'name of the generator inside the package (default: its kind)',
  }),
  label: option(z.array(text()).optional(), {
    value: '<names...>',
    help: 'label that it is trained for, of a classifier of independent ones, or several, each with a head of its own',
  }),
  preset: option(z.enum(lossPresets.map(preset => preset.id)).optional(), {
    value: '<name>',
    help: 'loss weights (docs/training.md), which the options below replace one by one (default: the one named like --kind, else annealed)',
  }),
  ...trainingOptions(generatorSchedule).shape,
  ...networkOptions.shape,
  ...maskOptions.shape,
  ...pairOptions.shape,
  asDefault: option(flag(), {
    help: 'let the model card name it as the generator that is used where none is asked for, of its labels if it has any',
  }),
  keep: option(z.enum(['last', 'best']).default('last'), {
    value: '<epoch>',
    help: 'which weights to keep: the annealed ones at the end, or the best epoch’s',
  }),
  paintedShare: option(share().default(0), {
    value: '<number>',
    help: 'share of drawn negatives that get painted opacities',
  }),
});

/** Options of `explain train generator`, as they were read. */
export type GeneratorOptions = z.infer<typeof generatorOptions>;
