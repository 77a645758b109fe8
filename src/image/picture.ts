import { paintHeatMap, type ColourMapId } from '../models/colour-map';
import sharp from 'sharp';
import type { RgbPicture } from '../drawing/label';

/** A map to be laid over a picture of its size. */
export interface ColouredMap {
  map: Float32Array;
  /** Its largest value that is coloured; 0 where it marks nothing. */
  top: number;
  colours: ColourMapId;
}

/** Grey values as a picture, `low` black and `high` white (the other way round when low > high). */
export function greyPicture(
  values: Float32Array,
  width: number,
  height: number,
  low = 0,
  high = 1,
): RgbPicture {
  const pixels = new Uint8Array(3 * values.length);
  const scale = high === low ? 0 : 255 / (high - low);
  for (let i = 0; i < values.length; i++) {
    pixels.fill(Math.min(255, Math.max(0, Math.round((values[i] - low) * scale))), 3 * i, 3 * i + 3);
  }
  return { width, height, pixels };
}

/**
 * Lays a map over a picture as a heat map, the top colour at its largest value as in viewer and DICOM objects.
 *
 * @param map.top 0 where the map marks nothing: nothing is coloured
 */
export function overlayMap(
  picture: RgbPicture,
  { map, top, colours }: ColouredMap,
  opacity = 0.55,
): RgbPicture {
  if (top === 0) return picture;
  const heat = paintHeatMap(map, top, colours);
  // A copy and a loop: `Uint8Array.from` with a function first makes a list of all values, for which a film of 40 megapixels is too large.
  const pixels = picture.pixels.slice();
  for (let i = 0; i < pixels.length; i++) {
    const pixel = Math.floor(i / 3);
    const alpha = (opacity * heat[4 * pixel + 3]) / 255;
    pixels[i] = Math.round(pixels[i] * (1 - alpha) + heat[4 * pixel + (i % 3)] * alpha);
  }
  return { ...picture, pixels };
}

/** Draws the border of a mask in green. */
export function outline(picture: RgbPicture, mask: Uint8Array): RgbPicture {
  const { width, height } = picture;
  const pixels = picture.pixels.slice();
  const inside = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && mask[y * width + x] === 1;
  for (let i = 0; i < mask.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const border = mask[i] && !(inside(x - 1, y) && inside(x + 1, y) && inside(x, y - 1) && inside(x, y + 1));
    if (border) pixels.set([60, 220, 90], 3 * i);
  }
  return { ...picture, pixels };
}

/** Pictures of one height side by side, with a gap of a few white pixels. */
export function sideBySide(pictures: readonly RgbPicture[], gap = 4): RgbPicture {
  const { height } = pictures[0];
  const width = pictures.reduce((sum, picture) => sum + picture.width + gap, -gap);
  const pixels = new Uint8Array(3 * width * height).fill(255);
  let left = 0;
  for (const picture of pictures) {
    for (let y = 0; y < height; y++) {
      const row = picture.pixels.subarray(3 * y * picture.width, 3 * (y + 1) * picture.width);
      pixels.set(row, 3 * (y * width + left));
    }
    left += picture.width + gap;
  }
  return { width, height, pixels };
}

/** PNG bytes of a picture. */
export async function encodePng({ width, height, pixels }: RgbPicture): Promise<Uint8Array> {
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** A picture enlarged by a whole factor. */
export async function enlarged({ width, height, pixels }: RgbPicture, factor: number): Promise<RgbPicture> {
  const size = { width: width * factor, height: height * factor };
  const made = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize(size.width, size.height, { kernel: 'cubic' })
    .raw()
    .toBuffer();
  return { ...size, pixels: new Uint8Array(made) };
}
