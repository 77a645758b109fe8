import { expect, it } from 'vitest';
import { decodeWithEscapes } from '../../src/dicom/character-sets';
import { decimalOf as dicomDecimal } from '../../src/dicom/number-strings';
import { decimalOf } from '../../src/io/options';
import { withoutUser } from '../../src/io/without-user';
import { Network } from '../../src/models/imported/onnx/network';
import { classifierHash } from '../../src/models/package';
import { number } from '../../src/study/ratings';
import { exampleCard } from '../models/card-fixture';

const length = 150_000;
const digits = `${'1'.repeat(length)}x`;
const dots = '.'.repeat(length);
const value = { layer: 'x', shape: [1, 1], axes: [0, 1] };
const card = exampleCard();

/** In time by the square of its length, one would take some ten seconds. */
it.each<[string, () => unknown, unknown]>([
  ['a Decimal String', () => dicomDecimal(digits), NaN],
  ['a number among options', () => decimalOf(digits), NaN],
  ['a rating', () => number(digits), undefined],
  ['a Specific Character Set', () => decodeWithEscapes(Uint8Array.of(65), [digits], false), 'A'],
  ['an address of slashes', () => withoutUser('/'.repeat(length)).length, length],
  ['an address of signs', () => withoutUser(`//${'@'.repeat(length)}h`), '//…@h'],
  [
    'a path in a card',
    () =>
      classifierHash({ ...card, classifier: { ...card.classifier, path: `${'a'.repeat(length)}/` } }).length,
    64,
  ],
  [
    'a name in an ONNX file',
    () => new Network('x', [1, 1], 1).add('ReLU', `a${dots}b${dots}`, [value], {}, value).layer,
    `a${dots}b`,
  ],
])('%s of any length is read at once', { timeout: 120_000 }, (_what, read, expected) => {
  const begin = performance.now();
  expect(read()).toEqual(expected);
  expect(performance.now() - begin).toBeLessThan(1500);
});
