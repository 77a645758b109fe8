import { EXPLICIT_LITTLE_ENDIAN, writeDicomFile } from '../write';
import { uidFrom } from '../uid';
import { dcm, sct } from './codes';
import {
  algorithmIdentification,
  commonAttributes,
  commonInstanceReference,
  derivation,
  lossyCompression,
  referenceTo,
} from './common';
import { explanationUid, instanceUid, type ResultKey } from './identifiers';
import { inPlaneGroups, patientOrientation, planeOf } from './plane';
import { ResultError, type Reference, type ResultContext, type ResultObject } from './types';
import { SEGMENTATION, LABEL_MAP_SEGMENTATION } from './sop-classes';
import { cut } from './values';

export type SegmentationEncoding = 'binary' | 'labelmap';

/** The pixels above one percentile of the map. */
export interface PercentileMask {
  /** In (0, 100). */
  percentile: number;
  /** rows × columns: 1 in, 0 out. */
  mask: Uint8Array;
}

/** Names the segmentation of these percentiles without making it. */
export function segmentationReference(
  key: ResultKey,
  percentiles: readonly number[],
  encoding: SegmentationEncoding = 'binary',
): Reference {
  const sorted = [...percentiles].sort((a, b) => a - b);
  const sopClass = encoding === 'binary' ? SEGMENTATION : LABEL_MAP_SEGMENTATION;
  return referenceTo('seg', sopClass, instanceUid('seg', key, encoding, ...sorted), key);
}

/**
 * DICOM Segmentation (PS3.3 A.51) of the pixels above one or several percentiles. One percentile gives one segment; several
 * give disjoint bands, the lowest first: a pixel belongs to the band of the highest percentile that it lies above.
 *
 * @param masks one a percentile, in any order; a higher percentile's pixels lie within a lower one's
 * @param rows of the explained image
 * @param encoding BINARY, one bit a pixel and one frame a segment; or LABELMAP (of 2023), one byte a pixel
 * @throws ResultError when no mask has a pixel, one is of another size than the image, or percentiles repeat
 */
export function writeSegmentation(
  context: ResultContext,
  masks: readonly PercentileMask[],
  { rows, columns, encoding = 'binary' }: { rows: number; columns: number; encoding?: SegmentationEncoding },
): ResultObject {
  const marked = markedBands(masks, rows * columns);
  const bands = marked.map(({ band }) => band);
  const labels = marked.map(({ label }) => label);
  const percentiles = masks.map(({ percentile }) => percentile);
  const reference = segmentationReference(context, percentiles, encoding);
  const isBinary = encoding === 'binary';
  const bits = isBinary ? 1 : 8;
  const dataset = {
    ...commonAttributes('seg', context, reference),
    ...(planeOf(context.source)?.module ?? patientOrientation(context.source)),
    ImageType: ['DERIVED', 'PRIMARY'],
    InstanceNumber: String(Math.round(10 * Math.min(...percentiles))),
    ContentLabel: 'AI_EXPLANATION',
    ContentDescription: cut(`Pixels that decided ${context.model.id}; research use only`, 64),
    ContentCreatorName: '',
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: rows,
    Columns: columns,
    BitsAllocated: bits,
    BitsStored: bits,
    HighBit: bits - 1,
    PixelRepresentation: 0,
    BurnedInAnnotation: 'NO',
    ...lossyCompression(context.source, { isRequired: true }),
    SegmentationType: isBinary ? 'BINARY' : 'LABELMAP',
    ...(isBinary ? {} : { PixelPaddingValue: 0 }),
    SegmentsOverlap: 'NO',
    SegmentSequence: labels.map((label, i) => segmentItem(context, i + 1, label)),
    ...commonInstanceReference(context),
    ...functionalGroups(context, isBinary ? labels.length : 1, isBinary),
  };
  const pixels = isBinary ? packBits(bands, rows * columns) : labelMap(bands, rows * columns);
  return { kind: 'seg', ...reference, bytes: writeDicomFile(dataset, pixels, EXPLICIT_LITTLE_ENDIAN) };
}

/** "AI explanation, top 10 %", or the band below the next percentile. */
function segmentLabel(percentile: number, next?: number): string {
  const percent = (value: number): string => `${Number((100 - value).toFixed(2))} %`;
  return next === undefined
    ? `AI explanation, top ${percent(percentile)}`
    : `AI explanation, top ${percent(percentile)} without the top ${percent(next)}`;
}

/** The pixels of one segment. */
interface Band {
  label: string;
  band: Uint8Array;
}

/**
 * Disjoint bands of masks, the lowest percentile first, those without a pixel left out: where the map marks less than a
 * percentile asks for, two percentiles select the same pixels.
 *
 * @throws ResultError when no mask has a pixel, one is of another size than the image, or percentiles repeat
 */
export function markedBands(masks: readonly PercentileMask[], pixels: number): Band[] {
  if (masks.length === 0) throw new ResultError('A segmentation needs at least one percentile.');
  const sorted = [...masks].sort((a, b) => a.percentile - b.percentile);
  sorted.forEach(({ percentile, mask }, i) => {
    if (mask.length !== pixels)
      throw new ResultError(`The mask has ${mask.length} pixels, the image ${pixels}.`);
    if (sorted[i + 1]?.percentile === percentile)
      throw new ResultError(`The percentile ${percentile} is given twice.`);
  });
  const bands = sorted.map(({ percentile, mask }, i): Band => {
    const above = sorted[i + 1];
    return {
      label: segmentLabel(percentile, above?.percentile),
      band: above ? mask.map((value, pixel) => (value && !above.mask[pixel] ? 1 : 0)) : mask,
    };
  });
  const marked = bands.filter(({ band }) => band.includes(1));
  if (marked.length === 0) {
    throw new ResultError(
      'The map marks nothing: no pixel lies above the percentile and above the floor of the method, so there is no ' +
        'segmentation to make. Choose a lower percentile, or other objects.',
    );
  }
  return marked;
}

function segmentItem(context: ResultContext, number: number, label: string): Record<string, unknown> {
  const { model, settings } = context;
  return {
    SegmentNumber: number,
    SegmentLabel: label,
    SegmentDescription: 'Part of the image whose change moves the score most; not a finding',
    SegmentAlgorithmType: 'AUTOMATIC',
    SegmentAlgorithmName: cut(`${model.id} ${model.version}, ${settings.methodId}`, 64),
    SegmentationAlgorithmIdentificationSequence: [algorithmIdentification(context)],
    // A region for the eye, not an anatomical structure or a lesion: the map says nothing of either.
    SegmentedPropertyCategoryCodeSequence: [sct('309825002', 'Spatial and Relational Concept')],
    SegmentedPropertyTypeCodeSequence: [dcm('111099', 'Selected region')],
    RecommendedDisplayCIELabValue: bandColours[Math.min(number, bandColours.length) - 1],
    TrackingID: cut(`${model.id} ${label}`, 64),
    TrackingUID: uidFrom(explanationUid('tracking', context), label),
  };
}

/** Yellow, orange, red, dark red in CIELab of PS3.3 C.10.7.1.1 (L scaled to 65535, a and b offset by 128). */
const bandColours = [
  [59000, 32000, 52500],
  [45000, 41500, 49500],
  [34900, 52900, 50100],
  [22000, 47000, 43000],
];

function functionalGroups(
  context: ResultContext,
  frames: number,
  isBinary: boolean,
): Record<string, unknown> {
  const organisation = explanationUid('dimension', context);
  const numbers = Array.from({ length: frames }, (_, i) => i + 1);
  return {
    NumberOfFrames: String(frames),
    DimensionOrganizationSequence: [{ DimensionOrganizationUID: organisation }],
    DimensionIndexSequence: [
      isBinary
        ? {
            DimensionOrganizationUID: organisation,
            DimensionIndexPointer: 0x0062000b,
            FunctionalGroupPointer: 0x0062000a,
            DimensionDescriptionLabel: 'Segment',
          }
        : {
            DimensionOrganizationUID: organisation,
            DimensionIndexPointer: 0x00209057,
            FunctionalGroupPointer: 0x00209111,
            DimensionDescriptionLabel: 'Frame',
          },
    ],
    SharedFunctionalGroupsSequence: [planeOf(context.source)?.groups ?? inPlaneGroups(context.source)],
    PerFrameFunctionalGroupsSequence: numbers.map(number => ({
      FrameContentSequence: [
        {
          DimensionIndexValues: number,
          ...(isBinary ? {} : { StackID: '1', InStackPositionNumber: number }),
        },
      ],
      ...(isBinary && { SegmentIdentificationSequence: [{ ReferencedSegmentNumber: number }] }),
      DerivationImageSequence: derivation(context, dcm('113076', 'Segmentation')),
    })),
  };
}

/** One bit a pixel, least significant first, frames joined without padding (PS3.5 8.1.1); even number of bytes. */
function packBits(bands: readonly Uint8Array[], pixels: number): Uint8Array {
  const bytes = Math.ceil((bands.length * pixels) / 8);
  const packed = new Uint8Array(bytes + (bytes % 2));
  bands.forEach((band, frame) => {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const bit = frame * pixels + pixel;
      if (band[pixel]) packed[bit >> 3] |= 1 << (bit & 7);
    }
  });
  return packed;
}

function labelMap(bands: readonly Uint8Array[], pixels: number): Uint8Array {
  const labels = new Uint8Array(pixels + (pixels % 2));
  bands.forEach((band, i) => {
    for (let pixel = 0; pixel < pixels; pixel++) if (band[pixel]) labels[pixel] = i + 1;
  });
  return labels;
}
