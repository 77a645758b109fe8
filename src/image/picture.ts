import { paintHeatMap, type ColourMapId } from '../models/colour-map';
import sharp from 'sharp';
import { quantile } from '../metrics';
import { writeAtomically } from '../io/write-file';

/** An RGB picture, 3 bytes a pixel, row-major. */
export interface Picture {
  width: number;
  height: number;
  pixels: Uint8Array;
}

/** A map to be laid over a picture of its size. */
interface ColouredMap {
  map: Float32Array;
  /** Its largest value that is coloured; 0 where it marks nothing. */
  top: number;
  colours: ColourMapId;
}

/** Grey values as a picture, `low` black and `high` white (the other way round when low > high). */
export function greyPicture(values: Float32Array, width: number, height: number, low = 0, high = 1): Picture {
  const pixels = new Uint8Array(3 * values.length);
  const scale = high === low ? 0 : 255 / (high - low);
  for (let i = 0; i < values.length; i++) {
    pixels.fill(Math.min(255, Math.max(0, Math.round((values[i] - low) * scale))), 3 * i, 3 * i + 3);
  }
  return { width, height, pixels };
}

/**
 * Lays a map over a picture as a heat map, the top colour at the map's 99.9th percentile.
 *
 * @param map.top 0 where the map marks nothing: nothing is coloured
 */
export function overlayMap(picture: Picture, { map, top, colours }: ColouredMap, opacity = 0.55): Picture {
  if (top === 0) return picture;
  const heat = paintHeatMap(map, topOf(map), colours);
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
export function outline(picture: Picture, mask: Uint8Array): Picture {
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
function sideBySide(pictures: readonly Picture[], gap = 4): Picture {
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

function topOf(map: Float32Array): number {
  const step = Math.max(1, Math.floor(map.length / 100_000));
  const sample = [...map.filter((_, i) => i % step === 0)].sort((a, b) => a - b);
  const top = quantile(sample, 0.999);
  return top > 0 ? top : 1;
}

/** What the networks saw and made of one image, size × size each. */
export interface NetworkImages extends ColouredMap {
  input: Float32Array;
  similar?: Float32Array;
  adversarial?: Float32Array;
  /** Drawn into x and the map where it is known. */
  truth?: Uint8Array;
}

/** x, x_s, x_a (where the method makes them) and the map over x, side by side. */
export function networkPanels(
  { input, map, top, colours, similar, adversarial, truth }: NetworkImages,
  size: number,
): Picture {
  const grey = (values: Float32Array): Picture => greyPicture(values, size, size);
  const marked = (picture: Picture): Picture => (truth ? outline(picture, truth) : picture);
  const generated = [similar, adversarial].filter(values => values !== undefined).map(grey);
  return sideBySide([
    marked(grey(input)),
    ...generated,
    marked(overlayMap(grey(input), { map, top, colours })),
  ]);
}

/** Writes a picture as PNG, enlarged by a whole factor. */
export async function writePng(file: string, picture: Picture, factor = 1): Promise<void> {
  await writeAtomically(file, await encodePng(picture, factor));
}

/** PNG bytes of a picture, {@link writePng}. */
export async function encodePng({ width, height, pixels }: Picture, factor = 1): Promise<Uint8Array> {
  const picture = sharp(pixels, { raw: { width, height, channels: 3 } });
  const scaled =
    factor === 1 ? picture : picture.resize(width * factor, height * factor, { kernel: 'cubic' });
  return scaled.png().toBuffer();
}
