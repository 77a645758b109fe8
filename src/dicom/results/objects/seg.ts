import { uidFrom } from '../../uid';
import { dcm, sct } from '../codes';
import { algorithmIdentification, commonInstanceReference, derivation, lossyCompression } from '../common';
import type { ResultContent, ResultDefinition, ResultRequest } from '../definition';
import { explanationUid } from '../identifiers';
import { markedBands } from '../marked-bands';
import { inPlaneGroups, patientOrientation, planeOf } from '../plane';
import type { ResultContext } from '../types';
import { SEGMENTATION, LABEL_MAP_SEGMENTATION } from '../sop-classes';
import { cut } from '../values';

/** Segmentation of the pixels above one or several percentiles. */
export const seg = {
  id: 'seg',
  title: 'DICOM SEG',
  noun: 'segmentation',
  label: 'Mask (SEG)',
  modality: 'SEG',
  series: { number: 90000, description: 'AI explanation - research use only' },
  needsLaterality: false,
  needsMarks: true,
  inReport: 'segments',
  readBack: { of: 'percentile' },
  identify: ({ percentiles, encoding = 'binary' }) => ({
    sopClassUid: encoding === 'binary' ? SEGMENTATION : LABEL_MAP_SEGMENTATION,
    variant: [encoding, ...[...percentiles].sort((a, b) => a - b)],
  }),
  compose: segmentation,
} as const satisfies ResultDefinition;

/**
 * DICOM Segmentation (PS3.3 A.51) of the pixels above one or several percentiles. One percentile gives one segment; several
 * give disjoint bands, the lowest first: a pixel belongs to the band of the highest percentile that it lies above.
 *
 * @throws ResultError when no mask has a pixel, one is of another size than the image, or percentiles repeat
 */
function segmentation({ context, explanation, masks, form }: ResultRequest): ResultContent {
  const { rows, columns } = explanation.film;
  const isBinary = (form.encoding ?? 'binary') === 'binary';
  const marked = markedBands(masks, rows * columns);
  const bands = marked.map(({ band }) => band);
  const labels = marked.map(({ label }) => label);
  const percentiles = masks.map(({ percentile }) => percentile);
  const bits = isBinary ? 1 : 8;
  const dataset = {
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
  return { dataset, pixels };
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
