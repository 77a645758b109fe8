import * as z from 'zod';
import { preparationOptions } from '../../datasets/options';
import { count, decimals, flag, list, option, text } from '../../io/options';
import { mostImportedSide } from '../../models/card';
import { operatingPointRule } from '../../training/classifier-options';
import { presetNames, presets } from './presets';

/** One number for every channel, or three. */
const channels = decimals().refine(
  values => values.every(Number.isFinite) && [1, 3].includes(values.length),
  'It must be one number, or three separated by commas.',
);

const range = decimals()
  .refine(
    values => values.length === 2 && values.every(Number.isFinite) && values[0] !== values[1],
    'It must be two different numbers separated by a comma, e.g. -1,1 (write --input-range=-1,1).',
  )
  .transform(([low, high]): [number, number] => [low, high]);

/** Options of `explain import classifier`. */
export const importOptions = z.object({
  out: option(text(), {
    value: '<folder>',
    help: 'model package to write; models/NAME stands beside the shipped ones, and the viewer lists it with them',
  }),
  about: option(text().optional(), {
    value: '<file>',
    help: 'what the card says of the model (JSON, docs/bring-your-own.md); what is left out is shown as not stated',
  }),
  like: option(z.enum(presetNames).optional(), {
    value: '<library>',
    help: `reads what the networks of a library read: ${presetNames.map(name => `${name} (${presets[name].title})`).join('; ')}`,
  }),
  output: option(z.enum(['sigmoid', 'softmax', 'logits']).optional(), {
    value: '<kind>',
    help: 'what the network answers (default: as its last operation says)',
  }),
  inputRange: option(range.optional(), {
    value: '<low,high>',
    help: 'values of black and white that the network reads, e.g. 0,255 (default: 0,1)',
  }),
  inputMean: option(channels.optional(), {
    value: '<m,...>',
    help: 'instead: mean of each channel, of values in [0, 1]',
  }),
  inputStd: option(channels.optional(), { value: '<s,...>', help: 'and its standard deviation' }),
  classes: option(
    list()
      .refine(names => names.length >= 2, 'It must name two classes or more.')
      .optional(),
    {
      value: '<names>',
      help: 'in the network’s order, separated by commas; of two, the second is the positive one',
    },
  ),
  label: option(list().optional(), {
    value: '<names>',
    help: 'of independent findings in an ONNX file, all named by --classes or --like: those to keep, separated by commas; one alone becomes one class against the rest',
  }),
  independent: option(flag(), {
    help: 'the classes are findings that do not exclude each other, a sigmoid each: all are kept, and one is chosen when an image is explained',
  }),
  size: option(count(mostImportedSide).optional(), {
    value: '<pixels>',
    help: 'side of the prepared image (default: what the network reads)',
  }),
  equalise: option(flag(), {
    help: 'equalise the histogram of an image first, where the network was trained so',
  }),
  featureLayer: option(text().optional(), {
    value: '<name>',
    help: 'layer or graph node that GradCAM reads (default: found)',
  }),
  expect: option(text().optional(), {
    value: '<file>',
    help: 'compare with the answers of your own program, {"a.png": [0.12]} (docs/bring-your-own.md)',
  }),
  calibrate: option(text().optional(), {
    value: '<data>',
    help: 'fit the score on the validation split of this data folder, or on "phantom"',
  }),
  operatingPoint: option(operatingPointRule.optional(), {
    value: '<rule>',
    help: 'two classes: a number; with --calibrate also youden or sensitivity:0.95 (default: 0.5)',
  }),
  cache: preparationOptions.shape.cache,
});

export type ImportOptions = z.infer<typeof importOptions>;
