import type { Decision } from '../../models/decision';
import { uidFrom } from '../uid';
import { concepts, dcm, sct } from './codes';
import { algorithmIdentification, commonInstanceReference, derivation, lossyCompression } from './common';
import { explanationUid } from './identifiers';
import { inPlaneGroups, patientOrientation, planeOf } from './plane';
import { regionColour } from './region-colours';
import type { ResultContext } from './types';
import { cut } from './values';

/**
 * What all segmentations of an explanation have in common (PS3.3 A.51, C.8.20), pixels and their kind left out.
 *
 * @param bySegment each frame is of one segment; else one frame holds all
 */
export function segmentationImage(
  context: ResultContext,
  { rows, columns }: { rows: number; columns: number },
  { bits, segments, bySegment }: { bits: 1 | 8; segments: Record<string, unknown>[]; bySegment: boolean },
): Record<string, unknown> {
  return {
    ...(planeOf(context.source)?.module ?? patientOrientation(context.source)),
    ImageType: ['DERIVED', 'PRIMARY'],
    ContentLabel: 'AI_EXPLANATION',
    ContentDescription: cut(`Highest map values for ${subjectOf(context)}; research use only`, 64),
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
    SegmentSequence: segments,
    ...commonInstanceReference(context),
    ...functionalGroups(context, bySegment ? segments.length : 1, bySegment),
  };
}

/** What the segments are about: the model, and the label that it is explained for. */
function subjectOf({ model, settings }: ResultContext): string {
  return settings.label === undefined ? model.id : `${model.id} ${settings.label}`;
}

/** One segment, from 1, of what was decided so. @param description what it is, at most 1024 characters */
export function segmentItem(
  context: ResultContext,
  decision: Decision,
  number: number,
  label: string,
  description: string,
): Record<string, unknown> {
  const { model, settings } = context;
  return {
    SegmentNumber: number,
    SegmentLabel: label,
    SegmentDescription: description,
    SegmentAlgorithmType: 'AUTOMATIC',
    SegmentAlgorithmName: cut(`${model.id} ${model.version}, ${settings.methodId}`, 64),
    SegmentationAlgorithmIdentificationSequence: [algorithmIdentification(context)],
    // A region for the eye, not an anatomical structure or a lesion: the map says nothing of either.
    SegmentedPropertyCategoryCodeSequence: [sct('309825002', 'Spatial and Relational Concept')],
    SegmentedPropertyTypeCodeSequence: [concepts.selectedRegion],
    RecommendedDisplayCIELabValue: regionColour(decision, number),
    ...segmentTracking(context, label),
  };
}

/** By what a segment is tracked: its group in the report says the same. */
export function segmentTracking(
  context: ResultContext,
  label: string,
): { TrackingID: string; TrackingUID: string } {
  return {
    TrackingID: cut(`${subjectOf(context)} ${label}`, 64),
    TrackingUID: uidFrom(explanationUid('tracking', context), label),
  };
}

/** Where the frames lie and what they were made of; @param bySegment each frame is of one segment */
function functionalGroups(
  context: ResultContext,
  frames: number,
  bySegment: boolean,
): Record<string, unknown> {
  const organisation = explanationUid('dimension', context);
  const numbers = Array.from({ length: frames }, (_, i) => i + 1);
  return {
    NumberOfFrames: String(frames),
    DimensionOrganizationSequence: [{ DimensionOrganizationUID: organisation }],
    DimensionIndexSequence: [
      bySegment
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
          ...(bySegment ? {} : { StackID: '1', InStackPositionNumber: number }),
        },
      ],
      ...(bySegment && { SegmentIdentificationSequence: [{ ReferencedSegmentNumber: number }] }),
      DerivationImageSequence: derivation(context, dcm('113076', 'Segmentation')),
    })),
  };
}
