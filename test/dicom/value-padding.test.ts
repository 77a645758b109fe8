import { expect, it } from 'vitest';
import { withoutEnd, withoutPadding } from '../../src/dicom/value-padding';

it('is cut off at both ends, and nowhere else', () => {
  expect(withoutPadding(' \0a  b\0 ')).toBe('a  b');
  expect(withoutPadding(' \0 ')).toBe('');
  expect(withoutPadding('')).toBe('');
  expect(withoutEnd('=a=b==', '=')).toBe('=a=b');
});

it('costs one look at each character, however long the run of blanks within a text', () => {
  const text = `a${' '.repeat(2 ** 21)}b`;
  const begin = performance.now();
  expect(withoutPadding(text)).toBe(text);
  expect(performance.now() - begin).toBeLessThan(500);
});
