import { cpus } from 'node:os';
import * as z from 'zod';
import { workerCount, list, option, text, wholeNumber } from '../io/options';
import type { BadLimit } from './bad-files';
import { datasetFormats } from './formats';

/** Reads `12` (files) or `2%` (of the files). */
const badLimit = z.string().transform((written, context): BadLimit => {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(written.trim());
  const limit: BadLimit = { amount: Number(match?.[1]), unit: match?.[2] ? 'percent' : 'files' };
  const fits = limit.unit === 'percent' ? limit.amount <= 100 : Number.isInteger(limit.amount);
  if (match && fits) return limit;
  context.addIssue('It must be a number of files, e.g. 12, or a share of them, e.g. 2%.');
  return z.NEVER;
});

/** Where the images of a data folder are prepared, and by how many threads. */
export const preparationOptions = z.object({
  cache: option(text().default('.cache'), { value: '<folder>', help: 'folder of prepared images' }),
  workers: option(workerCount().default(cpus().length), {
    value: '<number>',
    help: 'threads that prepare images',
  }),
});

/** Formats whose tables tell findings apart. */
const choosing = datasetFormats.filter(({ choosesFindings }) => choosesFindings).map(({ name }) => name);

/** How a data folder is read; `--data`, `--cache` and `--workers` are the command's own. */
export const datasetOptions = z.object({
  format: option(z.enum(datasetFormats.map(({ name }) => name)).default(datasetFormats[0].name), {
    value: '<name>',
    help: 'layout of the data folder (docs/data.md)',
    command: 'changed',
  }),
  splits: option(text().optional(), {
    value: '<file>',
    help: 'table of splits (columns image or patient, split), e.g. a package’s split.csv',
    command: 'changed',
    placeholder: 'SPLITS',
  }),
  splitSeed: option(wholeNumber().default(1), {
    value: '<number>',
    help: 'fixes the drawing of patients into splits',
    command: 'changed',
  }),
  findings: option(list().optional(), {
    value: '<list>',
    help: `${choosing.join(', ')}: findings that count as positive, separated by commas (default: Pneumonia)`,
    command: 'changed',
  }),
  maxBad: option(badLimit.default({ amount: 1, unit: 'percent' }), {
    value: '<limit>',
    help: 'files that may be bad before the preparation stops: 12 or 2%',
    defaultText: '1%',
  }),
});

/** How a data folder is read, with the command's own options that it takes. */
export type DatasetOptions = z.infer<typeof datasetOptions> & { cache: string; workers: number };

/** What the options are where a command has none of its own: this project's layout. */
export function plainDatasetOptions(cache: string): DatasetOptions {
  const maxBad: BadLimit = { amount: 1, unit: 'percent' };
  return { format: datasetFormats[0].name, splitSeed: 1, maxBad, cache, workers: cpus().length };
}
