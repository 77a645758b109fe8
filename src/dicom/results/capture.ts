import { dcm } from './codes';
import {
  burnedInAnnotation,
  cautionLines,
  commonInstanceReference,
  lossyCompression,
  sourceImageItem,
} from './common';
import type { NativeExplanation, ResultContent } from './definition';
import type { RgbPicture } from '../../drawing/label';
import { patientOrientation, pixelAspect } from './plane';
import type { ResultContext } from './types';

/** Secondary Capture (PS3.3 A.8) of a picture in colour, made of the explained image. */
export function captureOf(
  context: ResultContext,
  { cautions }: NativeExplanation,
  picture: RgbPicture,
  description: string,
): ResultContent {
  const { source, model } = context;
  const dataset = {
    ...colourDerived(context, picture, description),
    ImageComments: comments(`AI - research use only. ${model.id} ${model.version}`, cautions),
    ...burnedInAnnotation(source, { isRequired: false }),
  };
  return { dataset, pixels: evenBytes([picture.pixels]) };
}

/** What every secondary capture in colour of the explained image has: derivation, orientation, pixel description. */
export function colourDerived(
  context: ResultContext,
  { width, height }: Pick<RgbPicture, 'width' | 'height'>,
  description: string,
): Record<string, unknown> {
  const { source } = context;
  const aspect = pixelAspect(source);
  return {
    ConversionType: 'WSD',
    ImageType: ['DERIVED', 'SECONDARY'],
    InstanceNumber: '1',
    ...patientOrientation(source),
    DerivationDescription: description,
    DerivationCodeSequence: [dcm('110001', 'Image Processing')],
    SourceImageSequence: [sourceImageItem(context)],
    ...lossyCompression(source, { isRequired: false }),
    ...commonInstanceReference(context),
    SamplesPerPixel: 3,
    PhotometricInterpretation: 'RGB',
    PlanarConfiguration: 0,
    Rows: height,
    Columns: width,
    // Pixel for pixel the film's: a viewer draws them as it draws those. Without spacing, which would be of the label too.
    ...(aspect[0] !== aspect[1] && { PixelAspectRatio: aspect }),
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
  };
}

/** Frames one behind the other, of an even number of bytes as every value has (PS3.5 7.1.1). */
export function evenBytes(frames: readonly ArrayLike<number>[]): Uint8Array {
  const bytes = frames.reduce((sum, { length }) => sum + length, 0);
  const even = new Uint8Array(bytes + (bytes % 2));
  let at = 0;
  for (const frame of frames) {
    even.set(frame, at);
    at += frame.length;
  }
  return even;
}

function comments(first: string, cautions: readonly string[]): string {
  return cautions.length === 0 ? first : `${first}\r\n${cautionLines(cautions)}`;
}
