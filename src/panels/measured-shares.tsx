import { numberText, percentText, t } from '../extension/i18n';
import {
  measuredShares,
  type ExplainState,
  type MeasuredShares,
  type Result,
} from '../extension/store/state';

/** How often such an answer is right, as the card of the model that gave it states: of all films, and of those of the film's view. */
export function MeasuredAtThreshold({ state, result }: { state: ExplainState; result: Result }) {
  const { models, subject } = state;
  const card = models.find(({ id }) => id === result.card.id)?.card;
  // A result from the archive may be of another version, which had other figures.
  if (!card || card.version !== result.card.version) return null;
  const view = subject.kind === 'image' && subject.imageId === result.imageId ? subject.view : undefined;
  const measured = measuredShares(card, card.independent ? (result.label ?? '') : undefined, view);
  if (!measured) return null;
  const { on, all, ofView } = measured;
  return (
    <p className="xp-dim xp-num" data-cy="explain-shares">
      {t(on === 'test' ? 'measuredTest' : 'measuredPhantoms', words(all))}
      {ofView && view && (
        <>
          <br />
          <span data-cy="explain-shares-view" data-view={view}>
            {t('measuredView', { view, ...words(ofView) })}
          </span>
        </>
      )}
    </p>
  );
}

function words({ positives, negatives, intervals95, ...shares }: MeasuredShares) {
  const withInterval = (id: 'sensitivity' | 'specificity'): string => {
    const value = percentText(Math.round(100 * shares[id]));
    const interval = intervals95[id];
    if (!interval) return value;
    const [low, high] = [interval.low, interval.high].map(share => numberText(100 * share, 0));
    return t('measuredInterval', { value, low, high });
  };
  return {
    sensitivity: withInterval('sensitivity'),
    specificity: withInterval('specificity'),
    positives,
    negatives,
  };
}
