import * as z from 'zod';
import { count, decimal, decimalOf, flag, option, share, text } from '../io/options';
import { classifierLossOptions } from './losses/classifier';
import { resNetDepths, type ResNetDepth } from '../models/networks/resnet';
import type { OperatingPointRule } from './operating-point';
import { scheduleOptions, trainingOptions, type ScheduleDefaults } from './options';

/** Reads `--operating-point`. */
export const operatingPointRule = z.string().transform((written, context): OperatingPointRule => {
  if (written === 'youden') return { rule: 'youden' };
  const value = decimalOf(written.replace(/^sensitivity:/, ''));
  if (value > 0 && value < 1)
    return { rule: written.startsWith('sensitivity:') ? 'sensitivity' : 'fixed', value };
  context.addIssue('It must be youden, sensitivity:S or a number, S and the number between 0 and 1.');
  return z.NEVER;
});

const depth = z.string().transform((written, context): ResNetDepth => {
  const known = resNetDepths.find(layers => String(layers) === written);
  if (known) return known;
  context.addIssue(`It must be ${resNetDepths.slice(0, -1).join(', ')} or ${resNetDepths.at(-1)}.`);
  return z.NEVER;
});

/** What the card allows, and the strides of the network divide. */
const inputSide = decimal(
  side => side >= 32 && side <= 1024 && side % 32 === 0,
  'It must be a multiple of 32 from 32 to 1024.',
);

const defaults: ScheduleDefaults = {
  batch: 16,
  microBatch: 8,
  epochs: 14,
  imagesPerEpoch: 1504,
  learningRate: 6e-4,
  weightDecay: 0.05,
  averageDecay: 0.98,
};

/** The schedule's settings among the options. */
export const classifierSchedule = scheduleOptions(defaults);

/** Options of `explain train classifier`. */
export const classifierOptions = z.object({
  about: option(text(), {
    value: '<file>',
    help: 'what the card says of the model beyond its training (JSON)',
  }),
  ...trainingOptions(classifierSchedule).shape,
  augmentation: option(z.enum(['strong', 'light']).default('strong'), {
    value: '<strength>',
    help: 'light: prediction-time ranges, nothing erased (enough for endless data)',
  }),
  depth: option(depth.default(18), { value: '<layers>', help: resNetDepths.join(', ') }),
  width: option(count().default(32), { value: '<filters>', help: 'filters of the first stage' }),
  size: option(inputSide.default(224), { value: '<pixels>', help: 'side of the input' }),
  head: option(z.enum(['features', 'cells']).default('features'), {
    value: '<name>',
    help: 'what the logit sees: averaged features, or the scores of the last cells',
  }),
  positives: option(z.enum(['all', 'boxed']).default('all'), {
    value: '<which>',
    help: 'boxed: leave out positives whose opacities are not boxed',
  }),
  init: option(text().optional(), {
    value: '<folder>',
    help: 'model package whose classifier the training starts from (default: random weights)',
  }),
  streakShare: option(share().default(0), {
    value: '<number>',
    help: 'share of drawn images that get bars which mean nothing',
  }),
  distractors: option(z.array(text()).optional(), {
    value: '<folders...>',
    help: 'model packages whose generators’ changes for other images are painted into drawn ones',
  }),
  distractorShare: option(share().default(0.5), {
    value: '<number>',
    help: 'share of drawn images that carry such a change',
  }),
  ...classifierLossOptions.shape,
  paintedShare: option(share().default(0.2), {
    value: '<number>',
    help: 'share of drawn negatives that get painted opacities',
  }),
  keep: option(z.enum(['best', 'last']).default('best'), {
    value: '<epoch>',
    help: 'which weights to keep: those of the highest validation AUC, or those at the end',
  }),
  permuteLabels: option(flag(), { help: 'draw the training labels by lot: a control (docs/trust.md)' }),
  operatingPoint: option(operatingPointRule.default({ rule: 'fixed', value: 0.5 }), {
    value: '<rule>',
    defaultText: '0.5',
    help: 'on the calibrated validation scores: a number, youden, or sensitivity:0.95',
  }),
});

/** Options of `explain train classifier`, as they were read. */
export type ClassifierOptions = z.infer<typeof classifierOptions>;
