import * as z from 'zod';
import { decimal, flag, option, text, wholeNumber } from '../io/options';
import { defaultRetries } from '../pacs';
import {
  allKindsOption,
  augmentOption,
  dicomResultOptions,
  explanationSeed,
  generatorOption,
  methodOption,
} from './result-options';

const modalities = z
  .string()
  .transform(written => written.split(',').map(part => part.trim().toUpperCase()))
  .refine(
    parts => parts.every(part => /^[A-Z0-9_]{1,16}$/.test(part)),
    'Modalities are separated by commas, e.g. CR,DX.',
  );

const dates = z
  .string()
  .regex(/^\d{8}(-(\d{8})?)?$|^-\d{8}$/, 'A date is YYYYMMDD, a range two of them with a hyphen between.');

/** Reads `Name: value`. */
const header = z.string().transform((written, context): [name: string, value: string] => {
  const match = /^([A-Za-z0-9-]+):\s*(.+)$/.exec(written);
  if (match) return [match[1], match[2]];
  context.addIssue('A header has the form "Name: value".');
  return z.NEVER;
});

/** Options of `explain pacs`. */
export const pacsOptions = z.object({
  model: option(text(), { value: '<folder>', help: 'model package' }),
  modality: option(modalities.optional(), {
    value: '<list>',
    help: 'modalities to look for (default: those of the model)',
  }),
  date: option(dates.optional(), {
    value: '<range>',
    help: 'study date: 20260131, 20260101-20260131, 20260101- or -20260131',
  }),
  description: option(text().optional(), { value: '<pattern>', help: 'study description, with * and ?' }),
  method: methodOption('explanation method (default: the model’s own)'),
  generator: generatorOption,
  augment: augmentOption('average over this many random transforms; 0 for one pass'),
  seed: explanationSeed,
  results: allKindsOption('what to store: seg, pm, sc, sr'),
  ...dicomResultOptions,
  token: option(text().optional(), {
    value: '<token>',
    help: 'bearer token for the server',
    env: 'EXPLAIN_PACS_TOKEN',
    secret: true,
  }),
  header: option(z.array(header).default([]), {
    value: '<name: value>',
    help: 'further header of every request; may be repeated',
    secret: true,
  }),
  retries: option(wholeNumber().default(defaultRetries.retries), {
    value: '<count>',
    help: 'tries after a failure that may pass',
  }),
  dryRun: option(flag(), { help: 'say what would be done; explain and store nothing' }),
  limit: option(wholeNumber().optional(), { value: '<count>', help: 'stop after this many images' }),
  queue: option(text().optional(), {
    value: '<redis-url>',
    help: 'share the work with other workers through Redis',
    secret: true,
  }),
  lease: option(decimal(seconds => seconds >= 1, 'This is no number of seconds from 1 on.').default(60), {
    value: '<seconds>',
    help: 'after this long without a sign of life a job goes to another worker',
  }),
  log: option(text().optional(), {
    value: '<file>',
    help: 'append the log to this file (default: standard output)',
  }),
  backend: option(z.enum(['wasm', 'cpu']).default('wasm'), {
    value: '<name>',
    help: 'TensorFlow.js backend',
  }),
});
