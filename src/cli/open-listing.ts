import type { InputSpec } from '../models/card';
import { DatasetError } from '../training/datasets/error';
import { listFolders } from '../training/datasets/folders';
import { datasetFormats } from '../training/datasets/formats';
import type { DatasetOptions } from '../training/datasets/options';
import { prepareDataset } from '../training/datasets/prepare';
import type { DatasetFormat, Listing, PreparedDataset, SplitExam } from '../training/datasets/types';
import { Progress } from './progress';
import { warnLine } from './terminal';

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
