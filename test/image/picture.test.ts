import { expect, test } from 'vitest';
import { greyPicture, overlayMap } from '../../src/image/picture';

test('a map that marks nothing leaves the film as it is; the same map with marks colours it', () => {
  const film = greyPicture(Float32Array.of(0, 0.5, 0.5, 1), 2, 2);
  const map = Float32Array.of(0, 0.001, 0.001, 0.001);
  // By hand: 0.5 of 255 is 127.5, written as 128 three times.
  expect([...film.pixels.subarray(3, 6)]).toEqual([128, 128, 128]);
  expect(overlayMap(film, { map, top: 0, colours: 'inferno' }).pixels).toEqual(film.pixels);
  const [red, green, blue] = overlayMap(film, { map, top: 0.001, colours: 'inferno' }).pixels.subarray(3, 6);
  // 128 · 0.45 + 0.55 · (252, 255, 164), the top colour of inferno.
  expect([red, green, blue]).toEqual([196, 198, 148]);
});
