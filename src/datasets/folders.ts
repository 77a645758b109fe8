import path from 'node:path';
import { DatasetError } from './error';
import { listDataset, listFormat, settleListing } from './list';
import type { DatasetFormat, FormatOptions, ListedExam, Listing, SplitExam } from './types';

/** The listing of one data folder or of several, and the folder that its files lie below. */
export interface ListedFolders {
  root: string;
  listing: Listing<SplitExam>;
}

/**
 * Reads the tables of data folders of one format as those of one data set: an image may be named once in all of them, and
 * a patient whose images lie in several folders stays in one split.
 *
 * @param folders one or more; the order of the exams follows that of the folders
 * @throws DatasetError as `listDataset` does, or when a folder is given twice
 */
export async function listFolders(
  format: DatasetFormat,
  folders: readonly string[],
  options: FormatOptions,
): Promise<ListedFolders> {
  if (folders.length === 1) {
    return { root: folders[0], listing: await listDataset(format, folders[0], options) };
  }
  const paths = folders.map(folder => path.resolve(folder));
  if (new Set(paths).size < paths.length) throw new DatasetError('A data folder is given twice.');
  const root = commonParent(paths);
  const listings: Listing[] = [];
  for (const folder of paths)
    listings.push(below(path.relative(root, folder), await listFormat(format, folder, options)));
  const [first] = listings;
  const merged: Listing = {
    exams: listings.flatMap(({ exams }) => exams),
    table: first.table,
    labelColumn: first.labelColumn,
    leftOut: sumOf(listings.map(({ leftOut }) => leftOut)),
    notices: listings.flatMap(({ notices }) => notices),
  };
  return { root, listing: await settleListing(merged, options) };
}

/** A listing whose files and table are named from a folder further up. */
function below(folder: string, listing: Listing): Listing {
  const from = (name: string): string => path.join(folder, name);
  const exams = listing.exams.map((exam): ListedExam => ({
    ...exam,
    file: from(exam.file),
    table: from(listing.table),
  }));
  const notices = listing.notices.map(notice => `${folder}: ${notice}`);
  return { ...listing, exams, notices, table: from(listing.table) };
}

/** The deepest folder that all of them lie below. */
function commonParent(paths: readonly string[]): string {
  let parent = path.dirname(paths[0]);
  const holds = (folder: string): boolean => !path.relative(parent, folder).startsWith('..');
  while (!paths.every(holds)) parent = path.dirname(parent);
  return parent;
}

function sumOf(counts: readonly Record<string, number>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const [reason, count] of counts.flatMap(each => Object.entries(each))) {
    total[reason] = (total[reason] ?? 0) + count;
  }
  return total;
}
