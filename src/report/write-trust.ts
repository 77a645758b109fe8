import path from 'node:path';
import type { TrustResults } from '../evaluation/trust/trust-file-schema';
import { printableLines } from '../io/printable';
import { writeAtomically } from '../io/write-file';
import { formatTable } from './tables';

/** Writes the outcomes of trust checks as JSON, and as a table. @returns the table */
export async function writeTrust(folder: string, results: TrustResults): Promise<string> {
  const number = (value: number | null | undefined): string => value?.toFixed(3) ?? '–';
  const rows = results.checks.map(
    ({ method = '', title, passed, note, throughEmptyMaps, figures: [rank, difference, structure] }) => [
      `${method}: ${title}`,
      number(rank.value),
      number(rank.control),
      `${number(difference.low)} to ${number(difference.high)}`,
      number(structure.value),
      passed === null
        ? note?.includes('not shown: ')
          ? 'not shown'
          : '–'
        : throughEmptyMaps
          ? 'through empty maps'
          : passed
            ? 'passed'
            : 'FAILED',
    ],
  );
  const head = ['check', 'rank correlation', 'different images', 'difference, 95 %', 'SSIM', 'outcome'];
  const notes = (results.notes ?? []).map(note => `\n- ${note}`).join('');
  const table = `${formatTable(head, rows)}${notes && `\n${notes}`}`;
  await writeAtomically(path.join(folder, 'trust.json'), `${JSON.stringify(results, null, 2)}\n`);
  await writeAtomically(path.join(folder, 'trust.txt'), printableLines(`${table}\n`));
  return table;
}
