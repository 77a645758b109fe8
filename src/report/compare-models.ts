import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { compareReports, type LoadedReport, type MapRow } from '../evaluation/statistics/model-comparison';
import type { EvaluationResults } from '../evaluation/results';
import { parseCsvTable } from '../io/csv-table';
import { writeAtomically } from '../io/write-file';

/** Measures a model package and writes its report. */
export type Measure = (model: string, out: string) => Promise<void>;

/**
 * Puts two models side by side. A folder with `results.json` is a report and is read; one with `model-card.json` is a model
 * package and is measured, its report going below `out`.
 *
 * @throws Error for a folder that is neither
 */
export async function compareModels(
  first: string,
  second: string,
  out: string,
  measure: Measure,
): Promise<void> {
  const a = await reportOf(first, path.join(out, 'a'), measure);
  const b = await reportOf(second, path.join(out, 'b'), measure);
  const rows = compareReports(a, b);
  const { comparisonPage } = await import('./comparison-page');
  const sides = { a: a.results.provenance, b: b.results.provenance };
  const json = `${JSON.stringify({ format: 'explain-comparison/1', ...sides, maps: rows }, null, 2)}\n`;
  await writeAtomically(path.join(out, 'comparison.json'), json);
  await writeAtomically(path.join(out, 'comparison.html'), comparisonPage(a, b, rows));
}

async function reportOf(folder: string, out: string, measure: Measure): Promise<LoadedReport> {
  if (await exists(path.join(folder, 'results.json'))) return readReport(folder);
  if (!(await exists(path.join(folder, 'model-card.json')))) {
    throw new Error(`${folder} is neither a report (results.json) nor a model package (model-card.json).`);
  }
  await measure(folder, out);
  return readReport(out);
}

async function readReport(folder: string): Promise<LoadedReport> {
  const file = path.join(folder, 'results.json');
  const results = JSON.parse(await readFile(file, 'utf8')) as EvaluationResults;
  if (results.format !== 'explain-evaluation/1') {
    throw new Error(`${file} is of another version; evaluate it again.`);
  }
  const text = await readFile(path.join(folder, 'maps.csv'), 'utf8');
  const rows = parseCsvTable(text).rows.map(({ image, patient, map, iou90 }): MapRow => ({
    image,
    patient,
    map,
    iou90: Number(iou90),
  }));
  return { results, rows };
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    about => about.isFile(),
    () => false,
  );
}
