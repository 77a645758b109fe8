import path from 'node:path';
import sharp from 'sharp';
import type { InputGeometry } from '../../models/input-geometry';
import { maskToInput } from '../../models/preparation';
import { DatasetError } from '../../datasets/error';
import { pictureHeader } from '../../image/picture-header';
import { isThere } from '../../io/is-there';
import { readRegularFile } from '../../io/read-file';

/** A film whose mask is wanted. */
export interface MaskedFilm {
  /** File name. */
  image: string;
  /** Where the film, and what of it, lies in the network's input. */
  geometry: InputGeometry;
}

/**
 * Reads mask files as truth at the input size: `<image>.png`, or the image's own name with the ending `.png`; any pixel
 * above 0 belongs to the truth. The mask covers the whole film, whatever its size in pixels, and is cropped and resized with it.
 *
 * @returns by file name; films without a mask file are absent, a mask that marks nothing of the film's exposed field is
 * all 0
 * @throws DatasetError when one cannot be decoded
 */
export async function readMasks(
  folder: string,
  films: readonly MaskedFilm[],
): Promise<Map<string, Uint8Array>> {
  const masks = new Map<string, Uint8Array>();
  for (const { image, geometry } of films) {
    const file = await maskFile(folder, image);
    if (file) masks.set(image, maskToInput(await decodeMask(file), geometry));
  }
  return masks;
}

/** Path of an image's mask file, or undefined where there is none. */
export async function maskFile(folder: string, image: string): Promise<string | undefined> {
  const { dir, name } = path.parse(image);
  for (const file of [path.join(folder, `${image}.png`), path.join(folder, dir, `${name}.png`)]) {
    if (await isThere(file)) return file;
  }
  return undefined;
}

/** Pixels that a mask may have however short its file is: two values shrink to almost nothing. */
const largestMask = 1 << 25;

async function decodeMask(file: string): Promise<{ data: Uint8Array; rows: number; columns: number }> {
  try {
    const bytes = await readRegularFile(file);
    await pictureHeader(bytes, largestMask);
    const grey = sharp(bytes).toColourspace('b-w').extractChannel(0).raw();
    const { data, info } = await grey.toBuffer({ resolveWithObject: true });
    return { data, rows: info.height, columns: info.width };
  } catch (error) {
    throw new DatasetError(`${file} cannot be decoded: ${(error as Error).message}`);
  }
}
