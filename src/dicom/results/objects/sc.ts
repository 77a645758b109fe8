import { pointOf, type Decision } from '../../../models/decision';
import { momentText } from '../../../models/moment';
import { directionText, doubtsOf, verdictText } from '../../../models/verdict';
import { dcm } from '../codes';
import { cautionLines, commonInstanceReference, lossyCompression, sourceImageItem } from '../common';
import type { ResultContent, ResultDefinition, ResultRequest } from '../definition';
import { patientOrientation } from '../plane';
import { drawCapture } from '../picture';
import type { ResultContext } from '../types';
import { SECONDARY_CAPTURE } from '../sop-classes';
import { textOf } from '../values';

const usualColours = 'inferno';

/** Secondary Capture: a picture of the explanation. */
export const sc = {
  id: 'sc',
  title: 'DICOM secondary capture',
  noun: 'picture',
  label: 'Picture (Secondary Capture)',
  modality: 'OT',
  series: { number: 92000, description: 'AI explanation picture - research use only' },
  needsLaterality: true,
  needsMarks: false,
  inReport: 'visual-explanation',
  // Other colours are another picture; that of the usual ones keeps its name.
  identify: ({ colours = usualColours }) => ({
    sopClassUid: SECONDARY_CAPTURE,
    variant: colours === usualColours ? [] : [colours],
  }),
  compose: secondaryCapture,
} as const satisfies ResultDefinition;

/**
 * Secondary Capture (PS3.3 A.8) in colour: the film with the map laid over it, a colour bar, and a label of model, score,
 * date and time, how it was made, what the colours mean and reasons for caution, all burned in, for archives and viewers that
 * show nothing else. Without the mask, which is the segmentation's: the picture is the same whatever the percentile.
 */
function secondaryCapture({ context, explanation, form }: ResultRequest): ResultContent {
  const { film, map, figures, mapKind, cautions } = explanation;
  const { colours = usualColours } = form;
  const palette = (value: number) => explanation.palette(value, colours);
  const { source, model, settings, created } = context;
  const doubts = doubtsOf(figures);
  const direction = directionText(figures, mapKind);
  const label = {
    title: 'AI - research use only. Not for diagnosis.',
    lines: [
      `Model ${model.id} ${model.version}   ${momentText(created)}`,
      scoreLine(figures.decision),
      verdictText(model.classes, figures.decision),
      madeBy(settings),
      `Colour map ${colours}`,
      ...(figures.flip === false ? [] : [direction]),
    ],
    cautions: [
      ...doubts,
      ...(figures.flip === false ? [direction] : []),
      ...cautions.map(caution => `Caution: ${caution}`),
    ],
  };
  const picture = drawCapture(film, map, palette, label);
  const burnedIn = textOf(source, 'BurnedInAnnotation');
  const dataset = {
    ConversionType: 'WSD',
    ImageType: ['DERIVED', 'SECONDARY'],
    InstanceNumber: '1',
    ...patientOrientation(source),
    DerivationDescription: `Explanation map of a classifier burned into the image, colour map ${colours}; research use only`,
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
  return { dataset, pixels: even };
}

function comments(first: string, cautions: readonly string[]): string {
  return cautions.length === 0 ? first : `${first}\r\n${cautionLines(cautions)}`;
}

function madeBy({ methodTitle, generator, augment, backend }: ResultContext['settings']): string {
  const made = generator === undefined ? methodTitle : `${methodTitle} (${generator})`;
  const averaged = augment > 0 ? `, mean of ${augment} transforms` : '';
  return `${made}${averaged}   backend ${backend}`;
}

function scoreLine(decision: Decision): string {
  const point = pointOf(decision);
  return point === undefined
    ? `Probability ${decision.score.toFixed(3)}`
    : `Score ${decision.score.toFixed(3)}   operating point ${point.toFixed(3)}`;
}
