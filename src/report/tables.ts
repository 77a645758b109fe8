import { iouPercentiles } from '../metrics/iou-at-percentile';
import type { Estimate } from '../evaluation/statistics/estimate';
import type { MapSummary } from '../evaluation/statistics/map-summary';
import type { ClassifierSummary, GeneratorSummary, MeanOfFinite } from '../evaluation/statistics/summary';

/** Lays rows out in columns, the first to the left, the others to the right; numbers that were not computed are "–". */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map(row => row[column].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ');
  return [line(header), widths.map(width => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

export function classifierTable(groups: readonly ClassifierSummary[]): string {
  return formatTable(
    ['classifier', 'positive', 'negative', 'AUC', '95 % interval', 'sensitivity', 'specificity'],
    groups.map(group => [
      group.group,
      String(group.positives),
      String(group.negatives),
      number(group.auc?.value),
      interval(group.auc),
      number(group.sensitivity),
      number(group.specificity),
    ]),
  );
}

export function generatorTable(generators: readonly GeneratorSummary[]): string {
  return formatTable(
    [
      'generator',
      'hold',
      'hold pos',
      'flip',
      'flip pos',
      'flip neg',
      'AUC x_s',
      'AUC x_a',
      'PSNR x–x_s',
      'x–x_a',
      'x_s–x_a',
      'SSIM x–x_s',
      'x–x_a',
      'x_s–x_a',
      'spread',
      'in truth',
    ],
    generators.map(g => [
      g.id,
      g.similarIsOriginal ? 'x_s is x' : number(g.hold),
      g.similarIsOriginal ? 'x_s is x' : number(g.holdPositives),
      number(g.flip),
      number(g.flipPositives),
      number(g.flipNegatives),
      number(g.aucSimilar?.value),
      number(g.aucAdversarial?.value),
      decibels(g.psnr.originalSimilar),
      decibels(g.psnr.originalAdversarial),
      decibels(g.psnr.similarAdversarial),
      number(g.ssim.originalSimilar?.mean),
      number(g.ssim.originalAdversarial?.mean),
      number(g.ssim.similarAdversarial?.mean),
      number(g.change?.spread?.value),
      number(g.change?.inTruth?.value),
    ]),
  );
}

/** The paper's Tables VI to XI in one: each map, and below it in the second table its shuffled control. */
export function localisationTable(maps: readonly MapSummary[]): string {
  const header = [
    'map',
    ...iouPercentiles.map(p => `IoU@${p}`),
    'AUC',
    'partial',
    'pointing',
    'own area',
    'AUPRC',
    'universal',
    's/image',
  ];
  return formatTable(
    header,
    maps.map(map => [
      map.title,
      ...iouPercentiles.map(p => number(map.right[`iou${p}`].value)),
      number(map.area.total.value),
      number(map.area.partial.value),
      number(map.right.pointing.value),
      number(map.right.iouOwnArea.value),
      number(map.right.auprc.value),
      number(map.universal),
      seconds(map.medianSeconds),
    ]),
  );
}

export function controlTable(maps: readonly MapSummary[]): string {
  const header = [
    'against other patients’ truth',
    ...iouPercentiles.map(p => `IoU@${p}`),
    'AUC',
    'partial',
    'pointing',
    'own area',
    'side',
    'side control',
    'IoU@90 interval',
    'gain IoU@90',
    'gain interval',
  ];
  return formatTable(
    header,
    maps.map(map => [
      map.title,
      ...iouPercentiles.map(p => number(map.control[`iou${p}`])),
      number(map.area.total.control),
      number(map.area.partial.control),
      number(map.control.pointing),
      number(map.control.iouOwnArea),
      number(map.side?.right.value),
      number(map.side?.control),
      interval(map.right.iou90),
      number(map.gain.iou90?.value),
      interval(map.gain.iou90),
    ]),
  );
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
