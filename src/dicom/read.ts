import type { DataSet } from './data-set';
import type { ImageAttributes } from '../models/applicability';
import type { ModalityImage } from '../models/preparation';
import { attributesOf } from './attributes';
import { checkedCodestream, decodeFrame } from './codecs';
import { DicomImageError } from './errors';
import { frameBytes } from './frame-bytes';
import { jpegExtendedPixels } from './jpeg-extended';
import { modalityImage } from './modality-image';
import { modalityLut } from './modality-lut';
import { declaredPadding } from './padding';
import { parseFile } from './parse';
import { ASPECT_TAGS, declaredAspect } from './pixel-aspect';
import { pixelFormat } from './pixel-format';
import type { PixelFormat } from './pixel-format';
import { declaredShutters, SHUTTER_TAGS } from './shutters';
import { storedPixels, storedSamples, type StoredPixels } from './stored-values';
import { JPEG_EXTENDED, pixelCoding } from './transfer-syntax';
import type { PixelCoding } from './transfer-syntax';
import { declaredVois, type Voi } from './voi';

/** One greyscale frame of a DICOM file, and what its header says about it. */
export interface DicomImage {
  image: ModalityImage;
  attributes: ImageAttributes;
  /** How the header wants it shown to people, best first; the networks see none of it. */
  vois: Voi[];
}

/**
 * Reads one greyscale frame: transfer syntax undone, stored bits taken out, modality LUT applied, padding marked.
 * MONOCHROME1 stays as it is (its `photometric` says so); the VOI is read, not applied.
 * Runs in Node and in browsers; compressed frames in Node alone, where the codecs find their WebAssembly file beside them.
 *
 * @param bytes a DICOM Part 10 file
 * @param options `frame`: from 1, needed where the file has several
 * @throws DicomImageError with a code and a message that says what to do
 */
export async function readDicomImage(
  bytes: Uint8Array,
  options: { frame?: number } = {},
): Promise<DicomImage> {
  const dataSet = parseFile(bytes);
  try {
    return { ...(await readFrame(dataSet, options.frame)), attributes: attributesOf(dataSet) };
  } catch (cause) {
    throw readError(cause);
  }
}

/**
 * Reads the header alone: also of objects that hold no image.
 *
 * @throws DicomImageError `not-dicom`, `truncated` or `damaged`
 */
export function readDicomAttributes(bytes: Uint8Array): ImageAttributes {
  const dataSet = parseFile(bytes);
  try {
    return attributesOf(dataSet);
  } catch (cause) {
    throw readError(cause);
  }
}

/** Values are read on demand, so a length that points past the end shows itself late, as whatever the parser throws. */
function readError(cause: unknown): DicomImageError {
  if (cause instanceof DicomImageError) return cause;
  return new DicomImageError(
    'damaged',
    'The image can’t be read: its header is damaged. Fetch the file again.',
    {
      cause,
    },
  );
}

async function readFrame(
  dataSet: DataSet,
  wanted: number | undefined,
): Promise<Pick<DicomImage, 'image' | 'vois'>> {
  const format = pixelFormat(dataSet);
  const frame = chooseFrame(format.frames, wanted);
  const syntax = dataSet.string('x00020010')?.trim() ?? '';
  const coding = knownCoding(syntax);
  const bytes = frameBytes(dataSet, format, coding, frame);
  const stored = await decodeStored(dataSet, bytes, syntax, coding, format);
  const lut = modalityLut(dataSet, format.signed);
  const image = modalityImage(stored, {
    format,
    lut,
    padding: declaredPadding(dataSet, format.signed),
    pixelAspect: declaredAspect(keyword => dataSet.string(ASPECT_TAGS[keyword])?.split('\\') ?? []),
    shutters: declaredShutters(keyword => dataSet.string(SHUTTER_TAGS[keyword])?.split('\\') ?? []),
  });
  return { image, vois: declaredVois(dataSet, lut, format.signed) };
}

async function decodeStored(
  dataSet: DataSet,
  bytes: Uint8Array,
  syntax: string,
  coding: PixelCoding,
  format: PixelFormat,
): Promise<StoredPixels> {
  if (coding === 'native') return storedPixels(bytes, format);
  if (syntax === JPEG_EXTENDED) {
    const { precision } = checkedCodestream(bytes, 'jpeg', format);
    return jpegExtendedPixels(bytes, format, precision);
  }
  return storedSamples(await decodeFrame(bytes, coding, format), format, hasOverlayBits(dataSet));
}

function chooseFrame(frames: number, wanted: number | undefined): number {
  if (wanted === undefined) {
    if (frames === 1) return 0;
    throw new DicomImageError(
      'multi-frame',
      `The file has ${frames} frames. Choose one, from 1 to ${frames}.`,
    );
  }
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > frames) {
    throw new DicomImageError(
      'multi-frame',
      `There is no frame ${wanted}: the file has frames 1 to ${frames}.`,
    );
  }
  return wanted - 1;
}

function knownCoding(syntax: string): PixelCoding {
  const coding = pixelCoding(syntax);
  if (coding) return coding;
  throw new DicomImageError(
    'unsupported-syntax',
    `The transfer syntax ${syntax || '(not stated)'} is not read. Have the archive send the image uncompressed or as JPEG, JPEG-LS or JPEG 2000.`,
  );
}

/** Whether overlays lie in the pixels' own words (PS3.3 C.9.2, retired): Overlay Bit Position is that of no pixel bit. */
function hasOverlayBits(dataSet: DataSet): boolean {
  const groups = Array.from({ length: 16 }, (_, i) => `x60${(2 * i).toString(16).padStart(2, '0')}0102`);
  return groups.some(tag => (dataSet.uint16(tag) ?? 0) > 0);
}
