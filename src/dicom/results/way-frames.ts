import { generatedLabel } from '../../drawing/generated-label';
import type { RgbPicture } from '../../drawing/label';
import type { NativeExplanation, NativeWay } from './definition';
import { drawGenerated } from './picture';
import type { ResultContext } from './types';

/** How long each is seen: two and a half changes a second, below the three of WCAG 2.3.1. */
export const frameMilliseconds = 400;

/**
 * The images on the way to x_a as pictures of one size. Each is marked in its pixels: an amber frame, that it is AI-generated and
 * no radiograph, how far it is, what the classifier says of it, and what made it.
 */
export function wayFrames(
  context: Pick<ResultContext, 'model' | 'settings' | 'created'>,
  explanation: Pick<NativeExplanation, 'film' | 'figures' | 'cautions'>,
  { curve, image }: NativeWay,
): RgbPicture[] {
  const from = curve.from === 'similar' ? 'the similar image (x_s)' : 'the film';
  const labels = curve.steps.map(({ fraction, decision }) =>
    generatedLabel(context, explanation, {
      title: 'AI-GENERATED IMAGE - not a radiograph',
      place: `${Math.round(100 * fraction)} % of the way from ${from} to the opposite image (x_a)`,
      shown: decision,
    }),
  );
  return drawGenerated(
    explanation.film,
    curve.steps.map(
      ({ fraction }) =>
        () =>
          image(fraction),
    ),
    labels,
  );
}
