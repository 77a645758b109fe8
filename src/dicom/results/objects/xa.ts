import { generatedLabel } from '../../../drawing/generated-label';
import { captureOf } from '../capture';
import type { ResultContent, ResultDefinition, ResultRequest } from '../definition';
import { drawPicture } from '../picture';
import { SECONDARY_CAPTURE } from '../sop-classes';
import { ResultError } from '../types';

const mark = 'AI-GENERATED, NOT A RADIOGRAPH';

/** The adversarial image x_a, for studies of the method; made for nobody who does not ask for it by name. */
export const xa = {
  id: 'xa',
  title: 'DICOM secondary capture of x_a',
  noun: 'generated image',
  label: 'Generated image x_a, not a radiograph (Secondary Capture)',
  modality: 'OT',
  series: { place: 9, description: mark, generated: true },
  needsLaterality: true,
  needsMarks: false,
  showsFilm: true,
  needsAdversarial: true,
  onRequest: true,
  identify: () => ({ sopClassUid: SECONDARY_CAPTURE, variant: [] }),
  compose: adversarialImage,
} as const satisfies ResultDefinition;

/**
 * Secondary Capture of x_a at the film's size and in its grey levels, within a hatched border, "AI-GENERATED, NOT A
 * RADIOGRAPH" burned in below. The header says the same: Image Type DERIVED\\SECONDARY, Synthetic Data YES, description and
 * comments.
 *
 * @throws ResultError where the method makes no x_a
 */
function adversarialImage({ context, explanation }: ResultRequest): ResultContent {
  const { film, figures, adversarial } = explanation;
  if (!adversarial) {
    throw new ResultError(
      `${context.settings.methodTitle} makes no adversarial image x_a. Choose a method that makes one, or leave it out.`,
    );
  }
  const label = generatedLabel(context, explanation, {
    title: mark,
    place: 'Opposite image (x_a): the film, changed by a generator towards another answer of the classifier',
    shown: figures.decisionAdversarial,
  });
  const generated = { ...film, values: adversarial() };
  const picture = drawPicture([{ film: generated, windowOf: film }], label, { hatched: true });
  const description = `${mark}: adversarial image x_a of a classifier’s explanation; research use only`;
  const { dataset, pixels } = captureOf(context, explanation, picture, description);
  return {
    dataset: {
      ...dataset,
      ImageComments: `${mark}\r\n${String(dataset.ImageComments)}`,
      SyntheticData: 'YES',
    },
    pixels,
  };
}
