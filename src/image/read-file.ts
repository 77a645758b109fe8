import sharp from 'sharp';
import { DicomImageError, readDicomImage, type Voi } from '../dicom';
import { hasDicomPreamble } from '../dicom/parse';
import { readRegularFile } from '../io/read-file';
import type { ImageAttributes } from '../models/applicability';
import type { ModalityImage } from '../models/preparation';
import { ImageFileError, pictureHeader } from './picture-header';

export { ImageFileError };

export interface ReadImage {
  image: ModalityImage;
  attributes: ImageAttributes;
  /** How the header wants it shown, best first; none for pictures. */
  vois: Voi[];
}

/** Files that `readImageFile` reads, by their ending; DICOM files often have none. */
export const imageEndings = ['.dcm', '.dicom', '.png', '.jpg', '.jpeg', ''];

/**
 * Reads one greyscale image, the same for a training, an evaluation and an explanation: DICOM, or PNG or JPEG (bright =
 * dense). Samples of 8 and 16 bits come as they are stored. A picture of several channels is grey where these are equal in
 * every pixel, and is refused otherwise; its opacity is not looked at. It is turned as its EXIF data say.
 *
 * @param frame frame of a multi-frame DICOM, from 1
 * @throws DicomImageError, or ImageFileError for a file that is none of these, damaged, in colour or larger than any
 *   radiograph or than its length holds; NoFileError for a device or a pipe
 */
export async function readImageFile(file: string, frame?: number): Promise<ReadImage> {
  const bytes = await readRegularFile(file);
  if (isPicture(bytes)) return readPicture(bytes);
  if (!hasDicomPreamble(bytes))
    throw new DicomImageError(
      'not-dicom',
      'This is no DICOM file (the letters DICM are missing at byte 128), and no PNG or JPEG. Give a DICOM Part 10 file, a PNG or a JPEG.',
    );
  return readDicomImage(bytes, { frame });
}

function isPicture(bytes: Uint8Array): boolean {
  const starts = (...signature: number[]): boolean => signature.every((value, i) => bytes[i] === value);
  return starts(0x89, 0x50, 0x4e, 0x47) || starts(0xff, 0xd8, 0xff);
}

async function readPicture(bytes: Uint8Array): Promise<ReadImage> {
  const { samples, rows, columns, channels } = await decode(bytes).catch((error: Error) => {
    if (error instanceof ImageFileError) throw error;
    throw new ImageFileError(`The picture cannot be decoded: ${error.message}`, { cause: error });
  });
  const photometric = 'MONOCHROME2';
  const values = greyOf(samples, channels);
  if (isTwoValued(values))
    throw new ImageFileError(
      'The picture holds two grey values alone: it is a mask or a drawing, no radiograph.',
    );
  return {
    image: { values, rows, columns, photometric },
    attributes: { photometric, samplesPerPixel: 1, rows, columns },
    vois: [],
  };
}

function isTwoValued(values: Float32Array): boolean {
  const first = values[0];
  const second = values.find(value => value !== first);
  return second !== undefined && values.every(value => value === first || value === second);
}

interface Samples {
  samples: Uint8Array | Uint16Array;
  rows: number;
  columns: number;
  channels: number;
}

async function decode(bytes: Uint8Array): Promise<Samples> {
  const { depth, space, orientation = 1 } = await pictureHeader(bytes);
  const deep = depth === 'ushort';
  // Where it is not named, sharp brings 16 bits down to 8.
  const target = deep ? (space === 'grey16' ? 'grey16' : 'rgb16') : space === 'b-w' ? 'b-w' : 'srgb';
  // A camera or a scanner may say that the picture is to be turned, and every viewer does so.
  const picture = orientation > 1 ? sharp(bytes).rotate() : sharp(bytes);
  const { data, info } = await picture
    .toColourspace(target)
    .raw({ depth: deep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const samples = deep ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
  return { samples, rows: info.height, columns: info.width, channels: info.channels };
}

/** The grey channel; the second and third must repeat it. A second one alone, and the fourth, is opacity. */
function greyOf(samples: Uint8Array | Uint16Array, channels: number): Float32Array {
  const grey = new Float32Array(samples.length / channels);
  for (let i = 0; i < grey.length; i++) grey[i] = samples[i * channels];
  for (let channel = 1; channels >= 3 && channel < 3; channel++) {
    if (grey.some((value, i) => samples[i * channels + channel] !== value)) {
      throw new ImageFileError('The picture is in colour; only greyscale images are read.');
    }
  }
  return grey;
}
