import type { JudgeResults } from '../evaluation/judge/judge-results';
import { comparedMetricNames, comparedMetrics, type Comparison } from '../evaluation/statistics/comparisons';
import { decimals, intervalText, pValue } from './format';
import { isDecisionGroup } from '../evaluation/statistics/groups';
import { readerGroupsApart, type MapSummary } from '../evaluation/statistics/map-summary';
import { perturbationColumns } from './map-columns';
import { formatTable } from './tables';

/**
 * Decisions, readers (where there are several), views and collections apart: IoU@90 of each map, and of its shuffled control. Empty where
 * there are no groups.
 */
export function groupTable(maps: readonly MapSummary[]): string {
  const named = [...new Set(maps.flatMap(map => Object.keys(map.groups)))];
  const groups = [
    ...named.filter(isDecisionGroup),
    ...readerGroupsApart(maps),
    ...named.filter(isViewOrCollection),
  ];
  if (groups.length === 0) return '';
  const imagesOf = (group: string): number => Math.max(...maps.map(map => map.groups[group]?.images ?? 0));
  const cell = (map: MapSummary, group: string): string => {
    const figures = map.groups[group];
    return figures ? `${decimals(figures.iou90.value)} (${decimals(figures.controlIou90)})` : '–';
  };
  return formatTable(
    ['IoU@90 (control)', ...groups.map(group => `${group}: ${imagesOf(group)}`)],
    maps.map(map => [map.title, ...groups.map(group => cell(map, group))]),
  );
}

function isViewOrCollection(group: string): boolean {
  return group.startsWith('view ') || group.startsWith('collection ');
}

/** What the reference map has over each other one, with p after Holm. Empty where nothing was compared. */
export function testTable(maps: readonly MapSummary[], comparisons: readonly Comparison[]): string {
  const reference = maps.find(map => map.key === comparisons[0]?.a);
  if (!reference) return '';
  const cells = (key: string): string[] =>
    comparedMetrics.flatMap(metric => {
      const found = comparisons.find(each => each.b === key && each.metric === metric);
      return found ? [decimals(found.difference), pValue(found.adjusted)] : ['–', '–'];
    });
  return formatTable(
    [
      `${reference.title} minus`,
      ...comparedMetrics.flatMap(metric => [comparedMetricNames(metric).short, 'p (Holm)']),
    ],
    maps.filter(map => map !== reference).map(map => [map.title, ...cells(map.key)]),
  );
}

/** What each map has over the average training truth, with interval and p. Empty where that was not tested. */
export function averageTruthTable(maps: readonly MapSummary[], comparisons: readonly Comparison[]): string {
  const metrics = ['iou90', 'auprc'] as const;
  const cells = (key: string): string[] =>
    metrics.flatMap(metric => {
      const found = comparisons.find(each => each.a === key && each.metric === metric);
      return found
        ? [decimals(found.difference), intervalText(found.interval), pValue(found.adjusted)]
        : ['–', '–', '–'];
    });
  const tested = maps.filter(({ key }) => comparisons.some(({ a }) => a === key));
  if (tested.length === 0) return '';
  return formatTable(
    [
      'minus the average training truth',
      ...metrics.flatMap(metric => [comparedMetricNames(metric).short, '95 % interval', 'p (Holm)']),
    ],
    tested.map(({ title, key }) => [title, ...cells(key)]),
  );
}

/** What another classifier says of the generated images. Empty where none was asked. */
export function judgeTable(judge: JudgeResults | undefined): string {
  if (!judge) return '';
  const rows = judge.generators.flatMap(({ id, flip, flipPositives, view, frechet }) =>
    frechet.map(({ target, before, after, real }) => [
      `${id} to ${target}`,
      decimals(flip?.value),
      decimals(flipPositives?.value),
      decimals(view?.changed.value),
      decimals(before),
      decimals(after),
      decimals(real),
    ]),
  );
  const head = ['flip', 'flip pos', 'view changed', 'Fréchet before', 'after', 'real'];
  return formatTable([`judge: ${judge.judge.id}`, ...head], rows);
}

/** Deletion and insertion. Empty where they were not measured. */
export function faithfulnessTable(maps: readonly MapSummary[]): string {
  const measured = maps.filter(map => map.faithfulness);
  if (measured.length === 0) return '';
  return formatTable(
    [
      'map',
      ...perturbationColumns.flatMap(({ short, direction }) => [
        `${short} (${direction} is better)`,
        '95 % interval',
      ]),
    ],
    measured.map(map => [
      map.title,
      ...perturbationColumns.flatMap(({ estimate }) => {
        const area = estimate(map);
        return [decimals(area?.value), intervalText(area?.interval)];
      }),
    ]),
  );
}
