import { withoutPadding } from './value-padding';

// Digits after a point alone: two runs of them side by side would be divided in every way, in time by their square.
const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const integer = /^[+-]?\d+$/;

/**
 * A value of Decimal String (PS3.5 table 6.2-1): digits with a sign, a point and an exponent, between blanks. JavaScript reads
 * more as a number: hexadecimal, "Infinity", an empty text.
 *
 * @returns NaN for what is no such value, or too large for a number; longer texts than the standard's 16 characters are read
 */
export function decimalOf(text: string): number {
  const trimmed = withoutPadding(text);
  const number = decimal.test(trimmed) ? Number(trimmed) : NaN;
  return Number.isFinite(number) ? number : NaN;
}

/**
 * A value of Integer String (PS3.5 table 6.2-1): digits with a sign, within 32 bits, between blanks.
 *
 * @returns NaN for what is no such value
 */
export function integerOf(text: string): number {
  const trimmed = withoutPadding(text);
  const number = integer.test(trimmed) ? Number(trimmed) : NaN;
  return number >= -(2 ** 31) && number < 2 ** 31 ? number : NaN;
}

/**
 * A value of a naturalised data set as a number: one that is a number already, or a Decimal String.
 *
 * @returns NaN for anything else
 */
export function numberOfValue(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? decimalOf(value) : NaN;
}
