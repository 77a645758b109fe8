import { expect, test } from 'vitest';
import { spanOf, tagBottom, tagPlaces } from '../../src/extension/draw/tag-place';

/** Window and level at the left, the image's number at the right, as OHIF writes them. */
const texts = [
  { left: 8, right: 110, above: 50, below: 36 },
  { left: 960, right: 990, above: 64, below: 36 },
];
const pane = { width: 1000, height: 800 };

test('lies below the viewer’s texts where there is room, else above them', () => {
  expect(tagBottom(texts, 32)).toBe(2);
  expect(tagBottom(texts, 33)).toBe(66);
  expect(tagBottom([], 100)).toBe(2);
  expect(tagBottom([{ above: 54, below: 0 }], 20)).toBe(56);
});

test('lies beside the film, in the wider strip, above the viewer’s texts, where a strip is wide enough', () => {
  const [first, second] = tagPlaces(texts, pane, { left: 160, right: 700 });
  // From 2 beyond the film's right edge to 2 within the viewport's.
  expect([first.left, first.right, first.bottom(300), first.most]).toEqual([702, 2, 66, 480]);
  expect([second.left, second.right]).toEqual([2, 842]);
});

test('else lies at the very edge between the viewer’s texts, where it covers least of the film', () => {
  const [first, last] = tagPlaces(texts, pane, { left: 50, right: 950 });
  expect([first.left, first.right, first.bottom(30), first.most]).toEqual([114, 44, 2, 80]);
  expect([last.left, last.right, last.bottom(50)]).toEqual([34, 34, 66]);
});

test('without room between the texts, in a tiny viewport, or without a film lies where it always can', () => {
  const wide = [{ left: 8, right: 480, above: 50, below: 36 }];
  for (const places of [
    tagPlaces(wide, pane, { left: 0, right: 1000 }),
    tagPlaces(texts, { width: 200, height: 200 }, { left: 0, right: 20 }),
    tagPlaces(texts, pane),
  ]) {
    expect(places).toHaveLength(1);
    expect(places[0].most).toBe(Infinity);
  }
});

test('the film’s span is that of all its corners, also where it is turned', () => {
  // A film of 10 columns and 20 rows, turned by a quarter: x' = 100 − 2 y, y' = 2 x.
  expect(spanOf([0, 2, -2, 0, 100, 0], { rows: 20, columns: 10 })).toEqual({ left: 60, right: 100 });
});
