import type { DataSet } from './data-set';
import { DicomImageError } from './errors';
import { integerOf } from './number-strings';

/** How pixels are stored (PS3.3 C.7.6.3, PS3.5 section 8). */
export interface PixelFormat {
  rows: number;
  columns: number;
  frames: number;
  bitsAllocated: 8 | 16;
  bitsStored: number;
  highBit: number;
  signed: boolean;
  bytesPerPixel: 1 | 2;
  photometric: 'MONOCHROME1' | 'MONOCHROME2';
}

/** Pixels, more than any radiograph has (a full-field mammogram has some 25 million). */
export const LARGEST_IMAGE = 1 << 27;

/**
 * Reads and checks the image pixel module.
 *
 * @throws DicomImageError `no-pixels`, `colour`, `unsupported-pixels` or `damaged`
 */
export function pixelFormat(dataSet: DataSet): PixelFormat {
  const rows = dataSet.uint16('x00280010');
  const columns = dataSet.uint16('x00280011');
  if (!dataSet.elements.x7fe00010) throw missingPixels(dataSet);
  if (!rows || !columns) {
    throw new DicomImageError('damaged', 'The header does not say how many rows and columns the image has.');
  }
  if (rows * columns > LARGEST_IMAGE) {
    throw new DicomImageError(
      'damaged',
      `The header says ${columns} × ${rows} pixels, more than any radiograph has.`,
    );
  }
  const photometric = greyscale(dataSet);
  const bitsAllocated = dataSet.uint16('x00280100') ?? 0;
  const bitsStored = dataSet.uint16('x00280101') ?? bitsAllocated;
  const highBit = dataSet.uint16('x00280102') ?? bitsStored - 1;
  if (bitsAllocated !== 8 && bitsAllocated !== 16) {
    throw new DicomImageError(
      'unsupported-pixels',
      `Pixels of ${bitsAllocated} allocated bits are not read; only 8 and 16 are.`,
    );
  }
  if (bitsStored < 1 || bitsStored > bitsAllocated || highBit >= bitsAllocated || highBit < bitsStored - 1) {
    throw new DicomImageError(
      'damaged',
      `The header contradicts itself: ${bitsStored} bits stored, high bit ${highBit}, ${bitsAllocated} bits allocated.`,
    );
  }
  return {
    rows,
    columns,
    frames: frameCount(dataSet),
    bitsAllocated,
    bitsStored,
    highBit,
    signed: dataSet.uint16('x00280103') === 1,
    bytesPerPixel: bitsAllocated === 8 ? 1 : 2,
    photometric,
  };
}

function missingPixels(dataSet: DataSet): DicomImageError {
  if (dataSet.elements.x7fe00008 || dataSet.elements.x7fe00009) {
    return new DicomImageError(
      'unsupported-pixels',
      'Floating-point pixels are not read; only whole numbers are.',
    );
  }
  if (dataSet.trailingBytes > 0) {
    return new DicomImageError(
      'truncated',
      'The file ends within its header: it was cut off. Fetch the file again.',
    );
  }
  const modality = dataSet.string('x00080060');
  const isImage = dataSet.elements.x00280010 !== undefined;
  return new DicomImageError(
    'no-pixels',
    isImage
      ? 'The file describes an image, but its pixels are missing. Fetch it again with its pixel data.'
      : `This DICOM object${modality ? ` (${modality})` : ''} holds no image. Choose an image.`,
  );
}

function greyscale(dataSet: DataSet): 'MONOCHROME1' | 'MONOCHROME2' {
  const samples = dataSet.uint16('x00280002') ?? 1;
  const photometric = dataSet.string('x00280004')?.trim();
  if (
    samples !== 1 ||
    (photometric !== 'MONOCHROME1' && photometric !== 'MONOCHROME2' && photometric !== undefined)
  ) {
    throw new DicomImageError(
      'colour',
      `This is a colour image (${photometric ?? 'photometric interpretation not stated'}, ${samples} samples a pixel); only greyscale images are read.`,
    );
  }
  if (photometric === undefined) {
    throw new DicomImageError(
      'damaged',
      'The header does not say whether high values are bright or dark (Photometric Interpretation is missing).',
    );
  }
  return photometric;
}

function frameCount(dataSet: DataSet): number {
  const text = dataSet.string('x00280008')?.trim();
  if (!text) return 1;
  const frames = integerOf(text);
  // Some writers say 0 of a single image.
  if (frames === 0) return 1;
  if (!Number.isInteger(frames) || frames < 1) {
    throw new DicomImageError('damaged', `The header says ${text.slice(0, 16)} frames.`);
  }
  return frames;
}
