import { decimalOf } from './number-strings';

/** First value of an attribute of a naturalised instance as trimmed text; undefined when empty. */
export function textOf(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first !== 'string' && typeof first !== 'number') return undefined;
  return String(first).trim() || undefined;
}

/** First value of an attribute as a number; undefined when absent or not one. */
export function numberOf(value: unknown): number | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  const number = decimalOf(text);
  return Number.isNaN(number) ? undefined : number;
}

/** All values of an attribute as text; none when absent. */
export function textsOf(value: unknown): string[] {
  const all: unknown[] = Array.isArray(value)
    ? value
    : typeof value === 'string'
      ? value.split('\\')
      : [value];
  return all.map(textOf).filter(text => text !== undefined);
}
