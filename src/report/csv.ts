import { localisationMetrics } from '../metrics';
import type { CaseRecord } from './records';

/** One row an image and map, with every localisation metric and its control. */
export function mapsCsv(records: readonly CaseRecord[]): string {
  const ids = localisationMetrics.map(metric => metric.id);
  const header = [
    'image',
    'patient',
    'label',
    'view',
    'collection',
    'score',
    'truth_share',
    'map',
    'seconds',
    'failure',
    'constant_share',
    ...ids,
    ...ids.map(id => `control_${id}`),
  ];
  const rows = records.flatMap(record =>
    Object.entries(record.maps).map(([key, map]) => [
      ...caseColumns(record),
      key,
      map.seconds,
      map.failure,
      map.constantShare,
      ...ids.map(id => map.right.values[id]),
      ...ids.map(id => map.control.values[id]),
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
    ].map(name => `${kind}_${name}`),
  );
  const header = ['image', 'patient', 'label', 'view', 'collection', 'score', 'truth_share', ...generated];
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
      ];
    }),
  ]);
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
