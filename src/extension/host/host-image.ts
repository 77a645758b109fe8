import { attributesOfInstance } from '../../dicom/attributes';
import { signedAs } from '../../dicom/lookup-table';
import { rescaleFault } from '../../dicom/modality-lut';
import type { Padding } from '../../dicom/padding';
import { declaredAspect } from '../../dicom/pixel-aspect';
import { declaredShutters } from '../../dicom/shutters';
import { BIAS_AT_12_BITS, JPEG_EXTENDED } from '../../dicom/transfer-syntax';
import { numberOf, textOf, textsOf } from '../../dicom/attribute-values';
import type { Failed, FailureCode } from '../failure';
import { modalityTable } from './modality-table';
import type {
  Cornerstone,
  CornerstoneImage,
  CornerstoneViewport,
  DisplaySet,
  Instance,
  PixelArray,
  Services,
} from './ohif-types';
import { ownPictureRefusal, type ImageAttributes } from '../../models/applicability';
import type { RawImage } from './raw-image';

/** The image that a viewport shows. */
export interface Target {
  viewportId: string;
  viewport: CornerstoneViewport;
  displaySet: DisplaySet;
  imageId: string;
  instance: Instance;
  /** Of an image of several frames, the one on display, from 1; undefined where the viewer does not say. */
  frame?: number;
  attributes: ImageAttributes;
}

/** Why there is nothing to explain. */
export type Refusal = Failed;
export type TargetOutcome = { target: Target } | { refusal: Refusal };

/** Finds the image that a viewport shows, or says why there is none to explain. */
export function findTarget(services: Services, cornerstone: Cornerstone, viewportId?: string): TargetOutcome {
  const id = viewportId ?? services.viewportGridService.getActiveViewportId();
  const displaySet = id ? displaySetOf(services, id) : undefined;
  if (!id || !displaySet) return { refusal: emptyReason(services, id) };
  const viewport = services.cornerstoneViewportService.getCornerstoneViewport(id);
  const instance = displaySet.instances?.[0] ?? displaySet.instance ?? {};
  const imageId = viewport?.getCurrentImageId?.();
  if (!viewport || !imageId) return { refusal: hopeless(displaySet) ?? notYetReason(displaySet, instance) };
  const shown = (cornerstone.metaData.get('instance', imageId) as Instance | undefined) ?? instance;
  if (isUndrawable(viewport, cornerstone, imageId)) return { refusal: undrawableReason(shown) };
  return {
    target: {
      viewportId: id,
      viewport,
      displaySet,
      imageId,
      instance: shown,
      frame: frameOf(shown, imageId),
      attributes: attributesOfInstance(shown),
    },
  };
}

/**
 * Whether a viewport has an image and no place for it: what it shows then is black, whatever the film is. A viewport that is
 * not laid out yet, or still loads, is no such case.
 */
function isUndrawable(viewport: CornerstoneViewport, cornerstone: Cornerstone, imageId: string): boolean {
  const image = cornerstone.cache.getImage(imageId);
  if (!image || !viewport.element?.clientWidth || !viewport.element.clientHeight) return false;
  const place = viewport.worldToCanvas([0, 0, 0]);
  return !place || !place.every(Number.isFinite);
}

function undrawableReason(instance: Instance): Refusal {
  const keywords = ['PixelSpacing', 'ImagerPixelSpacing', 'NominalScannedPixelSpacing'];
  const wrong = keywords.find(keyword => textsOf(instance[keyword]).some(value => !(Number(value) > 0)));
  const reason = wrong
    ? `: its ${wrong} is ${textsOf(instance[wrong]).join(' \\ ')}, which leaves no place for a pixel`
    : '';
  return {
    code: 'not-drawn',
    message:
      `The viewer cannot draw this image${reason}. An explanation could not be looked at beside its film, so none is ` +
      'made. Have the header corrected, or use "explain run", which needs no spacing.',
  };
}

/** Frame on display: OHIF adds it to the attributes of an image of several, and it is part of the image's address. */
function frameOf(instance: Instance, imageId: string): number | undefined {
  if ((numberOf(instance.NumberOfFrames) ?? 1) <= 1) return undefined;
  return numberOf(instance.frameNumber) ?? numberOf(/(?:\/frames\/|[?&]frame=)(\d+)/.exec(imageId)?.[1]);
}

/** The first display set of a viewport: the images, not the segmentations laid over them. */
function displaySetOf(services: Services, viewportId: string): DisplaySet | undefined {
  const uids = services.viewportGridService.getDisplaySetsUIDsForViewport(viewportId) ?? [];
  return uids.map(uid => services.displaySetService.getDisplaySetByUID(uid)).find(set => set !== undefined);
}

/** Why the viewport is empty: often because nothing in the study can be shown, or explained, at all. */
function emptyReason(services: Services, viewportId: string | null | undefined): Refusal {
  const all = services.displaySetService.getActiveDisplaySets?.() ?? [];
  const reasons = all.map(hopeless);
  const everyOne = reasons.length > 0 && reasons.every(reason => reason !== undefined);
  if (everyOne) return reasons[0]!;
  return viewportId
    ? { code: 'no-image', message: 'The active viewport shows no series. Open a chest X-ray in it.' }
    : { code: 'no-viewport', message: 'No viewport is active. Open an image and click on it.' };
}

/** Why a viewport that has a series shows no image of it: with rows and columns it has one, which is not there yet. */
function notYetReason(displaySet: DisplaySet, instance: Instance): Refusal {
  if (!numberOf(instance.Rows) || !numberOf(instance.Columns)) return noImageReason(displaySet, instance);
  return {
    code: 'loading',
    message:
      'The viewer has not loaded the image of this viewport yet. It is explained as soon as it is there, if asked for.',
  };
}

/** Why a display set can never be explained, as far as its attributes tell. */
function hopeless(displaySet: DisplaySet): Refusal | undefined {
  const instance = displaySet.instances?.[0] ?? displaySet.instance ?? {};
  const colour = (attributesOfInstance(instance).samplesPerPixel ?? 1) !== 1;
  return colour || displaySet.unsupported ? noImageReason(displaySet, instance) : undefined;
}

function colourRefusal({ isOwnPicture, samplesPerPixel = 1 }: ImageAttributes): Refusal {
  if (isOwnPicture) return { code: 'colour', message: ownPictureRefusal };
  const samples = samplesPerPixel === 1 ? 3 : samplesPerPixel;
  return {
    code: 'colour',
    message: `The image is in colour (${samples} samples per pixel); only greyscale images can be explained.`,
  };
}

function noImageReason(displaySet: DisplaySet, instance: Instance): Refusal {
  const attributes = attributesOfInstance(instance);
  if ((attributes.samplesPerPixel ?? 1) !== 1) return colourRefusal(attributes);
  const modality = displaySet.Modality ?? textOf(instance.Modality);
  const kind = modality ? `of modality ${modality}` : 'on display';
  return {
    code: 'no-pixels',
    message: `The object ${kind} has no image that the viewer can show, so there is nothing to explain.`,
  };
}

/** An image that is on its way into the viewport, as soon as it is there; undefined where none is, or it fails. */
function loading({ cache }: Cornerstone, imageId: string): Promise<CornerstoneImage | undefined> {
  const load = cache.getImageLoadObject?.(imageId);
  return Promise.resolve(load?.promise).catch(() => undefined);
}

/**
 * Copies an image's pixels out of Cornerstone's cache, with what the header says of them.
 *
 * @returns a refusal when the pixels are missing, incomplete, in colour or not greyscale, or when the header contradicts
 *   itself
 */
export async function readRawImage(
  target: Target,
  cornerstone: Cornerstone,
): Promise<{ raw: RawImage } | { refusal: Refusal }> {
  const { imageId, instance, attributes } = target;
  const samples = attributes.samplesPerPixel ?? 1;
  const image = cornerstone.cache.getImage(imageId) ?? (await loading(cornerstone, imageId));
  if (image?.color || samples !== 1) {
    return { refusal: colourRefusal(attributes) };
  }
  const photometric = attributes.photometric ?? metaPhotometric(cornerstone, imageId);
  if (photometric !== 'MONOCHROME1' && photometric !== 'MONOCHROME2') {
    return refused(
      'photometric',
      `The Photometric Interpretation is ${photometric ?? 'not stated'}; only MONOCHROME1 and MONOCHROME2 can be explained.`,
    );
  }
  const pixels = image && scalarData(image);
  if (!image || !pixels || pixels.length === 0) {
    return refused(
      'no-pixels',
      'The viewer holds no pixels of this image: it has none, or could not be decoded (truncated or damaged file).',
    );
  }
  const { rows, columns } = image;
  if (pixels.length !== rows * columns) {
    return refused(
      'truncated',
      `The image says ${columns} × ${rows} pixels but carries ${pixels.length}: the file is truncated or damaged.`,
    );
  }
  for (const keyword of ['RescaleSlope', 'RescaleIntercept'] as const) {
    if (textOf(instance[keyword]) !== undefined && numberOf(instance[keyword]) === undefined)
      return refused('damaged', `${keyword} is no number.`);
  }
  const [slope = 1, intercept = 0] = [numberOf(instance.RescaleSlope), numberOf(instance.RescaleIntercept)];
  const fault = rescaleFault({ slope, intercept });
  if (fault !== undefined) return refused('damaged', fault);
  const bits = bitsOf(instance, pixels);
  const table = await modalityTable(instance, bits.signed);
  const rescale = rescaling(image, instance);
  return {
    raw: {
      pixels: pixels.slice(),
      ...(isScaled(image) ? { applied: rescale } : {}),
      bias: decoderBias(instance, bits.bitsStored),
      format: { rows, columns, photometric, ...bits },
      lut: table ? { table } : rescale,
      padding: paddingOf(instance, bits.signed),
      pixelAspect: declaredAspect(keyword => textsOf(instance[keyword])),
      shutters: declaredShutters(keyword => textsOf(instance[keyword])),
    },
  };
}

/** What the viewer's decoder adds to samples of JPEG Extended, of 12 bits where more than 8 are stored. */
function decoderBias(instance: Instance, bitsStored: number): number {
  const syntax = textOf(instance.AvailableTransferSyntaxUID) ?? textOf(instance.TransferSyntaxUID);
  return syntax === JPEG_EXTENDED && bitsStored > 8 ? BIAS_AT_12_BITS : 0;
}

/** How the file stores its pixels; where the viewer was not told, 16 bits with the sign of the cached array. */
function bitsOf(
  instance: Instance,
  pixels: PixelArray,
): Pick<RawImage['format'], 'bytesPerPixel' | 'bitsStored' | 'highBit' | 'signed'> {
  const allocated = numberOf(instance.BitsAllocated) ?? 16;
  const bitsStored = numberOf(instance.BitsStored) ?? allocated;
  return {
    bytesPerPixel: allocated === 8 ? 1 : 2,
    bitsStored,
    highBit: numberOf(instance.HighBit) ?? bitsStored - 1,
    signed: (numberOf(instance.PixelRepresentation) ?? Number(pixels instanceof Int16Array)) === 1,
  };
}

/** Rescale Slope and Intercept, as Cornerstone applies them where it has done so. */
function rescaling(image: CornerstoneImage, instance: Instance): { slope: number; intercept: number } {
  return {
    slope: usable(image.slope) ?? numberOf(instance.RescaleSlope) ?? 1,
    intercept: image.intercept ?? numberOf(instance.RescaleIntercept) ?? 0,
  };
}

/** Pixel Padding Value and Range Limit, always in stored values. */
function paddingOf(instance: Instance, signed: boolean): Padding | undefined {
  const value = numberOf(instance.PixelPaddingValue);
  if (value === undefined) return undefined;
  const limit = numberOf(instance.PixelPaddingRangeLimit) ?? value;
  return { value: signedAs(value, signed), limit: signedAs(limit, signed) };
}

/** Whether the cached pixels are in modality units. */
export function isScaled(image: CornerstoneImage): boolean {
  return Boolean(image.isPreScaled || image.preScale?.scaled);
}

function usable(slope: number | undefined): number | undefined {
  return slope === undefined || slope === 0 || !Number.isFinite(slope) ? undefined : slope;
}

function scalarData(image: CornerstoneImage): PixelArray | undefined {
  return image.voxelManager?.getScalarData() ?? image.getPixelData?.();
}

function metaPhotometric(cornerstone: Cornerstone, imageId: string): string | undefined {
  return textOf(cornerstone.metaData.get('imagePixelModule', imageId)?.photometricInterpretation);
}

function refused(code: FailureCode, message: string): { refusal: Refusal } {
  return { refusal: { code, message } };
}
