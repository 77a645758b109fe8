import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { readDicomImage, type Voi } from '../dicom';
import type { ImageAttributes } from '../models/applicability';
import type { ModalityImage } from '../models/preparation';

/** An image file that cannot be explained, with the reason. */
export class ImageFileError extends Error {
  override name = 'ImageFileError';
}

export interface ReadImage {
  image: ModalityImage;
  attributes: ImageAttributes;
  /** How the header wants it shown, best first; none for pictures. */
  vois: Voi[];
}

/** Files that `readImageFile` reads, by their ending; DICOM files often have none. */
export const imageEndings = ['.dcm', '.dicom', '.png', '.jpg', '.jpeg', ''];

/**
 * Reads one greyscale image: DICOM, or PNG or JPEG (8 or 16 bits, bright = dense).
 *
 * @param frame frame of a multi-frame DICOM, from 1
 * @throws DicomImageError, or ImageFileError for a file that is none of these, damaged or in colour
 */
export async function readImageFile(file: string, frame?: number): Promise<ReadImage> {
  const bytes = await readFile(file);
  return isPicture(bytes) ? readPicture(bytes) : readDicomImage(bytes, { frame });
}

function isPicture(bytes: Uint8Array): boolean {
  const starts = (...signature: number[]): boolean => signature.every((value, i) => bytes[i] === value);
  return starts(0x89, 0x50, 0x4e, 0x47) || starts(0xff, 0xd8, 0xff);
}

async function readPicture(bytes: Uint8Array): Promise<ReadImage> {
  try {
    const { depth } = await sharp(bytes).metadata();
    const raw = sharp(bytes).raw({ depth: depth === 'ushort' ? 'ushort' : 'uchar' });
    const { data, info } = await raw.toBuffer({ resolveWithObject: true });
    const samples =
      depth === 'ushort' ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
    const { width: columns, height: rows, channels } = info;
    const image: ModalityImage = {
      values: greyOf(samples, channels),
      rows,
      columns,
      photometric: 'MONOCHROME2',
    };
    return { image, attributes: { photometric: 'MONOCHROME2', samplesPerPixel: 1, rows, columns }, vois: [] };
  } catch (error) {
    if (error instanceof ImageFileError) throw error;
    throw new ImageFileError(`The picture cannot be decoded: ${(error as Error).message}`, { cause: error });
  }
}

/** The grey channel; channels beyond it must repeat it (the fourth, opacity, is not looked at). */
function greyOf(samples: ArrayLike<number>, channels: number): Float32Array {
  const grey = Float32Array.from({ length: samples.length / channels }, (_, i) => samples[i * channels]);
  for (let channel = 1; channel < Math.min(3, channels >= 3 ? channels : 1); channel++) {
    if (grey.some((value, i) => samples[i * channels + channel] !== value)) {
      throw new ImageFileError('The picture is in colour; only greyscale images can be explained.');
    }
  }
  return grey;
}
