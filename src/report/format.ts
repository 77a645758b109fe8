import type { Interval } from '../metrics';
import type { Estimate } from '../evaluation/statistics/estimate';
import { html, type Html } from './html';

/** Three decimals; a figure that was not computed is a dash. */
export function decimals(value: number | undefined, digits = 3): string {
  return value === undefined || Number.isNaN(value)
    ? '–'
    : withoutNegativeZero(value.toFixed(digits)).replace(/^-/, '−');
}

export function percent(value: number | undefined): string {
  return value === undefined ? '–' : `${(100 * value).toFixed(1)} %`;
}

export function intervalText(interval: Interval | undefined, digits = 3): string {
  if (!interval) return 'no interval';
  const { low, high } = interval;
  // An en dash beside a minus sign cannot be read.
  const between = low < 0 || high < 0 ? ' to ' : '–';
  return `${decimals(low, digits)}${between}${decimals(high, digits)}`;
}

function percentInterval({ low, high }: Interval): string {
  return `${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)} %`;
}

/** A figure with its interval below; the interval is left out where there is none. */
export function withInterval(value: string, interval: string | undefined): Html | string {
  return interval === undefined ? value : html`${value}<br /><small>${interval}</small>`;
}

/** A share with its interval below. */
export function percentCell(value: number | undefined, interval: Interval | undefined): Html | string {
  return withInterval(percent(value), interval && percentInterval(interval));
}

/** Value, interval below, and the shuffled control below that where there is one. */
export function figureCell(
  estimate: Estimate | undefined,
  { control, best }: { control?: number; best?: boolean } = {},
): Html | string {
  if (!estimate) return '–';
  const value = decimals(estimate.value);
  return html`${best ? html`<b>${value}</b>` : value}<br /><small>${intervalText(estimate.interval)}</small>${
      control === undefined
        ? undefined
        : html`<br /><small class="control">shuffled ${decimals(control)}</small>`
    }`;
}

export function pValue(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

/** Two digits, whole seconds from ten on. */
export function secondsText(value: number | undefined): string {
  if (value === undefined) return '–';
  return value >= 10 ? value.toFixed(0) : String(Number(value.toPrecision(2)));
}

function withoutNegativeZero(text: string): string {
  return /^-0\.?0*$/.test(text) ? text.slice(1) : text;
}
