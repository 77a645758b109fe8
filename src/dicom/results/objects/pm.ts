import { stabilityText } from '../../../models/stability';
import { dcm, mapQuantity, noUnits, sct, type Code } from '../codes';
import {
  cautionLines,
  commonInstanceReference,
  derivation,
  describeExplanation,
  lossyCompression,
  sourceImageItem,
} from '../common';
import type { ResultContent, ResultDefinition, ResultRequest } from '../definition';
import { explanationUid } from '../identifiers';
import { finiteLargest } from '../largest';
import { planeOf, planeOrOwn } from '../plane';
import { ResultError, type ResultContext } from '../types';
import { PARAMETRIC_MAP } from '../sop-classes';
import { describeStoredMap } from '../stored-map';
import { cut, decimalString } from '../values';

/** Parametric Map with the map's values, which holds the whole explanation. */
export const pm = {
  id: 'pm',
  title: 'DICOM parametric map',
  noun: 'map',
  label: 'Map (Parametric Map)',
  modality: 'OT',
  series: { place: 2, description: 'AI map' },
  needsLaterality: true,
  needsMarks: false,
  inReport: 'visual-explanation',
  readBack: { of: 'explanation', describe: describeStoredMap },
  identify: () => ({ sopClassUid: PARAMETRIC_MAP, variant: [] }),
  compose: parametricMap,
} as const satisfies ResultDefinition;

/** The standard asks for an orientation in the patient where the image has none to give; viewers draw letters of it. */
const unplaced =
  'The image states no place in the patient. The orientation of this map is that of its own rows and columns, stated because the ' +
  'object must state one: letters such as R, L, A or P that a viewer derives from it say nothing of the patient.';

/**
 * DICOM Parametric Map (PS3.3 A.75) with the explanation map as 32-bit floats, pixel for pixel over the explained image.
 * Reasons for caution are kept as Image Comments, a line each, and before them how far the transforms of an averaged map agree.
 *
 * @throws ResultError when the map has another size or holds a value that is not finite
 */
function parametricMap({ context, explanation }: ResultRequest): ResultContent {
  const { map, figures, cautions, mapKind, stability } = explanation;
  const { rows, columns } = explanation.film;
  if (map.length !== rows * columns)
    throw new ResultError(`The map has ${map.length} pixels, the image ${rows * columns}.`);
  const maximum = finiteLargest(map);
  const { model, settings } = context;
  const plane = planeOrOwn(context.source);
  const comments = [
    ...(planeOf(context.source) ? [] : [unplaced]),
    ...(stability ? [stabilityText(stability)] : []),
    ...(cautions.length > 0 ? [cautionLines(cautions)] : []),
  ];
  const imageType = ['DERIVED', 'PRIMARY', 'OTHER', 'NONE'];
  const dataset = {
    ...plane.module,
    ImageType: imageType,
    InstanceNumber: '1',
    ContentLabel: 'AI_EXPLANATION',
    ContentDescription: cut(`Explanation map of ${model.id}; research use only`, 64),
    ContentCreatorName: '',
    ContentQualification: 'RESEARCH',
    // The IOD has no place of its own for algorithm and score; `describeStoredMap` reads them here.
    DerivationDescription: describeExplanation(context, figures, stability),
    ...(comments.length > 0 && { ImageComments: comments.join('\r\n') }),
    SourceImageSequence: [sourceImageItem(context)],
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    PresentationLUTShape: 'IDENTITY',
    Rows: rows,
    Columns: columns,
    BitsAllocated: 32,
    BurnedInAnnotation: 'NO',
    RecognizableVisualFeatures: 'NO',
    ...lossyCompression(context.source, { isRequired: true }),
    AcquisitionContextSequence: [],
    NumberOfFrames: '1',
    ...commonInstanceReference(context),
    ...dimensions(context),
    SharedFunctionalGroupsSequence: [
      {
        ...plane.groups,
        ParametricMapFrameTypeSequence: [{ FrameType: imageType }],
        PixelValueTransformationSequence: [{ RescaleIntercept: '0', RescaleSlope: '1', RescaleType: 'US' }],
        FrameVOILUTSequence: [
          {
            WindowCenter: decimalString(maximum / 2 || 0.5),
            WindowWidth: decimalString(maximum || 1),
            VOILUTFunction: 'LINEAR_EXACT',
          },
        ],
        RealWorldValueMappingSequence: [realWorldValues(maximum, settings.methodTitle, mapQuantity(mapKind))],
      },
    ],
    PerFrameFunctionalGroupsSequence: [
      {
        FrameContentSequence: [{ DimensionIndexValues: 1, StackID: '1', InStackPositionNumber: 1 }],
        DerivationImageSequence: derivation(context, dcm('110001', 'Image Processing')),
      },
    ],
  };
  return { dataset, pixels: map };
}

function dimensions(context: ResultContext): Record<string, unknown> {
  const organisation = explanationUid('dimension', context);
  return {
    DimensionOrganizationSequence: [{ DimensionOrganizationUID: organisation }],
    DimensionIndexSequence: [
      {
        DimensionOrganizationUID: organisation,
        DimensionIndexPointer: 0x00209057,
        FunctionalGroupPointer: 0x00209111,
        DimensionDescriptionLabel: 'Frame',
      },
    ],
  };
}

/** Stored values are the map's own: slope 1, intercept 0, no unit. */
function realWorldValues(maximum: number, method: string, quantity: Code): Record<string, unknown> {
  return {
    LUTLabel: 'EXPLANATION_MAP',
    LUTExplanation: cut(method, 64),
    DoubleFloatRealWorldValueFirstValueMapped: 0,
    DoubleFloatRealWorldValueLastValueMapped: maximum,
    RealWorldValueIntercept: 0,
    RealWorldValueSlope: 1,
    MeasurementUnitsCodeSequence: [noUnits],
    QuantityDefinitionSequence: [
      {
        ValueType: 'CODE',
        ConceptNameCodeSequence: [sct('246205007', 'Quantity')],
        ConceptCodeSequence: [quantity],
      },
    ],
  };
}
