import sharp, { type Metadata } from 'sharp';
import { LARGEST_IMAGE } from '../dicom/pixel-format';

/** An image file that cannot be explained, with the reason. */
export class ImageFileError extends Error {
  override name = 'ImageFileError';
}

/**
 * Pixels that a byte of a film's file may stand for. Films of eight bits have some 2 to 10 a byte, ten times as many where most is
 * black; JPEG has the bound of the same coding in DICOM (codestream.ts).
 */
const PIXELS_PER_BYTE = { png: 100, jpeg: 256 };
/** Drawn pictures shrink without bound: up to this size they are decoded all the same. */
const ALWAYS_ALLOWED_PIXELS = 1 << 22;

/** A few kilobytes can state a picture of gigabytes: `sharp`'s own bound is left to {@link pictureHeader}. */
const unlimited = { limitInputPixels: false };

/**
 * Reads the header of a PNG or JPEG, and judges by it and by the length of the file whether it may be decoded, before anything is.
 *
 * @param alwaysAllowed pixels that are decoded however short the file is
 * @throws ImageFileError for a picture that is larger than any radiograph, or than its file can hold
 */
export async function pictureHeader(
  bytes: Uint8Array,
  alwaysAllowed = ALWAYS_ALLOWED_PIXELS,
): Promise<Metadata> {
  const header = await sharp(bytes, unlimited).metadata();
  const { width, height, channels, format } = header;
  const size = `${width} × ${height} pixels`;
  if (width * height > LARGEST_IMAGE)
    throw new ImageFileError(`The picture has ${size}, more than any radiograph has.`);
  // Every channel is decoded, though one is used.
  if (width * height * channels > LARGEST_IMAGE)
    throw new ImageFileError(
      `The picture has ${size} of ${channels} channels, more than any radiograph has. Store it with one channel of grey.`,
    );
  const most = PIXELS_PER_BYTE[format === 'jpeg' ? 'jpeg' : 'png'] * bytes.length;
  if (width * height > Math.max(alwaysAllowed, most))
    throw new ImageFileError(
      `The picture has ${size}, more than a radiograph has in a file of ${bytes.length} bytes: it is empty or damaged.`,
    );
  return header;
}
