import type * as DcmjsCodecs from 'dcmjs-codecs';
import { codestreamSize, endsWithMarker, type CodestreamSize } from './codestream';
import { DicomImageError } from './errors';
import type { PixelFormat } from './pixel-format';
import { decodeRle } from './rle';
import type { PixelCoding } from './transfer-syntax';

/** Blank images of JPEG-LS and JPEG 2000 shrink without bound: up to this size they are decoded all the same. */
const ALWAYS_ALLOWED_PIXELS = 1 << 20;
/** RLE stands for at most 128 equal bytes with two. */
const RLE_BYTES_PER_BYTE = 64;

/** Samples of one compressed frame, as its codestream has them. */
export interface DecodedFrame {
  /** Row-major; with a sign where the codestream has one. */
  samples: Int32Array;
  codestream: Pick<CodestreamSize, 'precision' | 'signed' | 'lossy'>;
}

/**
 * Decodes one compressed frame, by what the codestream itself says of size, precision and sign: the header may say
 * otherwise, and a codec that is told so reads other pixels. JPEG, JPEG-LS, JPEG 2000 and HTJ2K go through dcmjs-codecs
 * (libjpeg, CharLS, OpenJPEG and OpenJPH in WebAssembly).
 *
 * @throws DicomImageError `damaged` where frame and header contradict each other, `decode` where the codec fails
 */
export async function decodeFrame(
  frame: Uint8Array,
  coding: Exclude<PixelCoding, 'native'>,
  format: PixelFormat,
): Promise<DecodedFrame> {
  if (coding === 'rle') {
    checkRleSize(frame, format);
    const samples = samplesOf(decodeRle(frame, format), format.bytesPerPixel, false);
    return { samples, codestream: { precision: format.bitsAllocated, lossy: false } };
  }
  const codestream = checkedCodestream(frame, coding, format);
  const { precision, signed = false } = codestream;
  const bytesPerSample = precision > 8 ? 2 : 1;
  const codecs = await loadCodecs();
  const { NativeCodecs } = codecs;
  const context = new codecs.Context({
    ...contextOf({ ...format, bitsAllocated: bytesPerSample === 2 ? 16 : 8, bitsStored: precision, signed }),
    encodedBuffer: frame,
  });
  const decode = {
    jpeg: NativeCodecs.decodeJpeg,
    'jpeg-ls': NativeCodecs.decodeJpegLs,
    'jpeg-2000': NativeCodecs.decodeJpeg2000,
    htj2k: NativeCodecs.decodeHtJpeg2000,
  }[coding];
  let decoded: Uint8Array | undefined;
  try {
    decoded = decode.call(NativeCodecs, context, {}).getDecodedBuffer();
  } catch (cause) {
    // a codec that gave up may have left its memory in disorder: take a fresh one next time
    NativeCodecs.release();
    throw new DicomImageError('decode', decodeMessage(coding), { cause });
  }
  const expected = format.rows * format.columns * bytesPerSample;
  if (decoded?.length !== expected) throw new DicomImageError('decode', decodeMessage(coding));
  return { samples: samplesOf(decoded, bytesPerSample, signed), codestream };
}

function samplesOf(bytes: Uint8Array, bytesPerSample: 1 | 2, signed: boolean): Int32Array {
  const samples = new Int32Array(bytes.length / bytesPerSample);
  const shift = 32 - 8 * bytesPerSample;
  for (let i = 0; i < samples.length; i++) {
    const word = bytesPerSample === 1 ? bytes[i] : bytes[2 * i] | (bytes[2 * i + 1] << 8);
    samples[i] = signed ? (word << shift) >> shift : word;
  }
  return samples;
}

/**
 * Encodes one frame without loss (`jpeg`: process 14, first-order prediction).
 *
 * @param pixels stored pixels, little endian, `format.bytesPerPixel` a pixel
 */
export async function encodeFrame(
  pixels: Uint8Array,
  coding: Exclude<PixelCoding, 'native'>,
  format: PixelFormat,
): Promise<Uint8Array> {
  const codecs = await loadCodecs();
  const { NativeCodecs } = codecs;
  const context = new codecs.Context({ ...contextOf(format), decodedBuffer: pixels });
  const encode = {
    rle: NativeCodecs.encodeRle,
    jpeg: NativeCodecs.encodeJpeg,
    'jpeg-ls': NativeCodecs.encodeJpegLs,
    'jpeg-2000': NativeCodecs.encodeJpeg2000,
    htj2k: NativeCodecs.encodeHtJpeg2000,
  }[coding];
  const encoded = encode.call(NativeCodecs, context, { lossy: false, predictor: 1 }).getEncodedBuffer();
  if (!encoded) throw new Error(`The ${coding} encoder gave no bytes.`);
  return encoded;
}

function contextOf(
  format: Pick<PixelFormat, 'rows' | 'columns' | 'bitsAllocated' | 'bitsStored' | 'signed' | 'photometric'>,
): ConstructorParameters<Codecs['Context']>[0] {
  return {
    width: format.columns,
    height: format.rows,
    bitsAllocated: format.bitsAllocated,
    bitsStored: format.bitsStored,
    samplesPerPixel: 1,
    pixelRepresentation: format.signed ? 1 : 0,
    planarConfiguration: 0,
    photometricInterpretation: format.photometric,
  };
}

function decodeMessage(coding: PixelCoding): string {
  return `The ${coding.toUpperCase()} compressed pixels can’t be decoded: the file is damaged or cut off. Fetch it again, or have the archive send it uncompressed.`;
}

function checkRleSize(frame: Uint8Array, format: PixelFormat): void {
  if (format.rows * format.columns * format.bytesPerPixel > RLE_BYTES_PER_BYTE * frame.length) {
    throw sizeError(format, 'its RLE data can’t hold that many');
  }
}

/**
 * Compares what a compressed frame says of itself with the header, and with its own length, before anything is allocated.
 *
 * @throws DicomImageError `decode`, `colour` or `damaged`
 */
export function checkedCodestream(
  frame: Uint8Array,
  coding: Exclude<PixelCoding, 'native' | 'rle'>,
  format: PixelFormat,
): CodestreamSize {
  const { rows, columns } = format;
  const size = codestreamSize(frame, coding);
  if (!size) throw new DicomImageError('decode', decodeMessage(coding));
  if (size.components !== 1) {
    throw new DicomImageError(
      'colour',
      `The compressed image has ${size.components} colour components; only greyscale images are read.`,
    );
  }
  if (size.rows !== rows || size.columns !== columns) {
    throw sizeError(format, `its compressed data says ${size.columns} × ${size.rows}`);
  }
  checkPrecision(size, coding, format);
  if (coding === 'jpeg-ls' && size.lossy && size.precision < 8) {
    // DCMTK 3.6.7 writes a stream of 7 bits that neither CharLS nor GDCM nor a decoder after T.87 gives its pixels of.
    throw new DicomImageError(
      'unsupported-pixels',
      `JPEG-LS near-lossless pixels of ${size.precision} bits are not read, since programs differ in how they code them; 8 bits and more are. ` +
        'Have the archive send the file uncompressed.',
    );
  }
  // Without its end marker CharLS searches on beyond the frame, for a minute and through a gigabyte.
  if (coding === 'jpeg-ls' && !endsWithMarker(frame)) {
    throw new DicomImageError(
      'truncated',
      'The JPEG-LS compressed pixels end without their end marker: the file was cut off. Fetch it again.',
    );
  }
  const blankAllowed = coding === 'jpeg' ? 0 : ALWAYS_ALLOWED_PIXELS;
  if (rows * columns > Math.max(blankAllowed, size.pixelsPerByte * frame.length)) {
    throw sizeError(format, `its ${frame.length} compressed bytes can’t hold that many`);
  }
  return size;
}

/** Compares precision and sign of the codestream with those of the header. */
function checkPrecision(
  { precision, signed, lossy }: CodestreamSize,
  coding: PixelCoding,
  { bitsAllocated, bitsStored, signed: statedSigned }: PixelFormat,
): void {
  const damaged = (header: string, codestream: string): DicomImageError =>
    new DicomImageError(
      'damaged',
      `The header says ${header}, but the ${coding.toUpperCase()} compressed data hold ${codestream}. ` +
        'Have the archive send the file uncompressed.',
    );
  if (precision > bitsAllocated) {
    throw damaged(`${bitsAllocated} bits a pixel`, `${precision}`);
  }
  if (signed && !statedSigned) throw damaged('that pixels have no sign', 'pixels with one');
  // Without a sign of its own, the codestream has the words of signed pixels: their sign must be where it is looked for.
  if (statedSigned && !signed && (precision < bitsStored || (lossy && precision > bitsStored))) {
    throw damaged(`signed pixels of ${bitsStored} bits`, `${precision} bits without a sign`);
  }
}

function sizeError(format: PixelFormat, contradiction: string): DicomImageError {
  return new DicomImageError(
    'damaged',
    `The header says ${format.columns} × ${format.rows} pixels, but ${contradiction}. Fetch the file again.`,
  );
}

type Codecs = typeof DcmjsCodecs;

async function loadCodecs(): Promise<Codecs> {
  const imported: Codecs & { default?: Codecs } = await import('dcmjs-codecs');
  // a CommonJS package: Node's import() puts its exports under `default`, bundlers may not
  const codecs = imported.default ?? imported;
  if (!codecs.NativeCodecs.isInitialized()) {
    // what a codec has to say comes back as an error; nothing of a patient's file goes to the console
    codecs.log.setLevel('silent');
    await codecs.NativeCodecs.initializeAsync({
      logCodecsInfo: false,
      logCodecsTrace: false,
    });
  }
  return codecs;
}
