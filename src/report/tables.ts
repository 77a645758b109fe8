import {
  calledShares,
  changeMetrics,
  generatedRankings,
  generatedShares,
  imagePairs,
  pairMetrics,
  rankingMetrics,
} from '../metrics';
import type { Estimate } from '../evaluation/statistics/estimate';
import type { MapSummary } from '../evaluation/statistics/map-summary';
import type { ClassifierSummary, GeneratorSummary, MeanOfFinite } from '../evaluation/statistics/summary';
import { areaColumns, conditionalColumns, furtherColumns, iouColumns } from './map-columns';

/** Lays rows out in columns, the first to the left, the others to the right; numbers that were not computed are "–". */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map(row => row[column].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ');
  return [line(header), widths.map(width => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

/** A column: its head, and its cell of one row. */
type Column<T> = readonly [head: string, cell: (row: T) => string];

/** A column that has a figure of no row is left out. */
function tableOf<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const told = columns.filter(([, cell], i) => i === 0 || rows.some(row => cell(row) !== '–'));
  return formatTable(
    told.map(([head]) => head),
    rows.map(row => told.map(([, cell]) => cell(row))),
  );
}

export function classifierTable(groups: readonly ClassifierSummary[]): string {
  return tableOf(groups, [
    ['classifier', group => group.group],
    ['positive', group => String(group.positives ?? '–')],
    ['negative', group => String(group.negatives ?? '–')],
    ...rankingMetrics.flatMap(({ id, short }): Column<ClassifierSummary>[] => [
      [short, group => number(group[id]?.value)],
      ['95 % interval', group => interval(group[id])],
    ]),
    ...calledShares.map(({ id, short }): Column<ClassifierSummary> => [short, group => number(group[id])]),
  ]);
}

/** Each of several classes against the rest, over all images; empty of two classes. */
export function classTable([all]: readonly ClassifierSummary[]): string {
  if (!all?.ofClass) return '';
  return tableOf(all.ofClass, [
    ['class', each => each.name],
    ['images', each => String(each.images)],
    ['sensitivity', each => number(each.sensitivity?.value)],
    ['95 % interval', each => interval(each.sensitivity)],
    ['AUC against the rest', each => number(each.auc?.value)],
    ['95 % interval', each => interval(each.auc)],
  ]);
}

export function generatorTable(generators: readonly GeneratorSummary[]): string {
  return tableOf(generators, [
    ['generator', g => g.id],
    ...generatedShares.map(({ id, short, of }): Column<GeneratorSummary> => [
      short,
      g => (of === 'similar' && g.similarIsOriginal ? 'x_s is x' : number(g[id])),
    ]),
    ...generatedRankings.map(({ id, short }): Column<GeneratorSummary> => [short, g => number(g[id]?.value)]),
    ...pairMetrics.flatMap(({ id, short, unit }) =>
      imagePairs.map((pair, i): Column<GeneratorSummary> => [
        i === 0 ? `${short} ${pair.short}` : pair.short,
        g => (unit === 'dB' ? decibels(g[id]?.[pair.key]) : number(g[id]?.[pair.key]?.mean)),
      ]),
    ),
    ...changeMetrics.map(({ id, short }): Column<GeneratorSummary> => [
      short,
      g => number(g.change?.[id]?.value),
    ]),
    ...universalGroups(generators).map((group): Column<GeneratorSummary> => [
      `universal, ${group}`,
      g => number(g.universal?.[group]?.value),
    ]),
  ]);
}

/** By which decision films are told apart whose changes are compared with one another. */
export function universalGroups(generators: readonly Pick<GeneratorSummary, 'universal'>[]): string[] {
  return [...new Set(generators.flatMap(({ universal }) => Object.keys(universal ?? {})))];
}

/** The paper's Tables VI to XI in one: each map, and below it in the second table its shuffled control. */
export function localisationTable(maps: readonly MapSummary[]): string {
  const columns = [...iouColumns, ...areaColumns, ...furtherColumns];
  return tableOf(maps, [
    ['map', map => map.title],
    ...columns.map(({ short, estimate }): Column<MapSummary> => [short, map => number(estimate(map)?.value)]),
    ['universal', map => number(map.universal)],
    ['s/image', map => seconds(map.medianSeconds)],
  ]);
}

export function controlTable(maps: readonly MapSummary[]): string {
  const columns = [...iouColumns, ...areaColumns, ...furtherColumns];
  return tableOf(maps, [
    ['against other patients’ truth', map => map.title],
    ...columns.map(({ short, control }): Column<MapSummary> => [short, map => number(control(map))]),
    ...conditionalColumns.flatMap(({ short, estimate, control }): Column<MapSummary>[] => [
      [short, map => number(estimate(map)?.value)],
      [`${short} control`, map => number(control(map))],
    ]),
    ['IoU@90 interval', map => interval(map.right.iou90)],
    ['gain IoU@90', map => number(map.gain.iou90?.value)],
    ['gain interval', map => interval(map.gain.iou90)],
  ]);
}

function number(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '–' : value.toFixed(3);
}

function interval(estimate: Estimate | undefined): string {
  const range = estimate?.interval;
  if (!range) return '–';
  const between = range.low < 0 || range.high < 0 ? ' to ' : '–';
  return `${range.low.toFixed(3)}${between}${range.high.toFixed(3)}`;
}

function decibels(figure: MeanOfFinite | undefined): string {
  if (!figure) return '–';
  const text = figure.mean === undefined ? 'equal' : figure.mean.toFixed(1);
  return figure.equal > 0 && figure.mean !== undefined ? `${text} (${figure.equal} equal)` : text;
}

function seconds(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(2);
}
