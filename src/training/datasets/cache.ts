import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { InputSpec } from '../../models/card';
import { sha256Hex } from '../../models/hash';
import { prepareImage, type ModalityImage } from '../../models/preparation';
import { DatasetError } from './cxr';
import type { Exam, PreparedDataset } from './types';

/** Bumped when the preparation changes, so that old caches are not used. */
const preparationVersion = 2;

/**
 * Decodes and prepares all images once into a file under `cacheFolder`, and maps it into shared memory.
 *
 * @param onProgress called with the number of images done
 * @throws DatasetError naming an image that cannot be decoded
 */
export async function prepareDataset(
  folder: string,
  exams: Exam[],
  input: InputSpec,
  cacheFolder: string,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<PreparedDataset> {
  const splitHash = splitManifestHash(exams);
  const key = sha256Hex(
    new TextEncoder().encode(JSON.stringify([preparationVersion, path.resolve(folder), splitHash, input])),
  ).slice(0, 16);
  const file = path.join(cacheFolder, `prepared-${key}.u16`);
  const perImage = input.size * input.size;
  const pixels = new Uint16Array(new SharedArrayBuffer(2 * perImage * exams.length));
  if (!(await readCache(file, pixels))) {
    for (const [index, exam] of exams.entries()) {
      const image = await readGreyImage(path.join(folder, 'images', exam.image));
      const prepared = prepareImage(image, input).input;
      for (let i = 0; i < perImage; i++) pixels[index * perImage + i] = Math.round(prepared[i] * 65535);
      onProgress(index + 1, exams.length);
    }
    await mkdir(cacheFolder, { recursive: true });
    await writeFile(`${file}.part`, new Uint8Array(pixels.buffer));
    await rename(`${file}.part`, file);
  }
  return { exams, size: input.size, pixels, splitHash };
}

/** Decodes a PNG or JPEG as one grey channel, 8 bits. */
export async function readGreyImage(file: string): Promise<ModalityImage> {
  const bytes = await readFile(file).catch(() => {
    throw new DatasetError(`${file} is listed in labels.csv but cannot be read.`);
  });
  try {
    const { data, info } = await sharp(bytes)
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const values = Float32Array.from({ length: info.width * info.height }, (_, i) => data[i * info.channels]);
    return { values, rows: info.height, columns: info.width, photometric: 'MONOCHROME2' };
  } catch (error) {
    throw new DatasetError(`${file} cannot be decoded: ${(error as Error).message}`);
  }
}

/** The split manifest as text: what was in which split, one line an image. */
export function splitManifest(exams: readonly Exam[]): string {
  const rows = exams.map(e => `${e.image},${e.label ?? ''},${e.quality},${e.split}`);
  return `image,label,quality,split\n${rows.join('\n')}\n`;
}

export function splitManifestHash(exams: readonly Exam[]): string {
  return sha256Hex(new TextEncoder().encode(splitManifest(exams)));
}

async function readCache(file: string, pixels: Uint16Array): Promise<boolean> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return false;
  try {
    const { size } = await handle.stat();
    if (size !== pixels.byteLength) return false;
    const bytes = new Uint8Array(pixels.buffer);
    let offset = 0;
    while (offset < bytes.length) {
      const { bytesRead } = await handle.read(
        bytes,
        offset,
        Math.min(1 << 26, bytes.length - offset),
        offset,
      );
      if (bytesRead === 0) return false;
      offset += bytesRead;
    }
    return true;
  } finally {
    await handle.close();
  }
}
