/**
 * Why a DICOM file gave no image.
 *
 * - `not-dicom`: not a DICOM file at all
 * - `truncated`: the file ends before its data does
 * - `damaged`: a header that can't be read, or values that contradict each other
 * - `no-pixels`: a DICOM object without an image (a report, or an image whose pixels are missing)
 * - `colour`: more than one sample a pixel, or palette colour
 * - `multi-frame`: several frames and none chosen, or a frame that isn't there
 * - `unsupported-syntax`, `unsupported-pixels`: an encoding, or a kind of pixel, that is not read here
 * - `decode`: the compressed pixels can't be decoded
 */
export type DicomImageErrorCode =
  | 'not-dicom'
  | 'truncated'
  | 'damaged'
  | 'no-pixels'
  | 'colour'
  | 'multi-frame'
  | 'unsupported-syntax'
  | 'unsupported-pixels'
  | 'decode';

/** A file that can't be read as one greyscale image; the message says what is wrong and what to do. */
export class DicomImageError extends Error {
  override name = 'DicomImageError';

  constructor(
    readonly code: DicomImageErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
