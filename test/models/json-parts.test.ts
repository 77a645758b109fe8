import { expect, it } from 'vitest';
import { hasTooManyParts, mostJsonParts } from '../../src/models/json-parts';

const lists = (count: number): string => `${'['.repeat(count)}${']'.repeat(count)}`;

it.each([
  ['lists', lists(mostJsonParts), false],
  ['lists', lists(mostJsonParts + 1), true],
  // A list, its objects, and a comma between each two.
  ['objects', `[${'{},'.repeat(mostJsonParts / 2 - 1)}{}]`, false],
  ['objects', `[${'{},'.repeat(mostJsonParts / 2)}{}]`, true],
  ['numbers', `[${'0,'.repeat(mostJsonParts - 1)}0]`, false],
  ['numbers', `[${'0,'.repeat(mostJsonParts)}0]`, true],
  ['one long string', `"${'0'.repeat(4 * mostJsonParts)}"`, false],
])('a text of JSON has too many parts, or not: %s', (_of, json, isTooMany) => {
  expect(hasTooManyParts(json)).toBe(isTooMany);
  expect(hasTooManyParts(new TextEncoder().encode(json))).toBe(isTooMany);
});
