import type { Result } from '../extension/state';
import { Section } from './controls';
import { scoreText, texts } from './texts';

/** The classifier's score against the operating point, and whether the generated images behave. */
export function ScoreSection({ result: { reply, card } }: { result: Result }) {
  const { score, decision, hold, flip, scoreSimilar, scoreAdversarial } = reply;
  const point = card.operatingPoint;
  const name = card.classes[decision].name;
  return (
    <Section name="explain-result">
      <div className="xp-row xp-between" style={{ alignItems: 'flex-end' }}>
        <div>
          <h3 style={{ margin: 0 }}>{texts.score}</h3>
          <span
            className="xp-score xp-num"
            data-cy="explain-score"
            data-score={score}
            data-logit={reply.logit}
            data-operating-point={point}
            data-decision={decision}
          >
            {scoreText(score)}
          </span>
        </div>
        <span className="xp-dim" style={{ textAlign: 'right' }}>
          {texts.scoreNote}
        </span>
      </div>
      <div
        className="xp-bar"
        role="img"
        aria-label={`${texts.score} ${scoreText(score)}, ${texts.operatingPoint} ${scoreText(point)}`}
      >
        <i className={decision === 1 ? 'xp-positive' : undefined} style={{ width: `${score * 100}%` }} />
        <u style={{ left: `${point * 100}%` }} />
        <em
          className="xp-num"
          style={point > 0.5 ? { right: `${(1 - point) * 100}%` } : { left: `${point * 100}%` }}
        >
          {texts.operatingPoint} {scoreText(point)}
        </em>
      </div>
      <p className="xp-verdict" data-cy="explain-decision">
        {decision === 1 ? texts.decision.above(name) : texts.decision.below(name)}
      </p>
      {hold !== undefined && scoreSimilar !== undefined && (
        <p
          className={`xp-check-line ${hold ? 'xp-ok' : 'xp-no'}`}
          data-cy="explain-hold"
          data-hold={hold}
          data-score={scoreSimilar}
        >
          {hold ? texts.similar.hold(scoreText(scoreSimilar)) : texts.similar.lost(scoreText(scoreSimilar))}
        </p>
      )}
      {flip !== undefined && scoreAdversarial !== undefined && (
        <p
          className={`xp-check-line ${flip ? 'xp-ok' : 'xp-no'}`}
          data-cy="explain-flip"
          data-flip={flip}
          data-score={scoreAdversarial}
        >
          {flip
            ? texts.adversarial.flip(scoreText(scoreAdversarial))
            : texts.adversarial.lost(scoreText(scoreAdversarial))}
        </p>
      )}
    </Section>
  );
}
