import { parse } from 'csv-parse/sync';
import { StudyDataError, type StudyTable } from '../../study/ratings';

/**
 * Parses a CSV table (RFC 4180, first line the column names). Surrounding blanks are cut off.
 *
 * @throws StudyDataError when the text is no table
 */
export function parseStudyTable(text: string, name: string): StudyTable {
  let header: string[] = [];
  try {
    const records = parse(text, {
      columns: (names: string[]) => (header = names.map(each => each.trim())),
      skip_empty_lines: true,
      bom: true,
      trim: true,
      info: true,
    }) as unknown as { record: Record<string, string>; info: { lines: number } }[];
    return {
      name,
      header,
      rows: records.map(({ record }) => record),
      lines: records.map(({ info }) => info.lines),
    };
  } catch (error) {
    throw new StudyDataError(name, [`it is not a table: ${(error as Error).message}`]);
  }
}
