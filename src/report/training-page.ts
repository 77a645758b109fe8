import { escapeHtml } from './html';
import { colours, linePlot } from './plot';

/** One finished epoch, as the page shows it. */
interface TrainingPageEpoch {
  /** 1-based. */
  epoch: number;
  /** Validation figures by name. */
  figures: Record<string, number>;
  /** JPEG of the pictures made after this epoch, base64; absent where none were made. */
  picture?: string;
}

export interface TrainingPage {
  title: string;
  /** What the terms of the training loss are, by the name that follows `training ` among the figures. */
  terms: Readonly<Record<string, string>>;
  /** Settings of the training, as JSON. */
  settings: string;
  epochs: readonly TrainingPageEpoch[];
  /** What the rows of the pictures show. */
  rows: readonly string[];
}

/**
 * A page about a training that needs no network and no script: curves of all figures, the settings, and the same validation
 * images after each epoch.
 */
export function trainingPage({ title, terms, settings, epochs, rows }: TrainingPage): string {
  const names = [...new Set(epochs.flatMap(({ figures }) => Object.keys(figures)))];
  const charts = chartGroups(names).map(([heading, members]) =>
    linePlot({
      title: heading,
      width: 460,
      height: 260,
      x: { name: 'epoch' },
      y: {},
      marks: epochs.length < 40,
      lines: members.map((name, i) => ({
        name,
        points: epochs.map(({ epoch, figures }) => [epoch, figures[name] ?? NaN] as const),
        colour: colours[i % colours.length],
        width: 1.8,
        dash: i < colours.length ? undefined : [6, 3],
      })),
    }),
  );
  const last = epochs.at(-1);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
<h1>${escapeHtml(title)}</h1>
<p>${last ? `${epochs.length} epoch${epochs.length === 1 ? '' : 's'} done. ${figureList(last.figures)}` : 'No epoch done yet.'}</p>
<div class="charts">${charts.map(({ text }) => text).join('\n')}</div>
${termList(terms, names)}
${pictures(epochs, rows)}
<h2>Settings</h2>
<pre>${escapeHtml(settings)}</pre>
</html>
`;
}

/** Figures of one unit share a chart. */
function chartGroups(names: readonly string[]): [string, string[]][] {
  const groups: [string, (name: string) => boolean][] = [
    ['Training loss', name => name === 'trainingLoss'],
    ['Terms of the training loss', name => name.startsWith('training ')],
    ['PSNR, dB', name => name.startsWith('psnr')],
    ['Score that the best epoch is chosen by', name => name === 'score'],
  ];
  const rest = names.filter(name => !groups.some(([, fits]) => fits(name)));
  return [
    ...groups.map(([heading, fits]): [string, string[]] => [heading, names.filter(fits)]),
    ['Validation figures', rest] as [string, string[]],
  ].filter(([, members]) => members.length > 0);
}

/** Those terms that this training has. */
function termList(terms: TrainingPage['terms'], names: readonly string[]): string {
  const own = Object.entries(terms).filter(([name]) => names.includes(`training ${name}`));
  if (own.length === 0) return '';
  return `<p>Terms: ${own.map(([name, text]) => `<b>${escapeHtml(name)}</b> ${escapeHtml(text)}`).join('; ')}.</p>`;
}

function pictures(epochs: readonly TrainingPageEpoch[], rows: readonly string[]): string {
  const shown = epochs.filter(({ picture }) => picture !== undefined).reverse();
  if (shown.length === 0) return '';
  const sections = shown.map(
    ({ epoch, picture }) =>
      `<figure><figcaption>Epoch ${epoch}</figcaption><img alt="${escapeHtml(rows.join(', '))} after epoch ${epoch}" src="data:image/jpeg;base64,${picture}"></figure>`,
  );
  return `<h2>The same validation images after each epoch</h2>
<p>Rows: ${escapeHtml(rows.join(', '))}. Each map is scaled to its own maximum.</p>
${sections.join('\n')}`;
}

function figureList(figures: Record<string, number>): string {
  return Object.entries(figures)
    .map(([name, value]) => `${escapeHtml(name)} ${Number.isFinite(value) ? value.toPrecision(4) : '–'}`)
    .join(', ');
}

const style = `
body { font: 15px/1.4 system-ui, sans-serif; margin: 2em auto; max-width: 1000px; padding: 0 1em; color: #1a1a1a; }
.charts { display: flex; flex-wrap: wrap; gap: 1em; }
figure { margin: 0 0 1em; break-inside: avoid; }
img { max-width: 100%; }
pre { background: #f4f4f4; padding: 1em; white-space: pre-wrap; }
`;
