import {
  changeMetrics,
  generatedRankings,
  generatedShares,
  imagePairs,
  pairMetrics,
  sameImageDecibels,
  type GeneratedShare,
  type GeneratedShareId,
  type MetricFacts,
  type Spread,
} from '../../metrics';
import { decimals, figureCell, intervalText, percent, percentCell, withInterval } from '../format';
import { html, table, type Html } from '../html';
import { universalGroups } from '../tables';
import type { EvaluationResults, GeneratorResults } from '../../evaluation/results';
import type { GeneratorSummary, MeanOfFinite } from '../../evaluation/statistics/summary';

/** Table III: sizes of the boxes. */
export function boxSection({ boxes }: EvaluationResults): Html {
  if (!boxes) return html``;
  const row = (name: string, spread: Spread, show: (value: number) => string) => ({
    cells: [name, show(spread.min), show(spread.max), show(spread.mean), show(spread.median)],
  });
  const pixels = (value: number): string => decimals(value, 1);
  return table({
    caption: 'Table III. Ground-truth boxes at the model’s input size',
    note: `${boxes.boxes} boxes on ${boxes.images} images. Where masks are the truth: boxes that enclose their connected regions.`,
    head: ['', 'min', 'max', 'mean', 'median'],
    rows: [
      row('height, pixels', boxes.height, pixels),
      row('width, pixels', boxes.width, pixels),
      row('area, share of the image', boxes.area, percent),
    ],
  });
}

/** Tables IV and V: what the generated images do to the classifier, and how near they stay. */
export function generatorSection({ generators }: EvaluationResults): Html {
  if (generators.length === 0) return html`<p>The model has no generator that makes images.</p>`;
  const groups = universalGroups(generators);
  return html`${table({
    caption: 'Table IV. Generated images and the classifier',
    note: 'AUC of f(x_s), and of 1 − f(x_a), against the decision on x. Hold: x_s keeps the decision. Flip: x_a changes it. Positives and negatives by the truth. Second line: 95 % interval.',
    head: ['generator', ...titles(generatedRankings), ...titles(generatedShares)],
    rows: generators.map(g => ({
      cells: [
        `${g.title} (${g.id}, ${g.output})`,
        ...generatedRankings.map(({ id }) => figureCell(g[id])),
        ...generatedShares.map(metric => shareCell(g, metric)),
      ],
    })),
  })}
  ${generators.filter(g => g.similarIsOriginal).map(sameImage)} ${readerTable(generators)}
  ${table({
    caption: 'Table V. Nearness of the generated images',
    note: 'SSIM: uniform window of 7 pixels, as scikit-image. PSNR in dB over the images where it is finite; “equal” counts those without any difference. Second line: 95 % interval of the mean.',
    head: [
      'generator',
      ...imagePairs.flatMap(pair => titles(pairMetrics).map(title => `${title} ${pair.title}`)),
    ],
    rows: generators.map(g => ({
      cells: [
        `${g.title} (${g.id}, ${g.output})`,
        ...imagePairs.flatMap(({ key }) => pairMetrics.map(({ id, unit }) => pairCell(g[id]?.[key], unit))),
      ],
    })),
  })}
  ${table({
    caption: 'Change of the generated images',
    note: `Of x_s to x_a, or of x to x_a where there is no x_s. Second line: 95 % interval. ${changeMetrics.map(({ title, citation, direction }) => `${title} (${direction} is better): ${citation}.`).join(' ')} ${universalNote}`,
    head: ['generator', ...titles(changeMetrics), ...groups.map(group => `universal, ${group}`)],
    rows: generators
      .filter(({ change }) => change !== undefined)
      .map(({ id, title, output, change, universal }) => ({
        cells: [
          `${title} (${id}, ${output})`,
          ...changeMetrics.map(metric => figureCell(change?.[metric.id])),
          ...groups.map(group => figureCell(universal?.[group])),
        ],
      })),
  })}`;
}

const universalNote =
  'Universal: mean correlation (Pearson) of a film’s change with the mean change of the other films of the same decision (lower is better): near 1, one and the same change turns them all, and explains none of them.';

function titles(metrics: readonly MetricFacts[]): string[] {
  return metrics.map(({ title }) => title);
}

/** A share with its interval; of an x_s that is x itself there is none to give. */
export function shareCell(
  g: Pick<GeneratorSummary, GeneratedShareId | 'intervals' | 'similarIsOriginal'>,
  { id, of }: Pick<GeneratedShare, 'of'> & { id: GeneratedShareId },
): Html | string {
  return of === 'similar' && g.similarIsOriginal ? 'x_s is x' : percentCell(g[id], g.intervals?.[id]);
}

function sameImage({ title, id, psnr }: GeneratorResults): Html {
  return html`<p>
    ${title} (${id}): <b>x_s is x</b>
    (${psnr.originalSimilar?.mean === undefined ? 'equal' : `PSNR ${decimals(psnr.originalSimilar.mean, 1)} dB`},
    above ${sameImageDecibels}). That it keeps the decision says nothing, |x_s − x_a| is |x − x_a|, and no
    reconstruction error is cancelled in it.
  </p>`;
}

/** Radiologists' readings and text labels apart; left out where the data do not tell who read. */
function readerTable(generators: readonly GeneratorResults[]): Html {
  return table({
    caption: 'Hold and flip by who says what the label is',
    note: 'Second line: 95 % interval.',
    head: ['generator', 'labels', 'images', ...titles(generatedShares)],
    rows: generators.flatMap(g =>
      Object.entries(g.readers ?? {}).map(([reader, of]) => ({
        cells: [
          `${g.title} (${g.id})`,
          reader,
          String(of.images),
          ...generatedShares.map(metric => shareCell({ ...g, ...of }, metric)),
        ],
      })),
    ),
  });
}

function pairCell(figure: MeanOfFinite | undefined, unit: MetricFacts['unit']): Html | string {
  return unit === 'dB' ? decibels(figure) : similarity(figure);
}

function similarity(figure: MeanOfFinite | undefined): Html | string {
  if (figure?.mean === undefined) return '–';
  return withInterval(decimals(figure.mean), intervalText(figure.interval));
}

function decibels(figure: MeanOfFinite | undefined): Html | string {
  if (!figure) return '–';
  if (figure.mean === undefined) return 'equal';
  const value = `${figure.mean.toFixed(2)}${figure.equal > 0 ? ` (${figure.equal} equal)` : ''}`;
  return withInterval(value, intervalText(figure.interval, 2));
}
