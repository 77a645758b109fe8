import { calledShares, rankingMetrics } from '../../metrics';
import type { Comparison } from '../../evaluation/statistics/comparisons';
import { decimals, figureCell, intervalText, percentCell, pValue } from '../format';
import { html, table, type Html } from '../html';
import type { MapSummary } from '../../evaluation/statistics/map-summary';
import type { EvaluationResults } from '../../evaluation/results';

/** The primary endpoint in one sentence, and what must be known before a figure is quoted. */
export function overviewSection(results: EvaluationResults): Html {
  const { notes, provenance } = results;
  return html`${researchNotice()} ${primaryEndpoint(results)}
    <p>
      ${provenance.data.images} images of ${provenance.data.patients} patients,
      ${
        provenance.data.positives === undefined
          ? 'each of one of several classes'
          : `${provenance.data.positives} of them positive by the truth`
      },
      ${provenance.data.withTruth} of these with boxes or masks. Intervals: 95 %, bootstrap with the patient
      as the unit; Wilson’s of a rate on which all patients agree; none of another figure that is the same in
      every resample. <i>Shuffled</i>: the same maps against other patients’ truth; what a map gains over that
      is what it knows of this image.
    </p>
    ${notes.length ? html`<h3>Before quoting a figure</h3>` : undefined}
    <ul>
      ${notes.map(note => html`<li>${note}</li>`)}
    </ul>`;
}

export function researchNotice(): Html {
  return html`<p class="notice">
    For research use only. A map shows what its method computes of this classifier’s answer, such as where a
    generated film with another answer differs; it does not show disease.
  </p>`;
}

function primaryEndpoint({ maps, primary, againstAverage = [] }: EvaluationResults): Html {
  const reference = maps.find(map => map.key === primary.reference);
  const overAverage = againstAverage.filter(({ metric }) => metric === 'iou90');
  return html`<div class="primary">
    <p><b>Primary endpoint.</b> ${primary.description}. Everything else here is secondary.</p>
    ${reference ? referenceSentence(reference, overAverage) : html`<p>Not measured: see the notes below.</p>`}
    ${maps.length ? primaryRanking(maps, primary.reference, overAverage) : undefined}
  </div>`;
}

function referenceSentence(
  { key, title, right, control, gain, images, patients }: MapSummary,
  overAverage: readonly Comparison[],
): Html {
  const found = overAverage.find(({ a }) => a === key);
  return html`<p>
    ${title}: <b>${decimals(right.iou90.value)}</b> (${intervalText(right.iou90.interval)}) on ${images}
    images of ${patients} patients; shuffled control ${decimals(control.iou90)}, gain
    ${decimals(gain.iou90?.value)}
    (${intervalText(gain.iou90?.interval)}).${
      found && html` Against the average training truth ${overAverageText(found)}.`
    }
  </p>`;
}

/** Difference over patients, its interval and p. */
function overAverageText({ difference, interval, adjusted }: Comparison): string {
  const p = pValue(adjusted);
  const value = `${difference > 0 ? '+' : ''}${decimals(difference)}`;
  return `${value} (${intervalText(interval)}), p ${p.startsWith('<') ? p : `= ${p}`}`;
}

function primaryRanking(
  maps: readonly MapSummary[],
  reference: string | undefined,
  overAverage: readonly Comparison[],
): Html {
  const sorted = [...maps].sort((a, b) => b.right.iou90.value - a.right.iou90.value);
  return table({
    caption: 'All methods by the primary endpoint',
    note: 'Last column: mean difference over patients from the average training truth, which knows nothing of the image; p of a paired permutation test, Holm’s correction over all maps. A map that is not ahead of it there says where opacities usually are.',
    head: [
      'map',
      'IoU@90',
      '95 % interval',
      'shuffled',
      'gain',
      '95 % interval',
      'minus average training truth',
    ],
    rows: sorted.map(({ key, title, family, right, control, gain }) => ({
      emphasis: key === reference,
      quiet: family === 'trivial',
      cells: [
        title,
        decimals(right.iou90.value),
        intervalText(right.iou90.interval),
        decimals(control.iou90),
        decimals(gain.iou90?.value),
        intervalText(gain.iou90?.interval),
        overAverageCell(overAverage.find(({ a }) => a === key)),
      ],
    })),
  });
}

function overAverageCell(found: Comparison | undefined): string {
  return found ? overAverageText(found) : '–';
}

export function classifierSection({ classifier, provenance }: EvaluationResults): Html {
  const { operatingPoint } = provenance.model;
  const at =
    operatingPoint === undefined
      ? ''
      : `Sensitivity and specificity at the operating point ${operatingPoint.toFixed(3)} of the calibrated score. `;
  return table({
    caption: 'Classifier',
    note: `${at}Second line: 95 % interval.`,
    head: [
      'images',
      'positive',
      'negative',
      ...[...rankingMetrics, ...calledShares].map(({ short }) => short),
    ],
    rows: classifier.map(group => ({
      cells: [
        group.group,
        String(group.positives ?? '–'),
        String(group.negatives ?? '–'),
        ...rankingMetrics.map(({ id }) => figureCell(group[id])),
        ...calledShares.map(({ id }) => percentCell(group[id], group.intervals?.[id])),
      ],
    })),
  });
}

/** Each of several classes against the rest, over all images; nothing of two classes. */
export function classesSection({ classifier: [all] }: EvaluationResults): Html | undefined {
  if (!all?.ofClass) return undefined;
  return table({
    caption: 'Classes',
    note:
      'Sensitivity: share of a class’s images whose likeliest class it is. AUC: of its probability, its images against those of ' +
      'all other classes. Second line: 95 % interval.',
    head: ['class', 'images', 'sensitivity', 'AUC'],
    rows: all.ofClass.map(({ name, images, sensitivity, auc }) => ({
      cells: [name, String(images), figureCell(sensitivity), figureCell(auc)],
    })),
  });
}

export function provenanceSection({ provenance }: EvaluationResults): Html {
  const { model, data, software, options, command, createdAt } = provenance;
  const leftOut = Object.entries(data.leftOut).map(([reason, count]) => `${count} ${reason}`);
  const entries: [string, string][] = [
    ['model', `${model.title} (${model.id} ${model.version})`],
    ['data', data.description],
    ['split manifest', `SHA-256 ${data.sha256} (image names, labels, quality, split)`],
    ...(data.contentSha256 === undefined
      ? []
      : [['pixels and truth', `SHA-256 ${data.contentSha256}`] as [string, string]]),
    ...(data.truth === undefined ? [] : [['truth', data.truth] as [string, string]]),
    ['left out', leftOut.join(', ') || 'nothing'],
    ['command', command],
    ['made at', createdAt],
    [
      'software',
      Object.entries(software)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    ],
    [
      'options',
      Object.entries(options)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `${words(name)} ${value}`)
        .join(', '),
    ],
    ...Object.entries(model.files).map(([file, hash]): [string, string] => [file, `SHA-256 ${hash}`]),
  ];
  return html`<dl>
    ${entries.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

/** `slowLimit` as `slow limit`. */
function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
}
