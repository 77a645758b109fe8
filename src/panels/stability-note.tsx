import type { ExplainService } from '../extension/store/explain-service';
import { averagedOf, isBusy, isStable, type ExplainState, type Result } from '../extension/store/state';
import { percentText, scoreText, t } from '../extension/i18n';

/**
 * Whether other transforms would give the same map: how alike two halves of them rank its places, and where they differ by more than its
 * own value. A single pass does not tell: averaging is offered, or where the film has been averaged already, what that told.
 */
export function StabilityNote({
  service,
  state,
  result,
}: {
  service: ExplainService;
  state: ExplainState;
  result: Result;
}) {
  const averaged = averagedOf(result, state.made);
  const told = averaged ?? result;
  const { stability } = told.reply;
  const unstable = stability && isStable(stability) === false;
  const words = stability ? stabilityText(stability) : t(unknownKey(told));
  return (
    <>
      <p
        className={unstable ? 'xp-check-line xp-no' : 'xp-dim xp-hint'}
        data-cy="explain-stability"
        data-correlation={stability?.correlation}
        data-share={stability?.differing}
      >
        {averaged ? t('stabilityOfAverage', { words }) : words}
      </p>
      {averaged ? (
        <div className="xp-buttons">
          <button type="button" data-cy="explain-show-averaged" onClick={() => service.choose(averaged.key)}>
            {t('showAveraged')}
          </button>
        </div>
      ) : (
        !result.augment && (
          <div className="xp-buttons">
            <button
              type="button"
              data-cy="explain-average"
              disabled={isBusy(state.explanation.phase)}
              onClick={() => void service.averageShown()}
            >
              {t('averageNow', { count: state.settings.augmentCount })}
            </button>
          </div>
        )
      )}
    </>
  );
}

/** Why nothing is known: a single pass, an object that did not keep it, or a map that leaves nothing to compare. */
function unknownKey({ augment, restored, reply }: Result) {
  if (!augment) return 'stabilityUnknown';
  return restored && reply.top > 0 ? 'stabilityNotStored' : 'stabilityEmpty';
}

function stabilityText(stability: NonNullable<Result['reply']['stability']>): string {
  const { threshold, differing } = stability;
  const correlation = scoreText(stability.correlation);
  const agreement =
    threshold === undefined
      ? t('agreementUnjudged', { correlation })
      : t(isStable(stability) ? 'agreeing' : 'disagreeing', {
          correlation,
          threshold: scoreText(threshold),
        });
  if (differing === undefined) return agreement;
  return `${agreement} ${t('spreadShare', { share: percentText(Math.round(100 * differing)) })}`;
}
