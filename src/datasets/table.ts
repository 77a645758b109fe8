import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseCsvTable, type CsvTable } from '../io/csv-table';
import { doesNotExist, unreadable } from '../io/given-path';
import { isThere } from '../io/is-there';
import { DatasetError } from './error';
import type { Box } from './types';

/** Cells by column name. */
export type Row = Record<string, string>;

/** A CSV table with a header line. */
export interface Table extends CsvTable {
  /** The file's name, for messages. */
  name: string;
}

/**
 * Reads a CSV table (RFC 4180, UTF-8, first line the column names). Surrounding blanks are cut off.
 *
 * @throws DatasetError when the file cannot be read, is no table, or lacks a column
 */
export async function readTable(folder: string, name: string, columns: readonly string[]): Promise<Table> {
  const file = path.join(folder, name);
  const text = await readFile(file, 'utf8').catch(async (error: unknown) => {
    if (!(await isThere(folder))) throw new DatasetError(`--data: ${doesNotExist(folder)}`);
    throw new DatasetError(
      `${unreadable(file, error)} --data must name a folder as docs/data.md describes for --format.`,
    );
  });
  const hint = (header: readonly string[]): string =>
    otherFormat(header, columns) ?? 'Is --format that of this folder (docs/data.md)?';
  return { name, ...tableOf(file, text, columns, hint) };
}

/**
 * As {@link readTable}, of a table that an option names by itself.
 *
 * @param option for the message
 */
export async function readGivenTable(
  option: string,
  file: string,
  columns: readonly string[],
): Promise<Table> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new DatasetError(`${option} ${unreadable(file, error)}`);
  });
  return { name: path.basename(file), ...tableOf(file, text, columns) };
}

/** @param hint what to say of a header that lacks a column */
function tableOf(
  file: string,
  text: string,
  columns: readonly string[],
  hint?: (header: readonly string[]) => string,
): CsvTable {
  let table: CsvTable;
  try {
    table = parseCsvTable(text);
  } catch (error) {
    throw new DatasetError(`${file} is not a table: ${(error as Error).message}`);
  }
  const missing = columns.filter(column => !table.header.includes(column));
  if (missing.length > 0)
    throw new DatasetError(
      [`${file} lacks the column(s) ${missing.join(', ')}.`, ...(hint ? [hint(table.header)] : [])].join(' '),
    );
  return table;
}

/** Columns by which the table of labels of a format is known, and what is said of it. */
const knownTables = [
  {
    columns: ['file', 'label', 'patient'],
    said: 'It looks like the table of a folder of DICOM files: give --format dicom.',
  },
  {
    columns: ['image', 'label', 'quality', 'patient', 'split'],
    said: 'It looks like the table of the format cxr: give --format cxr, or cxr-findings.',
  },
];

/** Where a table is that of another format. */
function otherFormat(header: readonly string[], wanted: readonly string[]): string | undefined {
  const [own] = wanted;
  return knownTables.find(
    ({ columns }) => !columns.includes(own) && columns.every(column => header.includes(column)),
  )?.said;
}

/** The value of a column, if it is one of those allowed: an unknown one must not pass for another. */
export function oneOf<T extends string>(where: string, row: Row, column: string, allowed: readonly T[]): T {
  const value = allowed.find(each => each === row[column]);
  if (value === undefined) {
    const choices = allowed.map(each => each || 'empty').join(', ');
    throw new DatasetError(`${where}: ${column} is "${row[column]}"; it must be one of ${choices}.`);
  }
  return value;
}

/** A box of four cells, in the unit of the cells; whether it lies in the image is checked where the size is known. */
export function readBox(where: string, cells: readonly [string, string, string, string]): Box {
  const [x, y, width, height] = cells.map(text => (text === '' ? NaN : Number(text)));
  if (!(x >= 0 && y >= 0 && width > 0 && height > 0 && Number.isFinite(x + y + width + height))) {
    throw new DatasetError(
      `${where}: the box (${cells.join(', ')}) must have x and y of 0 or more, and a width and height above 0.`,
    );
  }
  return { x, y, width, height };
}

/** Box of pixels in fractions of an image, or undefined when it lies outside of it by more than a hundredth. */
export function boxFractions(box: Box, columns: number, rows: number): Box | undefined {
  const { x, y, width, height } = box;
  const scaled = { ...box, x: x / columns, y: y / rows, width: width / columns, height: height / rows };
  const inside = scaled.x + scaled.width <= 1.01 && scaled.y + scaled.height <= 1.01;
  return inside ? scaled : undefined;
}
