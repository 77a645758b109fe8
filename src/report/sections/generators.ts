import { sameImageDecibels, type Spread } from '../../metrics';
import { decimals, figureCell, intervalText, percent, percentCell, withInterval } from '../format';
import { html, table, type Html } from '../html';
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
  return html`${table({
    caption: 'Table IV. Generated images and the classifier',
    note: 'AUC of f(x_s), and of 1 − f(x_a), against the decision on x. Hold: x_s keeps the decision. Flip: x_a changes it. Positives and negatives by the truth. Second line: 95 % interval.',
    head: [
      'generator',
      'AUC similar',
      'AUC adversarial',
      'hold',
      'hold, positives',
      'flip',
      'flip, positives',
      'flip, negatives',
    ],
    rows: generators.map(g => ({
      cells: [
        `${g.title} (${g.id}, ${g.output})`,
        figureCell(g.aucSimilar),
        figureCell(g.aucAdversarial),
        holdCell(g, 'hold'),
        holdCell(g, 'holdPositives'),
        percentCell(g.flip, g.intervals?.flip),
        percentCell(g.flipPositives, g.intervals?.flipPositives),
        percentCell(g.flipNegatives, g.intervals?.flipNegatives),
      ],
    })),
  })}
  ${generators.filter(g => g.similarIsOriginal).map(sameImage)} ${readerTable(generators)}
  ${table({
    caption: 'Table V. Nearness of the generated images',
    note: 'SSIM: uniform window of 7 pixels, as scikit-image. PSNR in dB over the images where it is finite; “equal” counts those without any difference. Second line: 95 % interval of the mean.',
    head: ['generator', 'SSIM x, x_s', 'PSNR', 'SSIM x, x_a', 'PSNR', 'SSIM x_s, x_a', 'PSNR'],
    rows: generators.map(({ id, title, output, ssim, psnr }) => ({
      cells: [
        `${title} (${id}, ${output})`,
        similarity(ssim.originalSimilar),
        decibels(psnr.originalSimilar),
        similarity(ssim.originalAdversarial),
        decibels(psnr.originalAdversarial),
        similarity(ssim.similarAdversarial),
        decibels(psnr.similarAdversarial),
      ],
    })),
  })}`;
}

/** Whether x_s keeps the decision, where that is a finding: an x_s that is x keeps it by itself. */
/** A hold rate, or that there is none to give. */
export function holdCell(g: GeneratorSummary, rate: 'hold' | 'holdPositives'): Html | string {
  return g.similarIsOriginal ? 'x_s is x' : percentCell(g[rate], g.intervals?.[rate]);
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
    head: [
      'generator',
      'labels',
      'images',
      'hold',
      'hold, positives',
      'flip',
      'flip, positives',
      'flip, negatives',
    ],
    rows: generators.flatMap(g =>
      Object.entries(g.readers ?? {}).map(([reader, of]) => ({
        cells: [
          `${g.title} (${g.id})`,
          reader,
          String(of.images),
          holdCell({ ...g, ...of }, 'hold'),
          holdCell({ ...g, ...of }, 'holdPositives'),
          percentCell(of.flip, of.intervals.flip),
          percentCell(of.flipPositives, of.intervals.flipPositives),
          percentCell(of.flipNegatives, of.intervals.flipNegatives),
        ],
      })),
    ),
  });
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
