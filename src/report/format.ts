import type { Interval } from '../metrics';
import type { Estimate } from './estimate';
import { html, type Html } from './html';

/** Three decimals; a figure that was not computed is a dash. */
export function decimals(value: number | undefined, digits = 3): string {
  return value === undefined || Number.isNaN(value) ? '–' : value.toFixed(digits).replace(/^-/, '−');
}

export function percent(value: number | undefined): string {
  return value === undefined ? '–' : `${(100 * value).toFixed(1)} %`;
}

export function intervalText(interval: Interval | undefined, digits = 3): string {
  return interval ? `${decimals(interval.low, digits)}–${decimals(interval.high, digits)}` : 'no interval';
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
