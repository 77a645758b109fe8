import { usualColours } from '../../../models/colour-map';
import { explanationLabel } from '../../../drawing/explanation-label';
import { captureOf } from '../capture';
import type { ResultContent, ResultDefinition, ResultRequest } from '../definition';
import { drawPicture } from '../picture';
import { SECONDARY_CAPTURE } from '../sop-classes';

/** Secondary Capture: the film, and beside it the film with the map. */
export const sbs = {
  id: 'sbs',
  title: 'DICOM secondary capture, side by side',
  noun: 'picture side by side',
  label: 'Film and picture side by side (Secondary Capture)',
  modality: 'OT',
  series: { place: 1, description: 'AI beside film' },
  needsLaterality: true,
  needsMarks: false,
  showsFilm: true,
  onRequest: true,
  inReport: 'visual-explanation',
  identify: ({ colours }) => ({ sopClassUid: SECONDARY_CAPTURE, variant: colours ? [colours] : [] }),
  compose: sideBySide,
} as const satisfies ResultDefinition;

/** Secondary Capture with the untouched film on the left, and the film with the map over it on the right. */
function sideBySide({ context, explanation, form }: ResultRequest): ResultContent {
  const { film, map, top, figures } = explanation;
  const { colours = usualColours(figures.decision) } = form;
  const label = explanationLabel(context, explanation, colours);
  const lines = ['First: the film. Second: the same film, coloured by the explanation.', ...label.lines];
  const picture = drawPicture([{ film }, { film, heat: { map, top, colours } }], { ...label, lines });
  const description =
    'The image, and beside it the explanation map of a classifier burned into it; research use only';
  return captureOf(context, explanation, picture, description);
}
