// oxlint-disable-next-line no-restricted-imports -- its entry point needs all of Cornerstone, and its `exports` leave the decoder out
import JpegImage from '../../node_modules/@cornerstonejs/dicom-image-loader/dist/esm/codecs/jpeg.js';
import { DicomImageError } from './errors';
import type { PixelFormat } from './pixel-format';
import type { StoredPixels } from './stored-values';
import { BIAS_AT_12_BITS } from './transfer-syntax';

/**
 * Decodes a frame of JPEG Extended (processes 2 and 4, 8 or 12 bits) by the decoder of the viewer itself.
 *
 * The standard lets two decoders of a lossy image differ by a grey level, and on a black background a grey level decides
 * the rank of every pixel; so here and in the viewer it must be the same one. Its constant bias is taken off. As in the
 * viewer, ringing below black stays (values down to −15), for clipping it would be such a difference.
 *
 * @param frame one JPEG image of one component, its size already compared with the header
 * @param precision bits a sample, as the frame says
 * @throws DicomImageError `decode`, or `damaged` for signed pixels (PS3.5 8.2.1 has none)
 */
export function jpegExtendedPixels(
  frame: Uint8Array,
  format: PixelFormat,
  precision: number | undefined,
): StoredPixels {
  if (format.signed) {
    throw new DicomImageError(
      'damaged',
      'The header says that pixels are signed, which pixels in JPEG Extended never are. Fetch the file again.',
    );
  }
  const { rows, columns, bytesPerPixel } = format;
  let samples: Uint8Array | Uint16Array;
  try {
    const jpeg = new JpegImage();
    jpeg.parse(frame);
    samples = bytesPerPixel === 1 ? jpeg.getData(columns, rows) : jpeg.getData16(columns, rows);
  } catch (cause) {
    throw new DicomImageError(
      'decode',
      'The JPEG compressed pixels can’t be decoded: the file is damaged or cut off. Fetch it again, or have the archive send it uncompressed.',
      { cause },
    );
  }
  const bias = precision === 12 ? BIAS_AT_12_BITS : 0;
  const values = Int32Array.from(samples, sample => sample - bias);
  return { values, words: Uint16Array.from(values) };
}
