import path from 'node:path';
import { compareAllPairs } from '../evaluation/statistics/comparisons';
import { comparisonsCsv, imagesCsv, mapsCsv } from './csv';
import type { CaseView, EvaluationResults, SubsetResults } from '../evaluation/results';
import { averageTruthTable, faithfulnessTable, groupTable, judgeTable, testTable } from './secondary-tables';
import { classifierTable, classTable, controlTable, generatorTable, localisationTable } from './tables';
import { printableLines } from '../io/printable';
import { writeAtomically } from '../io/write-file';
import type { Evaluation } from '../evaluation/evaluation';
import { subsetIds } from '../evaluation/make-results';
import { mapTitles } from '../evaluation/map-titles';
import type { MapSummary } from '../evaluation/statistics/map-summary';

/**
 * Writes results.json, the CSV files, the tables as text, and the page.
 *
 * @returns the tables as text
 */
export async function writeReport(
  evaluation: Evaluation,
  results: EvaluationResults,
  cases: readonly CaseView[],
): Promise<string> {
  const { options, card, set, plan, records, summary } = evaluation;
  const { reportPage } = await import('./page'); // the chart library loads slowly
  const titles = mapTitles(plan.requests, card);
  const subset = subsetIds(set, plan);
  const onAll = titles.filter(title => !title.slow);
  const tests = {
    reference: results.comparisons,
    'reference without failed maps': results.withoutFailures ?? [],
    'against the average truth': results.againstAverage ?? [],
    'all pairs': compareAllPairs(records, onAll, summary),
    ...(results.subset && { 'reference on the subset': results.subset.comparisons }),
  };
  const tables = tablesText(results);
  const files: Record<string, string> = {
    'results.json': `${JSON.stringify(results, null, 2)}\n`,
    'maps.csv': mapsCsv(records, subset),
    'images.csv': imagesCsv(records),
    'tests.csv': comparisonsCsv(tests),
    'tables.txt': printableLines(tables),
    'report.html': reportPage(results, cases),
  };
  for (const [name, text] of Object.entries(files)) await writeAtomically(path.join(options.out, name), text);
  return tables;
}

function tablesText(results: EvaluationResults): string {
  const { notes, classifier, generators, maps, comparisons, subset, judge } = results;
  const { model, data } = results.provenance;
  const leftOut = Object.entries(data.leftOut)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');
  const head =
    `${model.title} ${model.version}, ${data.description}: ${data.images} images, ${data.withTruth} with truth` +
    `${leftOut ? ` (left out: ${leftOut})` : ''}`;
  return `${[
    head,
    classifierTable(classifier),
    classTable(classifier),
    ...(generators.length ? [generatorTable(generators)] : []),
    ...(maps.length ? [localisationTable(maps), controlTable(maps)] : []),
    groupTable(maps),
    testTable(maps, comparisons),
    ...withoutFailuresTable(maps, results.withoutFailures ?? []),
    averageTruthTable(maps, results.againstAverage ?? []),
    judgeTable(judge),
    ...(subset ? [`Subset of ${subset.images} images`, ...subsetTables(subset)] : []),
    notes.map(note => `- ${note}`).join('\n'),
  ]
    .filter(part => part !== '')
    .join('\n\n')}\n`;
}

/** Empty where no map failed. */
function withoutFailuresTable(
  maps: readonly MapSummary[],
  comparisons: EvaluationResults['comparisons'],
): string[] {
  if (comparisons.length === 0) return [];
  const tested = maps.filter(({ key }) => comparisons.some(({ a, b }) => key === a || key === b));
  return ['The same on the images where neither map failed', testTable(tested, comparisons)];
}

function subsetTables({ maps, comparisons }: SubsetResults): string[] {
  return [localisationTable(maps), controlTable(maps), testTable(maps, comparisons), faithfulnessTable(maps)];
}
