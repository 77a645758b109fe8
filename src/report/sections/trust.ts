import { decimals, intervalText } from '../format';
import { html, table, type Html } from '../html';
import type { TrustCheck, TrustResults } from '../../evaluation/trust/trust-file-schema';

/** Checks that a map could fail, each with its rule and source. */
export function trustSection(trust: TrustResults | undefined): Html {
  if (!trust) return html`<p>No trust checks were given (<code>--trust FILE</code>).</p>`;
  const { command, notes = [], checks } = trust;
  const names = [...new Set(checks.flatMap(check => check.figures.map(({ name }) => name)))];
  return html`${command ? html`<p><code>${command}</code></p>` : undefined}
    ${
      notes.length > 0
        ? html`<ul>
            ${notes.map(note => html`<li>${note}</li>`)}
          </ul>`
        : undefined
    }
    ${table({
      caption: 'Trust checks',
      note: 'Small: the 95 % interval, and the control that the rule compares with.',
      head: ['check', 'method', ...names, 'outcome'],
      rows: checks.map(check => ({
        cells: [
          check.title,
          check.method ?? 'model',
          ...names.map(name => figureText(check.figures.find(figure => figure.name === name))),
          outcome(check),
        ],
        quiet: check.passed === null,
      })),
    })}
    <dl>
      ${rulesOf(checks).map(
        ({ titles, rule, source }) =>
          html`<dt>${titles.map(title => html`${title}<br />`)}</dt>
            <dd>${rule}. <small>${source}</small></dd>`,
      )}
    </dl>`;
}

function figureText(figure: TrustCheck['figures'][number] | undefined): Html | string {
  if (!figure) return '–';
  const { value, low, high, control } = figure;
  return html`${decimals(value ?? undefined)}${
    low !== undefined && high !== undefined
      ? html`<br /><small>${intervalText({ low, high })}</small>`
      : undefined
  }${control === undefined ? undefined : html`<br /><small class="control">control ${decimals(control)}</small>`}`;
}

/** Checks of one rule and source stand together. */
function rulesOf(checks: readonly TrustCheck[]): { titles: string[]; rule: string; source: string }[] {
  const rules = new Map<string, { titles: string[]; rule: string; source: string }>();
  for (const { title, rule, source } of checks) {
    const key = `${rule}\n${source}`;
    const { titles } = rules.get(key) ?? { titles: [] as string[] };
    rules.set(key, { titles: titles.includes(title) ? titles : [...titles, title], rule, source });
  }
  return [...rules.values()];
}

function outcome({ passed, note, throughEmptyMaps }: TrustCheck): Html {
  const after = note ? html`<br /><small>${note}</small>` : undefined;
  if (passed === null) return html`not decided${after}`;
  if (throughEmptyMaps) return html`<b>passed through empty maps</b>: says little${after}`;
  return passed
    ? html`<span class="pass">passed</span>${after}`
    : html`<span class="fail">failed</span>${after}`;
}
