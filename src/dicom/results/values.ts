import { numberOfValue } from '../number-strings';
import { withoutEnd } from '../value-padding';
import type { Attributes } from './types';

export { cut, decimalString } from '../fit-values';

/** First value of an attribute as trimmed text; empty where it is absent or no text. */
export function textOf(attributes: Attributes, keyword: string): string {
  const value = attributes[keyword];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first === 'string' || typeof first === 'number') return String(first).trim();
  return personName(first);
}

/** All values as numbers, or undefined unless there are exactly `count` finite ones. */
export function numbersOf(attributes: Attributes, keyword: string, count: number): number[] | undefined {
  const value = attributes[keyword];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.flatMap(item => (typeof item === 'string' ? item.split('\\') : [item]));
  const numbers = texts.map(numberOfValue);
  return numbers.length === count && numbers.every(Number.isFinite) ? numbers : undefined;
}

/** The component groups of a Person Name as one value, joined by "=" (PS3.5 6.2). */
function personName(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  const { Alphabetic, Ideographic, Phonetic } = value as Record<string, unknown>;
  const groups = [Alphabetic, Ideographic, Phonetic].map(group => (typeof group === 'string' ? group : ''));
  return withoutEnd(groups.join('='), '=');
}

/** DICOM Date of a moment, local time. */
export function dicomDate(moment: Date): string {
  return `${moment.getFullYear()}${two(moment.getMonth() + 1)}${two(moment.getDate())}`;
}

/** DICOM Time of a moment, local time, to the second. */
export function dicomTime(moment: Date): string {
  return `${two(moment.getHours())}${two(moment.getMinutes())}${two(moment.getSeconds())}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** Items of a sequence; libraries give a sequence of one item as the item itself. */
export function itemsOf(value: unknown): Attributes[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item): item is Attributes => typeof item === 'object' && item !== null);
}
