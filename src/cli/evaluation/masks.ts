import { access } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { DatasetError } from '../../training/datasets/error';

/**
 * Reads mask files as truth at the input size: `<image>.png`, or the image's own name with the ending `.png`; any pixel
 * above 0 belongs to the truth. The mask covers the whole film, whatever its size in pixels, and is stretched with it.
 *
 * @param images file names of the films
 * @returns by file name; films without a mask file, and those whose mask is empty, are absent
 * @throws DatasetError when one cannot be decoded
 */
export async function readMasks(
  folder: string,
  images: readonly string[],
  size: number,
): Promise<Map<string, Uint8Array>> {
  const masks = new Map<string, Uint8Array>();
  for (const image of images) {
    const file = await maskFile(folder, image);
    if (!file) continue;
    const mask = await readMask(file, size);
    if (mask.includes(1)) masks.set(image, mask);
  }
  return masks;
}

async function maskFile(folder: string, image: string): Promise<string | undefined> {
  const { dir, name } = path.parse(image);
  for (const file of [path.join(folder, `${image}.png`), path.join(folder, dir, `${name}.png`)]) {
    if (
      await access(file).then(
        () => true,
        () => false,
      )
    )
      return file;
  }
  return undefined;
}

/** A pixel belongs to the truth when the mask is set at its centre. */
async function readMask(file: string, size: number): Promise<Uint8Array> {
  try {
    const { data, info } = await sharp(file).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    return Uint8Array.from({ length: size * size }, (_, i) => {
      const row = Math.floor(((Math.floor(i / size) + 0.5) * info.height) / size);
      const column = Math.floor((((i % size) + 0.5) * info.width) / size);
      return data[(row * info.width + column) * info.channels] > 0 ? 1 : 0;
    });
  } catch (error) {
    throw new DatasetError(`${file} cannot be decoded: ${(error as Error).message}`);
  }
}
