import path from 'node:path';
import type { JobProgress, Listener } from '../io/listener';
import type { InputSpec } from '../models/card';
import { DatasetError } from './error';
import { listFolders } from './folders';
import { datasetFormats } from './formats';
import type { DatasetOptions } from './options';
import { prepareDataset } from './prepare';
import type { DatasetFormat, Listing, PreparedDataset, SplitExam } from './types';

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
  /** The data in words, after "test split of". */
  splitOf: string;
  listing: Listing<SplitExam>;
  /** Says what the user should know of its images. */
  notice(text: string): void;
  /** Prepares the images of some of its exams. @param what they are, and what for, as the terminal shows it after "preparing" */
  prepare(exams: SplitExam[], input: InputSpec, what?: string): Promise<PreparedDataset>;
}

/** Reads the tables of one data folder, or of several of one format as one data set. */
export async function openListing(
  folders: readonly string[],
  options: DatasetOptions,
  listener: Listener,
): Promise<OpenedListing> {
  const format = datasetFormats.find(({ name }) => name === options.format);
  if (!format) throw new DatasetError(`There is no format "${options.format}".`);
  if (options.findings && !format.choosesFindings) {
    const choosing = datasetFormats.filter(each => each.choosesFindings).map(({ name }) => name);
    throw new DatasetError(
      `--findings is for --format ${choosing.join(', ')}; ${format.name} has one task alone.`,
    );
  }
  const { splits, splitSeed, findings = ['Pneumonia'] } = options;
  const { root, listing } = await listFolders(format, folders, { splits, splitSeed, findings });
  listing.notices.forEach(notice => listener.notice(notice));
  const prepare: OpenedListing['prepare'] = (exams, input, what = 'images') =>
    prepareWithProgress(root, { ...listing, exams }, input, options, listener, what);
  return {
    format,
    name: folders.join(', '),
    splitOf: splitOf(format, folders),
    listing,
    notice: text => listener.notice(text),
    prepare,
  };
}

/** Without the folders that it lies in, which say more of a machine than of the data. */
function splitOf(
  { splitOf: words, description, namesFolder }: DatasetFormat,
  folders: readonly string[],
): string {
  const names = folders.map(folder => `"${path.basename(path.resolve(folder))}"`);
  return `${words ?? description}${namesFolder ? ` ${names.join(', ')}` : ''}`;
}

async function prepareWithProgress(
  folder: string,
  listing: Listing<SplitExam>,
  input: InputSpec,
  { cache, workers, maxBad }: DatasetOptions,
  listener: Listener,
  what: string,
): Promise<PreparedDataset> {
  let progress: JobProgress | undefined;
  try {
    return await prepareDataset(folder, listing, input, {
      cacheFolder: cache,
      workers,
      maxBad,
      onProgress: (done, total) => {
        progress ??= listener.begin(`preparing ${what}`, total);
        progress.update(done);
      },
      onNotice: text => (progress ? progress.line(text) : listener.notice(text)),
    });
  } finally {
    progress?.stop();
  }
}
