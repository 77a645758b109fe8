import { usualColours } from '../../../models/colour-map';
import { explanationLabel } from '../../../drawing/explanation-label';
import { captureOf } from '../capture';
import type { ResultContent, ResultDefinition, ResultRequest } from '../definition';
import { drawPicture } from '../picture';
import { SECONDARY_CAPTURE } from '../sop-classes';

/** Secondary Capture: a picture of the explanation. */
export const sc = {
  id: 'sc',
  title: 'DICOM secondary capture',
  noun: 'picture',
  label: 'Picture (Secondary Capture)',
  modality: 'OT',
  series: { place: 0, description: 'AI picture' },
  needsLaterality: true,
  needsMarks: false,
  showsFilm: true,
  inReport: 'visual-explanation',
  // Chosen colours are another picture; the usual ones follow from what else names it.
  identify: ({ colours }) => ({ sopClassUid: SECONDARY_CAPTURE, variant: colours ? [colours] : [] }),
  compose: secondaryCapture,
} as const satisfies ResultDefinition;

/**
 * Secondary Capture of the film with the map laid over it and a label, all burned in, for archives and viewers that show
 * nothing else. Without the mask, which is the segmentation's: the picture is the same whatever the percentile.
 */
function secondaryCapture({ context, explanation, form }: ResultRequest): ResultContent {
  const { film, map, top, figures } = explanation;
  const { colours = usualColours(figures.decision) } = form;
  const picture = drawPicture(
    [{ film, heat: { map, top, colours } }],
    explanationLabel(context, explanation, colours),
  );
  const description = `Explanation map of a classifier burned into the image, colour map ${colours}; research use only`;
  return captureOf(context, explanation, picture, description);
}
