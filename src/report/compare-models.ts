import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  compareReports,
  sameData,
  type LoadedReport,
  type MapRow,
} from '../evaluation/statistics/model-comparison';
import type { EvaluationResults } from '../evaluation/results';
import { parseCsvTable } from '../io/csv-table';
import { requireThere } from '../io/given-path';
import { writeAtomically } from '../io/write-file';

/** Measures a model package and writes its report. */
export type Measure = (model: string, out: string) => Promise<void>;

/**
 * Puts two models side by side. A folder with `results.json` is a report and is read; one with `model-card.json` is a model
 * package and is measured, its report going below `out`.
 *
 * @returns what a reader of the terminal must know: that nothing was paired, or that a report stands beside itself
 * @throws Error for a folder that is neither, or whose files do not belong together
 */
export async function compareModels(
  first: string,
  second: string,
  out: string,
  measure: Measure,
): Promise<string[]> {
  for (const folder of [first, second]) await requireSide(folder);
  const a = await reportOf(first, path.join(out, 'a'), measure);
  const b = await reportOf(second, path.join(out, 'b'), measure);
  const rows = compareReports(a, b);
  const { comparisonPage } = await import('./comparison-page');
  const sides = { a: a.results.provenance, b: b.results.provenance };
  const json = `${JSON.stringify({ format: 'explain-comparison/1', ...sides, maps: rows }, null, 2)}\n`;
  await writeAtomically(path.join(out, 'comparison.json'), json);
  await writeAtomically(path.join(out, 'comparison.html'), comparisonPage(a, b, rows));
  return cautions(a, b);
}

function cautions(a: LoadedReport, b: LoadedReport): string[] {
  if (isDeepStrictEqual(a, b)) return ['A and B are one and the same report: there is nothing to compare.'];
  const data = ({ results: { provenance } }: LoadedReport): string =>
    `${provenance.data.images} images of ${provenance.data.description}`;
  return sameData(a, b)
    ? []
    : [
        `Images, sample or truth differ (A: ${data(a)}; B: ${data(b)}): nothing was paired or tested, and figures of ` +
          'different films say little of the models.',
      ];
}

async function reportOf(folder: string, out: string, measure: Measure): Promise<LoadedReport> {
  if (await exists(path.join(folder, 'results.json'))) return readReport(folder);
  await measure(folder, out);
  return readReport(out);
}

/** Both before the first is measured, which takes minutes. */
async function requireSide(folder: string): Promise<void> {
  await requireThere('--compare', folder);
  for (const file of ['results.json', 'model-card.json']) if (await exists(path.join(folder, file))) return;
  throw new Error(`${folder} is neither a report (results.json) nor a model package (model-card.json).`);
}

async function readReport(folder: string): Promise<LoadedReport> {
  const file = path.join(folder, 'results.json');
  const results = JSON.parse(await readFile(file, 'utf8')) as EvaluationResults;
  if (results.format !== 'explain-evaluation/1') {
    throw new Error(`${file} is of another version; evaluate it again.`);
  }
  const text = await readFile(path.join(folder, 'maps.csv'), 'utf8');
  const csv = path.join(folder, 'maps.csv');
  const table = parseCsvTable(text);
  const rows = table.rows.map(({ image, patient, map, iou90 }, index): MapRow => {
    const value = iou90?.trim() ? Number(iou90) : Number.NaN;
    if (!(value >= 0 && value <= 1))
      throw new Error(
        `${csv}, line ${table.lines[index]}: iou90 is "${iou90 ?? ''}", not a number in [0, 1]. ${again}`,
      );
    return { image, patient, map, iou90: value };
  });
  checkAgainstSummary(csv, rows, results);
  return { results, rows };
}

/** Figures have seven digits in the table. */
const rounding = 1e-6;

/**
 * Holds the table against the summary beside it: files of two evaluations in one folder would be compared as if they were one.
 *
 * @throws Error naming the map that has another number of images, or another mean
 */
function checkAgainstSummary(csv: string, rows: readonly MapRow[], { maps }: EvaluationResults): void {
  for (const { key, images, right } of maps) {
    const own = rows.filter(({ map }) => map === key);
    const mean = own.reduce((sum, { iou90 }) => sum + iou90, 0) / own.length;
    const stated = right.iou90.value;
    if (own.length === images && (images === 0 || Math.abs(mean - stated) <= rounding)) continue;
    throw new Error(
      `${csv} is not of the same evaluation as the results.json beside it: of "${key}" it has ${own.length} images of mean ` +
        `IoU@90 ${mean.toFixed(6)}, the other says ${images} of ${stated.toFixed(6)}. ${again}`,
    );
  }
}

const again = 'Evaluate again, into an empty --out.';

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    about => about.isFile(),
    () => false,
  );
}
