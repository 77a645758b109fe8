import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { readDicomImage } from '../../dicom';
import type { InputSpec } from '../../models/card';
import type { PixelRectangle } from '../../models/collimation';
import { prepareImage, type ModalityImage } from '../../models/preparation';
import { DatasetError } from './error';
import type { Exam } from './types';

/** A film prepared for a network. */
export interface PreparedFilm {
  /** size × size, 0…65535 for [0, 1]. */
  plane: Uint16Array<ArrayBuffer>;
  /** Size of the film itself, pixels. */
  rows: number;
  columns: number;
  /** The exposed field that fills the plane, pixels of the film. */
  crop: PixelRectangle;
  /** By the DICOM header; empty where the file says nothing of it. */
  view: Exam['view'];
}

/**
 * Decodes and prepares one film: a DICOM file, or a PNG or JPEG as one grey channel of 8 bits.
 *
 * @throws Error when it cannot be read, decoded or prepared
 */
export async function prepareFilm(file: string, input: InputSpec): Promise<PreparedFilm> {
  const bytes = await readFile(file);
  const { image, view } = isPicture(bytes)
    ? { image: await decodePicture(file, bytes), view: '' as const }
    : await decodeDicom(bytes);
  const prepared = prepareImage(image, input);
  return {
    plane: Uint16Array.from(prepared.input, value => Math.round(value * 65535)),
    rows: image.rows,
    columns: image.columns,
    crop: prepared.geometry.crop,
    view,
  };
}

/** Decodes a PNG or JPEG as one grey channel, 8 bits. */
export async function readGreyImage(file: string): Promise<ModalityImage> {
  return decodePicture(file, await readFile(file));
}

function isPicture(bytes: Uint8Array): boolean {
  const starts = (...signature: number[]): boolean => signature.every((value, i) => bytes[i] === value);
  return starts(0x89, 0x50, 0x4e, 0x47) || starts(0xff, 0xd8, 0xff);
}

async function decodePicture(file: string, bytes: Uint8Array): Promise<ModalityImage> {
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

async function decodeDicom(bytes: Uint8Array): Promise<{ image: ModalityImage; view: Exam['view'] }> {
  const { image, attributes } = await readDicomImage(bytes);
  const view = attributes.viewPosition;
  return { image, view: view === 'AP' || view === 'PA' ? view : '' };
}
