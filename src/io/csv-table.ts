import { parse } from 'csv-parse/sync';

/** A CSV table with a header line. */
export interface CsvTable {
  header: string[];
  /** Cells by column name. */
  rows: Record<string, string>[];
  /** By row: its last line in the file, from 1. */
  lines: number[];
}

/**
 * Parses a CSV table (RFC 4180, first line the column names). Surrounding blanks and empty lines are left out.
 *
 * @throws Error saying what is wrong: also where two columns have one name, since one of them would count in silence
 */
export function parseCsvTable(text: string): CsvTable {
  let header: string[] = [];
  const readHeader = (names: string[]): string[] => {
    header = names.map(each => each.trim());
    const twice = header.find((name, i) => name !== '' && header.indexOf(name) !== i);
    if (twice !== undefined) throw new Error(`the column ${twice} is there twice`);
    return header;
  };
  const records = parse(text, {
    columns: readHeader,
    skip_empty_lines: true,
    bom: true,
    trim: true,
    info: true,
  }) as unknown as { record: Record<string, string>; info: { lines: number } }[];
  return {
    header,
    rows: records.map(({ record }) => record),
    lines: records.map(({ info }) => info.lines),
  };
}
