import { EXPLICIT_LITTLE_ENDIAN, writeDicomFile } from '../write';
import { concepts, dcm, noUnits, sct } from './codes';
import {
  cautionLines,
  commonAttributes,
  commonInstanceReference,
  derivation,
  describeExplanation,
  lossyCompression,
  referenceTo,
  sourceImageItem,
} from './common';
import { explanationUid, instanceUid, type ResultKey } from './identifiers';
import { planeOrOwn } from './plane';
import {
  ResultError,
  type ExplanationFigures,
  type Reference,
  type ResultContext,
  type ResultObject,
} from './types';
import { PARAMETRIC_MAP } from './sop-classes';
import { cut, decimalString } from './values';

/** Names the map without making it. */
export function mapReference(key: ResultKey): Reference {
  return referenceTo('pm', PARAMETRIC_MAP, instanceUid('pm', key), key);
}

/**
 * DICOM Parametric Map (PS3.3 A.75) with the explanation map as 32-bit floats, pixel for pixel over the explained image.
 *
 * @param map rows × columns, ≥ 0
 * @param cautions reasons for caution with this image, kept as Image Comments, a line each
 * @throws ResultError when the map has another size or holds a value that is not finite
 */
export function writeParametricMap(
  context: ResultContext,
  figures: ExplanationFigures,
  map: Float32Array,
  { rows, columns, cautions = [] }: { rows: number; columns: number; cautions?: readonly string[] },
): ResultObject {
  if (map.length !== rows * columns)
    throw new ResultError(`The map has ${map.length} pixels, the image ${rows * columns}.`);
  const maximum = largestOf(map);
  const reference = mapReference(context);
  const { model, settings } = context;
  const plane = planeOrOwn(context.source);
  const imageType = ['DERIVED', 'PRIMARY', 'OTHER', 'NONE'];
  const dataset = {
    ...commonAttributes('pm', context, reference),
    ...plane.module,
    ImageType: imageType,
    InstanceNumber: '1',
    ContentLabel: 'AI_EXPLANATION',
    ContentDescription: cut(`Explanation map of ${model.id}; research use only`, 64),
    ContentCreatorName: '',
    ContentQualification: 'RESEARCH',
    // The IOD has no place of its own for algorithm and score; `describeStoredMap` reads them here.
    DerivationDescription: describeExplanation(context, figures),
    ...(cautions.length > 0 && { ImageComments: cautionLines(cautions) }),
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
        RealWorldValueMappingSequence: [realWorldValues(maximum, settings.methodTitle)],
      },
    ],
    PerFrameFunctionalGroupsSequence: [
      {
        FrameContentSequence: [{ DimensionIndexValues: 1, StackID: '1', InStackPositionNumber: 1 }],
        DerivationImageSequence: derivation(context, dcm('110001', 'Image Processing')),
      },
    ],
  };
  return { kind: 'pm', ...reference, bytes: writeDicomFile(dataset, map, EXPLICIT_LITTLE_ENDIAN) };
}

function largestOf(map: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < map.length; i++) {
    if (!Number.isFinite(map[i])) throw new ResultError(`Pixel ${i} of the map is not a finite number.`);
    if (map[i] > largest) largest = map[i];
  }
  return largest;
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
function realWorldValues(maximum: number, method: string): Record<string, unknown> {
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
        ConceptCodeSequence: [concepts.map],
      },
    ],
  };
}
