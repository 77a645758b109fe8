import { parseCsvTable } from '../../io/csv-table';
import { StudyDataError, type StudyTable } from '../../study/ratings';

/**
 * Parses a CSV table (RFC 4180, first line the column names). Surrounding blanks are cut off.
 *
 * @throws StudyDataError when the text is no table
 */
export function parseStudyTable(text: string, name: string): StudyTable {
  try {
    return { name, ...parseCsvTable(text) };
  } catch (error) {
    throw new StudyDataError(name, [`it is not a table: ${(error as Error).message}`]);
  }
}
