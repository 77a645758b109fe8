import { cpus } from 'node:os';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { InputSpec } from '../models/card';
import type { BadLimit } from '../training/datasets/bad-files';
import { DatasetError } from '../training/datasets/error';
import { listFolders } from '../training/datasets/folders';
import { datasetFormats } from '../training/datasets/formats';
import { prepareDataset } from '../training/datasets/prepare';
import type { DatasetFormat, Listing, PreparedDataset, SplitExam } from '../training/datasets/types';
import { Progress } from './progress';
import { warnLine } from './terminal';

/** How a data folder is read, as commander gives it. */
export interface DatasetOptions {
  format: string;
  splits?: string;
  splitSeed: number;
  findings?: string[];
  maxBad: BadLimit;
  cache: string;
  workers: number;
}

/** What the options are where a command has none of its own: this project's layout. */
export function plainDatasetOptions(cache: string): DatasetOptions {
  return {
    format: datasetFormats[0].name,
    splitSeed: 1,
    maxBad: { amount: 1, unit: 'percent' },
    cache,
    workers: cpus().length,
  };
}

/** Adds the options of a data folder; `--data`, `--cache` and `--workers` are the command's own. */
export function addDatasetOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--format <name>', 'layout of the data folder (docs/data.md)')
        .choices(datasetFormats.map(({ name }) => name))
        .default(datasetFormats[0].name),
    )
    .option(
      '--splits <file>',
      'table of splits (columns image or patient, split), e.g. a package’s split.csv',
    )
    .option('--split-seed <number>', 'fixes the drawing of patients into splits', wholeNumber, 1)
    .option(
      '--findings <list>',
      'nih: findings that count as positive, separated by commas (default: Pneumonia)',
      list,
    )
    .addOption(
      new Option('--max-bad <limit>', 'files that may be bad before the preparation stops: 12 or 2%')
        .argParser(badLimit)
        .default({ amount: 1, unit: 'percent' } satisfies BadLimit, '1%'),
    );
}

/**
 * Whether `--data` asks for phantoms instead of folders.
 *
 * @throws DatasetError when it asks for both
 */
export function isPhantom(data: readonly string[]): boolean {
  const phantom = data.includes('phantom');
  if (phantom && data.length > 1)
    throw new DatasetError('--data takes folders or the word phantom, not both.');
  return phantom;
}

/** A data folder's tables, and how to prepare its images. */
export interface OpenedListing {
  format: DatasetFormat;
  /** The folders as they were given, for messages. */
  name: string;
  listing: Listing<SplitExam>;
  /** Prepares the images of some of its exams, with progress on the terminal. */
  prepare(exams: SplitExam[], input: InputSpec): Promise<PreparedDataset>;
}

/** Reads the tables of one data folder, or of several of one format as one data set. */
export async function openListing(
  folders: readonly string[],
  options: DatasetOptions,
): Promise<OpenedListing> {
  const format = datasetFormats.find(({ name }) => name === options.format);
  if (!format) throw new DatasetError(`There is no format "${options.format}".`);
  if (options.findings && !format.choosesFindings) {
    throw new DatasetError(`--findings is for --format nih; ${format.name} has one task alone.`);
  }
  const { splits, splitSeed, findings = ['Pneumonia'] } = options;
  const { root, listing } = await listFolders(format, folders, { splits, splitSeed, findings });
  for (const notice of listing.notices) warnLine(notice);
  const prepare = (exams: SplitExam[], input: InputSpec): Promise<PreparedDataset> =>
    prepareWithProgress(root, { ...listing, exams }, input, options);
  return { format, name: folders.join(', '), listing, prepare };
}

async function prepareWithProgress(
  folder: string,
  listing: Listing<SplitExam>,
  input: InputSpec,
  { cache, workers, maxBad }: DatasetOptions,
): Promise<PreparedDataset> {
  let progress: Progress | undefined;
  try {
    return await prepareDataset(folder, listing, input, {
      cacheFolder: cache,
      workers,
      maxBad,
      onProgress: (done, total) => {
        progress ??= new Progress('preparing images', total);
        progress.update(done);
      },
      onNotice: text => (progress ? progress.line(text) : warnLine(text)),
    });
  } finally {
    progress?.stop();
  }
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError('It must be a whole number, 0 or more.');
  }
  return value;
}

function list(text: string): string[] {
  const items = text.split(',').map(each => each.trim());
  if (items.some(each => each === ''))
    throw new InvalidArgumentError('It must be names separated by commas.');
  return items;
}

/** Reads `12` (files) or `2%` (of the files). */
export function badLimit(text: string): BadLimit {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim());
  const limit: BadLimit = { amount: Number(match?.[1]), unit: match?.[2] ? 'percent' : 'files' };
  const fits = limit.unit === 'percent' ? limit.amount <= 100 : Number.isInteger(limit.amount);
  if (!match || !fits) {
    throw new InvalidArgumentError('It must be a number of files, e.g. 12, or a share of them, e.g. 2%.');
  }
  return limit;
}
