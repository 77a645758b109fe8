import { describe, expect, test } from 'vitest';
import { decideBy, type Decision } from '../../src/models/decision';
import { directionText, doubtsOf, type MapKind } from '../../src/models/verdict';

const pair: MapKind = { unit: 'pair', counterfactual: true };
const single: MapKind = { unit: 'single', counterfactual: true };
const evidenceChange: MapKind = { unit: 'other', counterfactual: true };
const gradCam: MapKind = { unit: 'other', counterfactual: false };
const [positive, negative] = [decideBy(0.8, 0.5), decideBy(0.2, 0.5)];
const ofClasses: Decision = { kind: 'classes', score: 0.6, decided: 2 };

describe('direction of a map', () => {
  test.each([
    ['what was found', positive, 'Coloured: less of this would change the answer'],
    ['nothing found', negative, 'Coloured: something would have to appear here to change the answer'],
    ['one of several classes', ofClasses, 'Coloured: a change here would change the answer'],
  ])('follows the decision where x_a flips it: %s', (_name, decision, words) => {
    for (const map of [pair, single, evidenceChange, undefined])
      expect(directionText({ decision, flip: true }, map)).toBe(words);
  });

  test('is not claimed where x_a keeps the decision, whatever method and decision', () => {
    for (const decision of [positive, negative, ofClasses])
      for (const map of [pair, single, evidenceChange, undefined])
        expect(directionText({ decision, flip: false }, map)).toBe(
          'x_a did NOT change the answer: the colours tell no direction',
        );
  });

  test.each([
    ['a method without x_a', gradCam, undefined],
    ['a method that does not compare with it', gradCam, true],
    ['an x_a of which nothing is known', pair, undefined],
    ['a method of another release without x_a', undefined, undefined],
  ])('is not claimed for %s', (_name, map, flip) => {
    expect(directionText({ decision: positive, flip }, map)).toMatch(/without a direction$/);
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
