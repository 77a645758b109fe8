import type { ExplainState, Result } from '../extension/store/state';
import { gradedOf } from '../extension/store/state';
import { t } from '../extension/i18n';
import { nearText, negativeText, unaskedText } from '../extension/i18n/words';

/** What must be read together with the answer: that it is close to the other one, and what its map is not. */
export function AnswerCautions({
  state,
  result: { reply, method },
}: {
  state: ExplainState;
  result: Result;
}) {
  const { outputVisible, settings } = state;
  const near = nearText(reply.decision, gradedOf(state)?.curve?.changes);
  const isMapShown = outputVisible && (settings.showHeatMap || settings.showMask) && reply.top > 0;
  const negative = isMapShown ? negativeText(reply, method.map) : undefined;
  const unasked = negative ? undefined : unaskedText(reply);
  return (
    <>
      {near && (
        <p className="xp-caution-line" data-cy="explain-near">
          {near}
        </p>
      )}
      {negative && (
        <p className="xp-caution-line" data-cy="explain-negative">
          {negative}
        </p>
      )}
      {unasked && (
        <p className="xp-dim xp-hint" data-cy="explain-unasked">
          {unasked}
        </p>
      )}
      {isMapShown && reply.decision.kind !== 'classes' && !negative && (
        <p className="xp-dim xp-hint" data-cy="explain-uncoloured">
          {t('uncoloured')}
        </p>
      )}
    </>
  );
}
