import { expect, test } from 'vitest';
import { explanationLabel } from '../../src/drawing/explanation-label';
import { atLeastAsWide, framed, labelColours, withLabel, type RgbPicture } from '../../src/drawing/label';
import { decideBy } from '../../src/models/decision';

const grey = (width: number, height: number): RgbPicture => ({
  width,
  height,
  pixels: new Uint8Array(3 * width * height).fill(100),
});
const at = ({ width, pixels }: RgbPicture, x: number, y: number): number[] => [
  ...pixels.subarray(3 * (y * width + x)).subarray(0, 3),
];

test('a label stands below the picture, whose pixels stay', () => {
  const picture = grey(60, 10);
  // Letters are 6 pixels wide and lines 11 high, margins 4: of 52 pixels, 8 letters fit, so that "AI" and "research" are two lines.
  const made = withLabel(picture, { title: 'AI research', lines: ['x_a'], cautions: [] });
  expect([made.width, made.height]).toEqual([60, 10 + 2 * 4 + 3 * 11]);
  expect(made.pixels.subarray(0, picture.pixels.length)).toEqual(picture.pixels);
  expect(at(made, 0, 10)).toEqual([...labelColours.background]);
  // The left leg of "A" at its lowest row, the seventh.
  expect(at(made, 4, 10 + 4 + 6)).toEqual([...labelColours.amber]);
});

test('a frame is drawn within the picture, and a narrow picture gets room at its right', () => {
  const picture = framed(grey(20, 20));
  for (const [x, y] of [
    [0, 0],
    [2, 10],
    [19, 10],
  ])
    expect(at(picture, x, y)).toEqual([...labelColours.amber]);
  expect(at(picture, 3, 3)).toEqual([100, 100, 100]);
  const wide = atLeastAsWide(picture, 30);
  expect([wide.width, wide.height]).toEqual([30, 20]);
  expect([at(wide, 19, 5), at(wide, 20, 5)]).toEqual([[...labelColours.amber], [...labelColours.background]]);
});

test('the label of a picture names model, score with operating point, answer and method; the moment where it is given', () => {
  const model = { id: 'cxr', version: '1.2.3', classes: ['healthy', 'opacity'] };
  const settings = { methodId: 'gradcam', methodTitle: 'GradCAM', augment: 0, seed: 0, backend: 'wasm' };
  const shown = { figures: { decision: decideBy(0.75, 0.5) }, top: 1, cautions: ['Age is missing.'] };
  expect(explanationLabel({ model, settings }, shown, 'inferno')).toEqual({
    title: 'AI - research use only. Not for diagnosis.',
    lines: [
      'Model cxr 1.2.3',
      'Score 0.750   operating point 0.500',
      'Found by this classifier: opacity',
      'GradCAM   backend wasm',
      'Colour map inferno',
      'Coloured: where the method places what counts for the answer',
    ],
    cautions: ['Caution: Age is missing.'],
  });
});
