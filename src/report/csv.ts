import {
  areaMetrics,
  changeMetrics,
  conditionalMetrics,
  imagePairs,
  localisationMetrics,
  pairMetrics,
  perturbationMetrics,
} from '../metrics';
import { csvCell } from '../study/csv-cell';
import type { Comparison } from '../evaluation/statistics/comparisons';
import type { CaseRecord, GeneratorRecord, MapFigures, MapRecord } from '../evaluation/records';

/** A column: its head, and its cell of one item. */
type Column<T> = readonly [head: string, cell: (item: T) => Cell];

const caseColumns: readonly Column<CaseRecord>[] = [
  ['image', record => record.id],
  ['patient', record => record.patient],
  ['label', record => record.label],
  ['view', record => record.view],
  ['collection', record => record.collection],
  ['sex', record => record.sex],
  ['age_years', record => record.ageYears],
  ['reader', record => record.reader],
  ['score', record => record.score],
  ['truth_share', record => record.truthShare],
];

/** Figures of a map beside a truth; each stands in the file twice, once for the control. */
const figureColumns: readonly Column<MapFigures>[] = [
  ...localisationMetrics.map(({ id, column }): Column<MapFigures> => [column, ({ values }) => values[id]]),
  ...areaMetrics.map(({ column, compute }): Column<MapFigures> => [column, compute]),
];

const mapColumns: readonly Column<MapRecord>[] = [
  ['seconds', map => map.seconds],
  ['failure', map => map.failure],
  ['constant_share', map => map.constantShare],
  ...figureColumns.map(([head, cell]): Column<MapRecord> => [head, ({ right }) => cell(right)]),
  ...conditionalMetrics.map(({ id, column }): Column<MapRecord> => [column, map => map[id]?.right]),
  ...figureColumns.map(([head, cell]): Column<MapRecord> => [
    `control_${head}`,
    ({ control }) => control && cell(control),
  ]),
  ...conditionalMetrics.map(({ id, column }): Column<MapRecord> => [
    `control_${column}`,
    map => map[id]?.control,
  ]),
  ...perturbationMetrics.map(({ id, column }): Column<MapRecord> => [column, map => map.faithfulness?.[id]]),
];

const generatorColumns: readonly Column<GeneratorRecord>[] = [
  ['score_similar', generated => generated.scoreSimilar],
  ['score_adversarial', generated => generated.scoreAdversarial],
  ...pairMetrics.flatMap(({ id, column }) =>
    imagePairs.map((pair): Column<GeneratorRecord> => [
      `${column}_${pair.column}`,
      generated => generated[id][pair.key],
    ]),
  ),
  ...changeMetrics.map(({ id, column }): Column<GeneratorRecord> => [
    column,
    generated => generated.change?.[id],
  ]),
];

/**
 * One row an image and map, with every metric of a map and its control.
 *
 * @param subset ids of the images that the slow methods ran on
 */
export function mapsCsv(records: readonly CaseRecord[], subset: ReadonlySet<string> = new Set()): string {
  const header = [...heads(caseColumns), 'in_subset', 'map', ...heads(mapColumns)];
  const rows = records.flatMap(record =>
    Object.entries(record.maps).map(([key, map]) => [
      ...cells(caseColumns, record),
      subset.has(record.id) ? 1 : 0,
      key,
      ...cells(mapColumns, map),
    ]),
  );
  return csv([header, ...rows]);
}

/** One row an image: score, and what each generator made of it. */
export function imagesCsv(records: readonly CaseRecord[]): string {
  const generators = [...new Set(records.flatMap(record => Object.keys(record.generators)))];
  const columns = generators.flatMap(generator =>
    generatorColumns.map(([head, cell]): Column<CaseRecord> => [
      `${generator}_${head}`,
      record => record.generators[generator] && cell(record.generators[generator]),
    ]),
  );
  const all = [...caseColumns, ...columns];
  return csv([heads(all), ...records.map(record => cells(all, record))]);
}

function heads<T>(columns: readonly Column<T>[]): string[] {
  return columns.map(([head]) => head);
}

function cells<T>(columns: readonly Column<T>[], item: T): Cell[] {
  return columns.map(([, cell]) => cell(item));
}

/** One row a comparison of two maps. */
export function comparisonsCsv(lists: Readonly<Record<string, readonly Comparison[]>>): string {
  const header = ['list', 'metric', 'a', 'b', 'patients', 'difference', 'low', 'high', 'p', 'p_holm'];
  const rows = Object.entries(lists).flatMap(([list, comparisons]) =>
    comparisons.map(({ metric, a, b, patients, difference, interval, p, adjusted }) => [
      list,
      metric,
      a,
      b,
      patients,
      difference,
      interval?.low,
      interval?.high,
      p,
      adjusted,
    ]),
  );
  return csv([header, ...rows]);
}

type Cell = string | number | null | undefined;

/** RFC 4180; an absent figure is an empty cell. */
function csv(rows: readonly (readonly Cell[])[]): string {
  return `${rows.map(row => row.map(cell).join(',')).join('\n')}\n`;
}

function cell(value: Cell): string {
  return csvCell(typeof value === 'number' ? Number(value.toPrecision(7)) : value);
}
