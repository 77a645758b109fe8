import { isNegative } from '../../models/decision';
import { placeText, showsOpposite, verdictText } from '../../models/verdict';
import type { NativeExplanation, PercentileMask } from './definition';
import type { ResultContext } from './types';

/**
 * What the marked region is, and what it is not, as sentences: a reader of a stored object sees an outline or an area and takes it
 * for a lesion unless told.
 *
 * @param masks of the percentiles above which the map is cut, in any order
 */
export function regionMeaning(
  { model, settings }: Pick<ResultContext, 'model' | 'settings'>,
  { figures, mapKind }: Pick<NativeExplanation, 'figures' | 'mapKind'>,
  masks: readonly PercentileMask[],
): string[] {
  const { methodTitle, augment } = settings;
  const averaged = augment > 0 ? `, mean of ${augment} transforms` : '';
  const { decision } = figures;
  const sorted = [...masks].sort((a, b) => a.percentile - b.percentile);
  const cuts = sorted.map(({ percentile }) => percentile).join(', ');
  return [
    `The region is cut by AI at percentile ${cuts} of the map of ${methodTitle}${averaged}; places below a tenth of its maximum are left out.`,
    placeSentence(figures, mapKind),
    isNegative(decision)
      ? `${verdictText(model.classes, decision)}: the region is no lesion, and nothing in it was found or measured.`
      : 'Its border and area are those of the cut, not of a lesion.',
  ];
}

/** Where the region lies, no more than the method computes; and what x_a is, where the method looks at it. */
function placeSentence(figures: NativeExplanation['figures'], mapKind: NativeExplanation['mapKind']): string {
  const place = placeText(figures, mapKind);
  if (place === undefined) return 'x_a did NOT change the answer: the region does not show what would.';
  const { decision } = figures;
  const wanted = decision.kind === 'classes' ? 'otherwise' : decision.decided === 1 ? 'negative' : 'positive';
  const opposite =
    mapKind && showsOpposite(mapKind)
      ? `; x_a is the film, changed by AI until this classifier answers ${wanted}`
      : '';
  return `It is ${place}${opposite}.`;
}
