import { calledShares, generatedRankings, generatedShares, pairMetrics, rankingMetrics } from '../metrics';
import { decimals, figureCell, intervalText, percentCell, pValue } from './format';
import { html, table, type Html } from './html';
import {
  sameData,
  type LoadedReport,
  type ModelComparisonRow,
} from '../evaluation/statistics/model-comparison';
import { readerGroupsApart } from '../evaluation/statistics/map-summary';
import { page } from './page';
import { shareCell } from './sections/generators';
import { provenanceSection, researchNotice } from './sections/overview';
import type { ClassifierSummary } from '../evaluation/statistics/summary';

/** Two models side by side as one HTML file. */
export function comparisonPage(
  a: LoadedReport,
  b: LoadedReport,
  rows: readonly ModelComparisonRow[],
): string {
  const [nameA, nameB] = [nameOf(a), nameOf(b)];
  const same = sameData(a, b);
  const introduction = html`${researchNotice()}
    <div class="primary">
      <p><b>Primary endpoint.</b> ${a.results.primary.description}. Everything else here is secondary.</p>
    </div>
    ${sideLead('A', a)} ${sideLead('B', b)}
    <p>
      ${
        same
          ? 'Both were measured on the same images; differences are A − B, image by image.'
          : 'Images, sample or truth differ, so differences are not tested: figures of different films cannot be paired.'
      }
    </p>`;
  return page(`A: ${nameA}, B: ${nameB}`, 'Two evaluations side by side', introduction, [
    { id: 'classifier', title: 'Classifier', content: classifierTable(a, b) },
    { id: 'generators', title: 'Generators', content: generatorTable(a, b) },
    {
      id: 'localisation',
      title: 'Localisation',
      content: html`${localisationTable(rows)} ${readerTable(rows)}`,
    },
    {
      id: 'provenance',
      title: 'Provenance',
      content: html`<h3>A</h3>
        ${provenanceSection(a.results)}
        <h3>B</h3>
        ${provenanceSection(b.results)}`,
    },
  ]);
}

function nameOf({ results }: LoadedReport): string {
  const { title, version } = results.provenance.model;
  return `${title} ${version}`;
}

/** Which model and data one side is, and what its report says must be known. */
function sideLead(letter: string, side: LoadedReport): Html {
  const { model, data } = side.results.provenance;
  const weights = Object.entries(model.files).find(([file]) => /^classifier\/.*\.bin$/.test(file))?.[1];
  return html`<p>
      <b>${letter}: ${nameOf(side)}</b>${weights ? ` (classifier weights ${weights.slice(0, 12)})` : ''}:
      ${data.description}, ${data.images} images of ${data.patients} patients, ${data.withTruth} with truth.
    </p>
    <ul>
      ${side.results.notes.map(note => html`<li>${note}</li>`)}
    </ul>`;
}

function classifierTable(a: LoadedReport, b: LoadedReport): Html {
  const groups = [...new Set([...a.results.classifier, ...b.results.classifier].map(({ group }) => group))];
  const find = ({ results }: LoadedReport, group: string): ClassifierSummary | undefined =>
    results.classifier.find(each => each.group === group);
  const cells = (of: ClassifierSummary | undefined): (Html | string)[] => [
    ...rankingMetrics.map(({ id }) => figureCell(of?.[id])),
    ...calledShares.map(({ id }) => percentCell(of?.[id], of?.intervals?.[id])),
  ];
  const heads = (side: string): string[] =>
    [...rankingMetrics, ...calledShares].map(({ short }, i) => (i === 0 ? `${short} ${side}` : short));
  return table({
    caption: 'Classifiers',
    note: 'Sensitivity and specificity at each one’s own operating point. Second line: 95 % interval.',
    head: ['images', ...heads('A'), ...heads('B')],
    rows: groups.map(group => ({ cells: [group, ...cells(find(a, group)), ...cells(find(b, group))] })),
  });
}

/** IoU@90 on radiologists' readings and on text labels, where the images with truth have labels of both kinds. */
function readerTable(rows: readonly ModelComparisonRow[]): Html {
  const groups = readerGroupsApart(rows.flatMap(({ a, b }) => [a, b]).filter(map => map !== undefined));
  return table({
    caption: 'IoU@90 by who says what the label is',
    note: 'Second line: 95 % interval. Third line: shuffled control.',
    head: ['map', ...groups.flatMap(group => [`${group} A`, 'B'])],
    rows: groups.length
      ? rows.map(({ title, a, b }) => ({
          cells: [
            title,
            ...groups.flatMap(group =>
              [a, b].map(map =>
                figureCell(map?.groups[group]?.iou90, { control: map?.groups[group]?.controlIou90 }),
              ),
            ),
          ],
        }))
      : [],
  });
}

function generatorTable(a: LoadedReport, b: LoadedReport): Html {
  const rows = [
    ...a.results.generators.map(generator => ({ letter: 'A', ...generator })),
    ...b.results.generators.map(generator => ({ letter: 'B', ...generator })),
  ];
  return table({
    caption: 'Generators',
    note: 'Second line: 95 % interval.',
    head: [
      'generator',
      ...[...generatedShares, ...generatedRankings].map(({ short }) => short),
      ...pairMetrics.map(({ short }) => `${short} x, x_a`),
    ],
    rows: rows.map(g => ({
      cells: [
        `${g.letter}: ${g.title} (${g.id})`,
        ...generatedShares.map(metric => shareCell(g, metric)),
        ...generatedRankings.map(({ id }) => figureCell(g[id])),
        ...pairMetrics.map(({ id, unit }) =>
          decimals(g[id]?.originalAdversarial?.mean, unit === 'dB' ? 1 : undefined),
        ),
      ],
    })),
  });
}

function localisationTable(rows: readonly ModelComparisonRow[]): Html {
  return table({
    caption: 'Primary endpoint IoU@90, and further figures',
    note: 'Second line: 95 % interval. Third line: shuffled control. p: paired permutation test on patient means, Holm’s correction over all maps.',
    head: [
      'map',
      'IoU@90 A',
      'B',
      'A − B',
      'p (Holm)',
      'AUC A',
      'B',
      'pointing A',
      'B',
      'gain IoU@90 A',
      'B',
    ],
    rows: rows.map(({ title, a, b, paired }) => ({
      cells: [
        title,
        figureCell(a?.right.iou90, { control: a?.control.iou90 }),
        figureCell(b?.right.iou90, { control: b?.control.iou90 }),
        paired
          ? html`${decimals(paired.difference.value)}<br /><small
                >${intervalText(paired.difference.interval)}</small
              >`
          : '–',
        paired ? pValue(paired.adjusted) : '–',
        figureCell(a?.area.total),
        figureCell(b?.area.total),
        figureCell(a?.right.pointing),
        figureCell(b?.right.pointing),
        figureCell(a?.gain.iou90),
        figureCell(b?.gain.iou90),
      ],
    })),
  });
}
