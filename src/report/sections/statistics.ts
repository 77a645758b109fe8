import {
  comparedMetricNames,
  comparedMetrics,
  type ComparedMetric,
  type Comparison,
} from '../../evaluation/statistics/comparisons';
import { decimals, figureCell, intervalText, pValue, withInterval } from '../format';
import { html, table, type Html } from '../html';
import type { MapSummary } from '../../evaluation/statistics/map-summary';

/** The reference map against every other: differences of patient means and corrected p-values. */
export function comparisonSection(
  comparisons: readonly Comparison[],
  maps: readonly MapSummary[],
  reference: string | undefined,
): Html {
  if (comparisons.length === 0) return html`<p>There is nothing to compare.</p>`;
  const titleOf = (key: string): string => maps.find(map => map.key === key)?.title ?? key;
  const others = [...new Set(comparisons.map(({ b }) => b))];
  const find = (metric: ComparedMetric, b: string): Comparison | undefined =>
    comparisons.find(comparison => comparison.metric === metric && comparison.b === b);
  return table({
    caption: `${titleOf(reference ?? '')} minus each other map`,
    note:
      'Mean difference over patients (each counts once, however many images; the tables above average images), its 95 % interval, and p of a two-sided paired permutation test on patient means (of the area: of patients’ mean curves, exchanged), corrected by Holm’s procedure over ' +
      'all maps of a column. The first column is the primary endpoint. All pairs: tests.csv.',
    head: [
      'against',
      'patients',
      ...comparedMetrics.flatMap(metric => [comparedMetricNames(metric).title, 'p (Holm)']),
    ],
    rows: others.map(other => ({
      cells: [
        titleOf(other),
        String(find('iou90', other)?.patients ?? '–'),
        ...comparedMetrics.flatMap(metric => {
          const found = find(metric, other);
          return found ? [difference(found), pValue(found.adjusted)] : ['–', '–'];
        }),
      ],
    })),
  });
}

function difference({ difference: value, interval }: Comparison): Html | string {
  return withInterval(signed(value), interval && intervalText(interval));
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${decimals(value)}`;
}

/** IoU@90 by subgroup. */
export function subgroupSection(maps: readonly MapSummary[], reference: string | undefined): Html {
  if (maps.length === 0) return html``;
  const groups = Object.entries(maps[0].groups);
  if (groups.length === 0) return html`<p>The data say nothing of view, collection, sex or age.</p>`;
  return table({
    caption: 'IoU@90 by subgroup',
    note: 'Second line: 95 % interval. Third line: shuffled control (the permutations are over all images, so a group’s control says how it differs from the rest).',
    head: [
      'map',
      ...groups.map(
        ([name, { images, patients }]) =>
          html`${name}<br /><small>${images} images<br />${patients} patients</small>`,
      ),
    ],
    rows: maps.map(map => ({
      emphasis: map.key === reference,
      quiet: map.family === 'trivial',
      cells: [
        map.title,
        ...groups.map(([name]) =>
          figureCell(map.groups[name]?.iou90, { control: map.groups[name]?.controlIou90 }),
        ),
      ],
    })),
  });
}
