import { momentText } from '../../models/moment';
import { doubtsOf, scoreText, verdictText } from '../../models/verdict';
import type { NativeExplanation, NativeWay } from './definition';
import { drawGenerated, type RgbPicture } from './picture';
import type { ResultContext } from './types';

/** How long each is seen: two and a half changes a second, below the three of WCAG 2.3.1. */
export const frameMilliseconds = 400;

/**
 * The images on the way to x_a as pictures of one size. Each is marked in its pixels: an amber frame, that it is AI-generated and
 * no radiograph, how far it is, what the classifier says of it, and what made it.
 */
export function wayFrames(
  { model, settings, created }: Pick<ResultContext, 'model' | 'settings' | 'created'>,
  { film, figures, cautions }: Pick<NativeExplanation, 'film' | 'figures' | 'cautions'>,
  { curve, image }: NativeWay,
): RgbPicture[] {
  const { methodTitle, generator } = settings;
  const from = curve.from === 'similar' ? 'the similar image (x_s)' : 'the film';
  const labels = curve.steps.map(({ fraction, decision }) => ({
    title: 'AI-GENERATED IMAGE - not a radiograph',
    lines: [
      `${Math.round(100 * fraction)} % of the way from ${from} to the opposite image (x_a)`,
      `${scoreText(decision)}   ${verdictText(model.classes, decision)}`,
      `Model ${model.id} ${model.version}   ${momentText(created)}`,
      generator === undefined ? methodTitle : `${methodTitle} (${generator})`,
      'Research use only. Not for diagnosis.',
    ],
    cautions: [...doubtsOf(figures), ...cautions.map(caution => `Caution: ${caution}`)],
  }));
  return drawGenerated(
    film,
    curve.steps.map(
      ({ fraction }) =>
        () =>
          image(fraction),
    ),
    labels,
  );
}
