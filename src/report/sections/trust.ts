import { decimals, intervalText } from '../format';
import { html, table, type Html } from '../html';
import type { TrustCheck, TrustResults } from '../trust';

/** Checks that a map could fail, each with its rule and source. */
export function trustSection(trust: TrustResults | undefined): Html {
  if (!trust) return html`<p>No trust checks were given (<code>--trust FILE</code>).</p>`;
  return html`${trust.command ? html`<p><code>${trust.command}</code></p>` : undefined}
  ${table({
    caption: 'Trust checks',
    head: ['check', 'method', 'figures', 'rule', 'outcome', 'source'],
    rows: trust.checks.map(check => ({
      cells: [
        check.title,
        check.method ?? 'model',
        html`${check.figures.map(figure => html`${figureText(figure)}<br />`)}`,
        check.rule,
        outcome(check),
        check.source,
      ],
    })),
  })}`;
}

function figureText({ name, value, low, high, control }: TrustCheck['figures'][number]): string {
  const interval = low !== undefined && high !== undefined ? ` (${intervalText({ low, high })})` : '';
  const beside = control === undefined ? '' : `, control ${decimals(control)}`;
  return `${name} ${decimals(value ?? undefined)}${interval}${beside}`;
}

function outcome({ passed, note }: TrustCheck): Html {
  const after = note ? html`<br /><small>${note}</small>` : undefined;
  if (passed === null) return html`not decided${after}`;
  return passed
    ? html`<span class="pass">passed</span>${after}`
    : html`<span class="fail">failed</span>${after}`;
}
