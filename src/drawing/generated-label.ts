import type { Decision } from '../models/decision';
import { momentText } from '../models/moment';
import { doubtsOf, scoreText, verdictText } from '../models/verdict';
import type { ExplanationFigures } from '../models/explanation';
import type { MadeWith } from './explanation-label';
import { researchOnly, type PictureLabel } from './label';

/**
 * What is burned in below an image that a generator made: what it is, what the classifier says of it and of the film, and what made
 * it. The generator made it, not the method of the map, which it is named beside.
 *
 * @param title that it is no radiograph
 * @param place what the image is among those of the explanation
 * @param shown decision for the image; absent where it is not known
 */
export function generatedLabel(
  { model, settings, created }: MadeWith & { created: Date },
  { figures, cautions }: { figures: ExplanationFigures; cautions: readonly string[] },
  { title, place, shown }: { title: string; place: string; shown: Decision | undefined },
): PictureLabel {
  const { methodTitle, generator, augment, backend } = settings;
  const answer = (decision: Decision): string =>
    `${scoreText(decision)}, ${verdictText(model.classes, decision)}`;
  return {
    title,
    lines: [
      researchOnly,
      place,
      ...(shown ? [`This image: ${answer(shown)}`] : []),
      `The film: ${answer(figures.decision)}`,
      `Model ${model.id} ${model.version}${generator === undefined ? '' : `, generator ${generator}`}   backend ${backend}   ${momentText(created)}`,
      `Made for the map of ${methodTitle}`,
      ...(augment > 0
        ? [`The map is the mean of ${augment} transforms; this image is of the film as it is, not averaged`]
        : []),
    ],
    cautions: [...doubtsOf(figures), ...cautions.map(caution => `Caution: ${caution}`)],
  };
}
