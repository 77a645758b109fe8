import { noFlipText, verdictText } from '../../models/verdict';
import type { Decision } from '../../models/decision';
import type { ModalityImage } from '../../models/preparation';
import { EXPLICIT_LITTLE_ENDIAN, writeDicomFile } from '../write';
import { dcm } from './codes';
import {
  cautionLines,
  commonAttributes,
  commonInstanceReference,
  lossyCompression,
  referenceTo,
  sourceImageItem,
} from './common';
import { instanceUid, type ResultKey } from './identifiers';
import { patientOrientation } from './plane';
import { drawCapture, type Palette } from './picture';
import type { ExplanationFigures, Reference, ResultContext, ResultObject } from './types';
import { SECONDARY_CAPTURE } from './sop-classes';
import { dicomDate, textOf } from './values';

/** Names the picture without making it. */
export function captureReference(key: ResultKey): Reference {
  return referenceTo('sc', SECONDARY_CAPTURE, instanceUid('sc', key), key);
}

/** What the picture shows. */
export interface CaptureContent {
  /** The explained image. */
  film: ModalityImage;
  /** rows × columns of the film, ≥ 0. */
  map: Float32Array;
  palette: Palette;
  /** Reasons for caution with this image. */
  cautions: readonly string[];
}

/**
 * Secondary Capture (PS3.3 A.8) in colour: the film with the map laid over it, a colour bar, and a label of model, score,
 * date and reasons for caution, all burned in, for archives and viewers that show nothing else.
 */
export function writeSecondaryCapture(
  context: ResultContext,
  figures: ExplanationFigures,
  { film, map, palette, cautions }: CaptureContent,
): ResultObject {
  const { source, model, settings, created } = context;
  const averaged = settings.augment > 0 ? `, mean of ${settings.augment} transforms` : '';
  const label = {
    title: 'AI - research use only. Not for diagnosis.',
    lines: [
      `Model ${model.id} ${model.version}   ${isoDate(created)}`,
      scoreLine(figures.decision),
      verdictText(model.classes, figures.decision),
      `${settings.methodId}${averaged}`,
    ],
    cautions: [
      ...(figures.flip === false ? [noFlipText] : []),
      ...cautions.map(caution => `Caution: ${caution}`),
    ],
  };
  const picture = drawCapture(film, map, palette, label);
  const reference = captureReference(context);
  const burnedIn = textOf(source, 'BurnedInAnnotation');
  const dataset = {
    ...commonAttributes('sc', context, reference),
    ConversionType: 'WSD',
    ImageType: ['DERIVED', 'SECONDARY'],
    InstanceNumber: '1',
    ...patientOrientation(source),
    DerivationDescription: 'Explanation map of a classifier burned into the image; research use only',
    DerivationCodeSequence: [dcm('110001', 'Image Processing')],
    SourceImageSequence: [sourceImageItem(context)],
    ImageComments: comments(`AI - research use only. ${model.id} ${model.version}`, cautions),
    ...(burnedIn && { BurnedInAnnotation: burnedIn }),
    ...lossyCompression(source, { isRequired: false }),
    ...commonInstanceReference(context),
    SamplesPerPixel: 3,
    PhotometricInterpretation: 'RGB',
    PlanarConfiguration: 0,
    Rows: picture.height,
    Columns: picture.width,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
  };
  const even = new Uint8Array(picture.pixels.length + (picture.pixels.length % 2));
  even.set(picture.pixels);
  return { kind: 'sc', ...reference, bytes: writeDicomFile(dataset, even, EXPLICIT_LITTLE_ENDIAN) };
}

function comments(first: string, cautions: readonly string[]): string {
  return cautions.length === 0 ? first : `${first}\r\n${cautionLines(cautions)}`;
}

function isoDate(moment: Date): string {
  const date = dicomDate(moment);
  return `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
}

function scoreLine(decision: Decision): string {
  return decision.kind === 'classes'
    ? `Probability ${decision.score.toFixed(3)}`
    : `Score ${decision.score.toFixed(3)}   operating point ${decision.operatingPoint.toFixed(3)}`;
}
