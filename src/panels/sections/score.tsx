import type { Result } from '../../extension/store/state';
import { scoreText, t } from '../../extension/i18n';
import {
  backendName,
  methodText,
  momentText,
  originOf,
  similarIsOriginalText,
  verdictText,
} from '../../extension/i18n/words';
import { AnswerCautions } from '../answer-cautions';
import { Section } from '../controls';
import { MeasuredAtThreshold } from '../measured-shares';
import type { PanelSection, ResultProps } from '../panel-section';
import { StabilityNote } from '../stability-note';

export const score: PanelSection = {
  id: 'score',
  needsResult: true,
  tellsAnswer: true,
  Section: ScoreSection,
};

/** The classifier's score against the operating point, and whether the generated images behave. */
function ScoreSection({ service, state, result }: ResultProps) {
  const { reply, card, backend } = result;
  const { decision, decisionSimilar, decisionAdversarial, hold, flip, model } = reply;
  const { score, decided } = decision;
  const point = decision.kind === 'classes' ? undefined : decision.operatingPoint;
  const title = point === undefined ? t('probability') : t('score');
  return (
    <Section name="explain-result" label={title}>
      <div className="xp-row xp-between" style={{ alignItems: 'flex-end' }}>
        <div>
          <h3 style={{ margin: 0 }}>{title}</h3>
          <span
            className="xp-score xp-num"
            data-cy="explain-score"
            data-score={score}
            data-logit={decision.logit}
            data-operating-point={point}
            data-decision={decided}
          >
            {scoreText(score)}
          </span>
        </div>
        <span className="xp-dim" style={{ textAlign: 'right' }}>
          {t('scoreNote')}
        </span>
      </div>
      <div
        className="xp-bar"
        role="img"
        aria-label={`${title} ${scoreText(score)}${point === undefined ? '' : `, ${t('threshold')} ${scoreText(point)}`}`}
      >
        <i
          className={decided === 1 && point !== undefined ? 'xp-positive' : undefined}
          style={{ width: `${score * 100}%` }}
        />
        {point !== undefined && <OperatingPoint at={point} />}
      </div>
      <p className="xp-verdict" data-cy="explain-decision">
        {verdictText(model.classes, decision)}
      </p>
      <AnswerCautions state={state} result={result} />
      <MeasuredAtThreshold state={state} result={result} />
      {reply.similarIsOriginal && (
        <p
          className="xp-dim xp-hint"
          data-cy="explain-similar-is-original"
          data-score={decisionSimilar?.score}
        >
          {similarIsOriginalText(result.method.map)}
        </p>
      )}
      {hold !== undefined && decisionSimilar && (
        <p
          className={`xp-check-line ${hold ? 'xp-ok' : 'xp-no'}`}
          data-cy="explain-hold"
          data-hold={hold}
          data-score={decisionSimilar.score}
        >
          {t(hold ? 'similarHolds' : 'similarLost', { score: answerText(decisionSimilar, model.classes) })}
        </p>
      )}
      {flip !== undefined && decisionAdversarial && (
        <p
          className={`xp-check-line ${flip ? 'xp-ok' : 'xp-no'}`}
          data-cy="explain-flip"
          data-flip={flip}
          data-score={decisionAdversarial.score}
        >
          {t(flip ? 'oppositeFlips' : 'oppositeLost', {
            score: answerText(decisionAdversarial, model.classes),
          })}
        </p>
      )}
      {flip && decided === 1 && point !== undefined && (
        <p className="xp-dim xp-hint" data-cy="explain-opposite-grey">
          {t('oppositeGrey')}
        </p>
      )}
      {(!result.restored || result.augment) && (
        <StabilityNote service={service} state={state} result={result} />
      )}
      <p className="xp-dim xp-hint" data-cy="explain-made-by" data-backend={backend}>
        {[
          `${card.id} ${card.version}`,
          methodText(result),
          backendName(backend),
          momentText(result.created),
          ...originOf(result),
        ].join(' · ')}
      </p>
    </Section>
  );
}

function OperatingPoint({ at }: { at: number }) {
  return (
    <>
      <u style={{ left: `${at * 100}%` }} />
      <em className="xp-num" style={at > 0.5 ? { right: `${(1 - at) * 100}%` } : { left: `${at * 100}%` }}>
        {t('threshold')} {scoreText(at)}
      </em>
    </>
  );
}

/** Score of a generated image, with the class that it stands for where there are more than two. */
function answerText(
  { kind, score, decided }: Result['reply']['decision'],
  classes: readonly string[],
): string {
  return kind === 'classes' ? `${scoreText(score)} (${classes[decided]})` : scoreText(score);
}
