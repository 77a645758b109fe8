import * as z from 'zod';
import { amount, count, option, positive, share, text, wholeNumber } from '../io/options';
import { generatorOutputs } from '../models/card';
import { pairKinds } from '../models/generator-choice';
import { generatorKindIds } from '../models/generator-kinds';
import { scheduleOptions, trainingOptions, type ScheduleDefaults } from './options';
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
  residualBound: option(amount().default(0.35), {
    value: '<number>',
    help: 'largest change of a residual output',
  }),
});

/** Weights that a preset sets where they are not given. */
const presetWeightOptions = z.object({
  classificationStart: option(positive().optional(), {
    value: '<weight>',
    help: 'weight of eq. (7) at the start',
  }),
  classificationEnd: option(positive().optional(), {
    value: '<weight>',
    help: 'and at the end, geometrically in between',
  }),
  similarClassification: option(amount().default(1), {
    value: '<factor>',
    help: 'factor of the term of x_s in eq. (7)',
  }),
  adversarialClassification: option(amount().default(1), {
    value: '<factor>',
    help: 'factor of the term of x_a in eq. (7)',
  }),
  weightDistance: option(amount().optional(), { value: '<weight>', help: 'λ_w of eq. (8)' }),
  totalVariation: option(amount().optional(), {
    value: '<weight>',
    help: 'λ_tv of eq. (9); mask: total variation of the mask',
  }),
  similarL2: option(amount().optional(), { value: '<weight>', help: 'x_s–x, L2 (Table I)' }),
  similarL1: option(amount().optional(), { value: '<weight>', help: 'x_s–x, L1' }),
  adversarial: option(amount().optional(), { value: '<weight>', help: 'x_a–x, L1 + L2' }),
  pair: option(amount().optional(), { value: '<weight>', help: 'x_s–x_a, L1 + L2' }),
});

const maskWeightOptions = z.object({
  maskArea: option(amount().default(0.5), {
    value: '<weight>',
    help: 'mask: of its mean to the power below',
  }),
  maskAreaPower: option(amount().default(0.3), { value: '<number>', help: 'mask' }),
  maskKeep: option(amount().default(1), {
    value: '<weight>',
    help: 'mask: of −log p(image inside the mask)',
  }),
  maskDestroy: option(amount().default(1), {
    value: '<weight>',
    help: 'mask: of p(image outside the mask) to the power below',
  }),
  maskDestroyPower: option(amount().default(0.3), { value: '<number>', help: 'mask' }),
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
  preset: option(z.enum(lossPresets.map(preset => preset.id)).default('annealed'), {
    value: '<name>',
    help: 'loss weights (docs/training.md); the options below replace single ones',
  }),
  ...trainingOptions(generatorSchedule).shape,
  ...networkOptions.shape,
  ...presetWeightOptions.shape,
  ...maskWeightOptions.shape,
  classificationLoss: option(z.enum(['bce', 'carlini-wagner']).optional(), {
    value: '<form>',
    help: 'eq. (7), two classes only, or eq. (10) (default: bce for two classes, else carlini-wagner)',
  }),
  margin: option(amount().default(1), { value: '<logits>', help: 'κ of eq. (10)' }),
  realism: option(amount().default(0), {
    value: '<weight>',
    help: 'of x_a as a film of the decision and view it is to show',
  }),
  similarRealism: option(amount().default(0), { value: '<weight>', help: 'the same of x_s' }),
  discriminatorRate: option(amount().default(0.4), {
    value: '<factor>',
    help: 'learning rate of the discriminator over the generator’s',
  }),
  cycle: option(amount().default(0), { value: '<weight>', help: 'of the way back: x_a of x_a is x' }),
  target: option(z.enum(['score', 'decision']).default('score'), {
    value: '<kind>',
    help: 'target of eq. (7)',
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
