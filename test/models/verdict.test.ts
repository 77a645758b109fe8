import { describe, expect, test } from 'vitest';
import { methods } from '../../src/explain/methods';
import { coloursText, doubtsOf, showsOpposite, type MapKind } from '../../src/models/verdict';

const pair: MapKind = { unit: 'pair', shows: 'difference' };
const single: MapKind = { unit: 'single', shows: 'difference' };
const evidenceChange: MapKind = { unit: 'other', shows: 'evidence' };
const gradCam: MapKind = { unit: 'other', shows: 'importance' };

describe('what the colours of a map mean', () => {
  test.each([
    ['|x_s − x_a|', pair, 'Coloured: where the opposite image (x_a) differs'],
    ['|x − x_a|', single, 'Coloured: where the opposite image (x_a) differs'],
    [
      'evidence between them',
      evidenceChange,
      'Coloured: where the evidence of the classifier changes on the way to the opposite image (x_a)',
    ],
    ['a method that makes no x_a', gradCam, 'Coloured: where the method places what counts for the answer'],
    ['one of another release', undefined, 'Coloured: where the method places what counts for the answer'],
  ])('is what the method computes, and promises nothing: %s', (_name, map, words) => {
    for (const flip of [true, undefined]) expect(coloursText({ flip }, map)).toBe(words);
  });

  test('where x_a keeps the decision, they show nothing that would change it', () => {
    for (const map of [pair, single, evidenceChange, undefined])
      expect(coloursText({ flip: false }, map)).toBe(
        'x_a did NOT change the answer: the colours do not show what would',
      );
    expect(coloursText({ flip: false }, gradCam)).toMatch(/^Coloured/);
  });

  test('of every method it is told, and one that looks at no x_a is not said to', () => {
    for (const { map, images } of methods) {
      expect(coloursText({ flip: true }, map)).toMatch(/^Coloured: where /);
      if (map.unit === 'other') expect(showsOpposite(map)).toBe(images !== undefined);
      expect(coloursText({ flip: true }, map).includes('x_a')).toBe(showsOpposite(map));
    }
  });
});

test('a picture carries a doubt for each image that does not do what it is for', () => {
  expect(doubtsOf({ hold: true, flip: true })).toEqual([]);
  expect(doubtsOf({})).toEqual([]);
  expect(doubtsOf({ hold: false, flip: false })).toEqual([
    expect.stringMatching(/^x_s does NOT keep/),
    expect.stringMatching(/^x_a does NOT flip/),
  ]);
});
