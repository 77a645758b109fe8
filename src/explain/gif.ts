import { GIFEncoder } from 'gifenc';

/** RGB, 3 bytes a pixel, row-major. */
export interface GifFrame {
  width: number;
  height: number;
  pixels: Uint8Array;
}

type Colour = readonly [red: number, green: number, blue: number];

/**
 * Encodes pictures of greys and a few colours as an animated GIF that plays forth and back without end. The palette is fixed: what is no
 * grey keeps its colour, greys get as many levels as are left of 256, so that no frame is coloured by chance.
 *
 * @param frames of one size
 * @param colours all that is in the frames beside greys
 * @param milliseconds that each frame is seen; a GIF counts hundredths of a second
 * @throws RangeError for a colour that is not among them
 */
export function gifOf(
  frames: readonly GifFrame[],
  colours: readonly Colour[],
  milliseconds: number,
): Uint8Array {
  const levels = 256 - colours.length;
  const palette = [
    ...colours.map(colour => [...colour]),
    ...Array.from({ length: levels }, (_, level) =>
      Array<number>(3).fill(Math.round((255 * level) / (levels - 1))),
    ),
  ];
  const named = new Map(colours.map((colour, index) => [packed(...colour), index]));
  const gif = GIFEncoder();
  sweeping(frames).forEach(({ width, height, pixels }) => {
    const indices = new Uint8Array(width * height);
    for (let i = 0; i < indices.length; i++) {
      const [red, green, blue] = [pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]];
      const index =
        named.get(packed(red, green, blue)) ??
        (red === green && green === blue
          ? colours.length + Math.round((red * (levels - 1)) / 255)
          : undefined);
      if (index === undefined)
        throw new RangeError(`The colour ${red}, ${green}, ${blue} is not in the palette.`);
      indices[i] = index;
    }
    gif.writeFrame(indices, width, height, { palette, delay: milliseconds });
  });
  gif.finish();
  return gif.bytes();
}

function packed(red: number, green: number, blue: number): number {
  return (red << 16) | (green << 8) | blue;
}

/** Forth and back, without either end twice in a row. */
function sweeping<T>(frames: readonly T[]): T[] {
  return [...frames, ...frames.slice(1, -1).reverse()];
}
