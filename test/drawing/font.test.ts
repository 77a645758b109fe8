import { expect, it } from 'vitest';
import { drawText, textWidth } from '../../src/drawing/font';

function drawn(text: string): string[] {
  const [width, height] = [textWidth(text, 1), 7];
  const pixels = new Uint8Array(3 * width * height);
  drawText({ width, height, pixels }, text, 0, 0, 1, [1, 1, 1]);
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => (pixels[3 * (y * width + x)] ? '#' : '.')).join(''),
  );
}

it('draws the quotes of a model’s name, signs of figures, and letters with accents as those without', () => {
  expect(drawn('"')).toEqual(['.#.#..', '.#.#..', '.#.#..', ...Array.from({ length: 4 }, () => '......')]);
  for (const sign of '“”−±≥≤!&#*[]@') expect(drawn(sign), sign).not.toEqual(drawn('?'));
  expect(drawn('Radiología é ü ñ')).toEqual(drawn('RADIOLOGIA E U N'));
  expect(drawn('語')).toEqual(drawn('?'));
});
