import type { Estimate } from './estimate';
import { decimals, figureCell, intervalText, percent, pValue } from './format';
import { html, table, type Html } from './html';
import { sameData, type LoadedReport, type ModelComparisonRow } from './model-comparison';
import { page } from './page';
import { provenanceSection } from './sections/overview';

/** Two models side by side as one HTML file. */
export function comparisonPage(
  a: LoadedReport,
  b: LoadedReport,
  rows: readonly ModelComparisonRow[],
): string {
  const [nameA, nameB] = [nameOf(a), nameOf(b)];
  const same = sameData(a, b);
  const lead = html`<p>A: ${nameA}<br />B: ${nameB}</p>
    <p>
      ${
        same
          ? 'Both were measured on the same images; differences are A − B, image by image.'
          : 'The images differ, so differences are not tested: figures of different films cannot be paired.'
      }
    </p>`;
  return page(`A: ${nameA}, B: ${nameB}`, a.results.provenance.data.description, lead, [
    { id: 'classifier', title: 'Classifier', content: classifierTable(a, b) },
    { id: 'generators', title: 'Generators', content: generatorTable(a, b) },
    { id: 'localisation', title: 'Localisation', content: localisationTable(rows) },
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

function classifierTable(a: LoadedReport, b: LoadedReport): Html {
  const groups = [...new Set([...a.results.classifier, ...b.results.classifier].map(({ group }) => group))];
  const auc = ({ results }: LoadedReport, group: string): Estimate | undefined =>
    results.classifier.find(each => each.group === group)?.auc;
  return table({
    caption: 'AUC of the classifiers',
    head: ['images', 'A', 'B'],
    rows: groups.map(group => ({ cells: [group, figureCell(auc(a, group)), figureCell(auc(b, group))] })),
  });
}

function generatorTable(a: LoadedReport, b: LoadedReport): Html {
  const rows = [
    ...a.results.generators.map(generator => ({ letter: 'A', ...generator })),
    ...b.results.generators.map(generator => ({ letter: 'B', ...generator })),
  ];
  return table({
    caption: 'Generators',
    head: [
      'generator',
      'hold',
      'flip',
      'flip, positives',
      'AUC x_s',
      'AUC x_a',
      'PSNR x, x_a',
      'SSIM x, x_a',
    ],
    rows: rows.map(g => ({
      cells: [
        `${g.letter}: ${g.title} (${g.id})`,
        percent(g.hold),
        percent(g.flip),
        percent(g.flipPositives),
        decimals(g.aucSimilar?.value),
        decimals(g.aucAdversarial?.value),
        decimals(g.psnr.originalAdversarial?.mean, 1),
        decimals(g.ssim.originalAdversarial?.mean),
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
        decimals(a?.area.total.value),
        decimals(b?.area.total.value),
        decimals(a?.right.pointing?.value),
        decimals(b?.right.pointing?.value),
        decimals(a?.gain.iou90?.value),
        decimals(b?.gain.iou90?.value),
      ],
    })),
  });
}
