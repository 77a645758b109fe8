import { expect, test } from 'vitest';
import { HeldExplanations, sizeOf, type HeldExplanation } from '../../src/extension/worker/held-explanations';

/** Of 100 × 100 pixels: the film, its area shared with what was prepared, and what networks of 10 × 10 made. */
function entry(): HeldExplanation {
  const [film, area] = [new Float32Array(10_000), new Uint8Array(10_000)];
  const network = (): Float32Array => new Float32Array(100);
  const valid = new Uint8Array(100);
  const equalisation = { values: new Float32Array(50), ranks: new Float32Array(50) };
  return {
    onFilm: { film: { values: film, valid: area } },
    made: {
      explained: { map: network(), similar: network(), adversarial: network() },
      prepared: { input: network(), valid, area, equalisation },
    },
  } as unknown as HeldExplanation;
}

test('counts every array once, and the map on the film before it is made', () => {
  // Film and map of four bytes, the area; four arrays of the networks' size, their valid area; two of 50 knots.
  expect(sizeOf(entry())).toBe(2 * 40_000 + 10_000 + 4 * 400 + 100 + 2 * 200);
});

test('holds bytes, not images: the one that was not asked for longest goes first', () => {
  const held = new HeldExplanations(3 * sizeOf(entry()));
  for (const key of ['a', 'b', 'c']) held.hold(key, entry());
  held.find('a');
  held.hold('d', entry());
  expect(() => held.find('b')).toThrow(/no longer held/);
  for (const key of ['a', 'c', 'd']) expect(() => held.find(key)).not.toThrow();
});

test('one that is larger than all may be is held alone', () => {
  const held = new HeldExplanations(10);
  held.hold('a', entry());
  held.hold('b', entry());
  expect(() => held.find('a')).toThrow(/no longer held/);
  expect(() => held.find('b')).not.toThrow();
});
