import { curveArea, localisationMetrics, partialFrom } from '../metrics';
import type { Comparison } from '../evaluation/statistics/comparisons';
import type { CaseRecord } from '../evaluation/records';

const caseHeader = [
  'image',
  'patient',
  'label',
  'view',
  'collection',
  'sex',
  'age_years',
  'reader',
  'score',
  'truth_share',
];

/**
 * One row an image and map, with every localisation metric and its control.
 *
 * @param subset ids of the images that the slow methods ran on
 */
export function mapsCsv(records: readonly CaseRecord[], subset: ReadonlySet<string> = new Set()): string {
  const ids = localisationMetrics.map(metric => metric.id);
  const header = [
    ...caseHeader,
    'in_subset',
    'map',
    'seconds',
    'failure',
    'constant_share',
    ...ids,
    'auc',
    'partial_auc',
    'side',
    ...ids.map(id => `control_${id}`),
    'control_auc',
    'control_partial_auc',
    'control_side',
    'deletion',
    'insertion',
  ];
  const rows = records.flatMap(record =>
    Object.entries(record.maps).map(([key, { right, control, side, ...map }]) => [
      ...caseColumns(record),
      subset.has(record.id) ? 1 : 0,
      key,
      map.seconds,
      map.failure,
      map.constantShare,
      ...ids.map(id => right.values[id]),
      curveArea(right),
      curveArea(right, partialFrom),
      side?.right,
      ...ids.map(id => control?.values[id]),
      control && curveArea(control),
      control && curveArea(control, partialFrom),
      side?.control,
      map.faithfulness?.deletion,
      map.faithfulness?.insertion,
    ]),
  );
  return csv([header, ...rows]);
}

/** One row an image: score, and what each generator made of it. */
export function imagesCsv(records: readonly CaseRecord[]): string {
  const kinds = [...new Set(records.flatMap(record => Object.keys(record.generators)))];
  const generated = kinds.flatMap(kind =>
    [
      'score_similar',
      'score_adversarial',
      'psnr_x_xs',
      'psnr_x_xa',
      'psnr_xs_xa',
      'ssim_x_xs',
      'ssim_x_xa',
      'ssim_xs_xa',
      'change_spread',
      'change_in_truth',
    ].map(name => `${kind}_${name}`),
  );
  const header = [...caseHeader, ...generated];
  const rows = records.map(record => [
    ...caseColumns(record),
    ...kinds.flatMap(kind => {
      const g = record.generators[kind];
      return [
        g?.scoreSimilar,
        g?.scoreAdversarial,
        g?.psnr.originalSimilar,
        g?.psnr.originalAdversarial,
        g?.psnr.similarAdversarial,
        g?.ssim.originalSimilar,
        g?.ssim.originalAdversarial,
        g?.ssim.similarAdversarial,
        g?.change?.spread,
        g?.change?.inTruth,
      ];
    }),
  ]);
  return csv([header, ...rows]);
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

function caseColumns(record: CaseRecord): Cell[] {
  return [
    record.id,
    record.patient,
    record.label,
    record.view,
    record.collection,
    record.sex,
    record.ageYears,
    record.reader,
    record.score,
    record.truthShare,
  ];
}

/** RFC 4180; an absent figure is an empty cell. */
function csv(rows: readonly (readonly Cell[])[]): string {
  return `${rows.map(row => row.map(cell).join(',')).join('\n')}\n`;
}

function cell(value: Cell): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'number' ? String(Number(value.toPrecision(7))) : value;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
