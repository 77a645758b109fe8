import { useEffect, useState } from 'react';
import type { MarkAgreement } from '../../study/mark-on-map';
import type { AnswerDesk, ReaderMark } from '../../extension/answers/answer-desk';
import { t } from '../../extension/i18n';
import { Section } from '../controls';
import type { PanelProps, PanelSection } from '../panel-section';
import type { Result } from '../../extension/store/state';

/** Shown where the configuration asks for answers: what the reader says of the explanation, and where the reader sees the finding. */
export const answer: PanelSection = { id: 'answer', needsResult: true, Section: AnswerSection };

const verdicts = ['agree', 'disagree', 'unsure'] as const;
const words = { agree: 'answerAgree', disagree: 'answerDisagree', unsure: 'answerUnsure' } as const;

function AnswerSection({ actions, state, result }: PanelProps & { result: Result }) {
  const { answers: desk } = actions;
  // Another explanation begins with nothing said.
  return desk ? (
    <Answer
      key={`${result.key} ${result.method.id} ${result.created.getTime()}`}
      desk={desk}
      result={result}
      percentile={state.settings.percentile}
    />
  ) : null;
}

function Answer({ desk, result, percentile }: { desk: AnswerDesk; result: Result; percentile: number }) {
  const [verdict, setVerdict] = useState<(typeof verdicts)[number]>();
  const [note, setNote] = useState('');
  const [mark, setMark] = useState<ReaderMark>();
  const [agreement, setAgreement] = useState<MarkAgreement>();
  const [said, setSaid] = useState('');
  const [count, setCount] = useState(0);
  const told = (error: unknown): void => setSaid(error instanceof Error ? error.message : String(error));
  useEffect(() => void desk.count().then(setCount, told), [desk]);
  useEffect(() => {
    let isCurrent = true;
    if (mark)
      void desk.compare(mark, result).then(found => {
        if (isCurrent) setAgreement(found);
      }, told);
    return () => void (isCurrent = false);
  }, [desk, mark, result, percentile]);
  const keep = async (): Promise<void> => {
    if (!verdict) return setSaid(t('answerFirst'));
    await desk.keep(result, { verdict, note }, mark, agreement);
    setCount(await desk.count());
    setSaid(t('answerKept'));
  };
  return (
    <Section name="explain-answer" title={t('answerTitle')}>
      <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
        <legend className="xp-dim">{t('answerQuestion')}</legend>
        {verdicts.map(each => (
          <label key={each} className="xp-check">
            <input
              type="radio"
              name="explain-answer-verdict"
              data-cy={`explain-answer-${each}`}
              checked={verdict === each}
              onChange={() => setVerdict(each)}
            />
            {t(words[each])}
          </label>
        ))}
      </fieldset>
      <div className="xp-buttons">
        <button
          type="button"
          data-cy="explain-answer-mark"
          title={t('answerMarkHint')}
          onClick={() => {
            const taken = desk.takeMark();
            setMark(taken);
            setAgreement(undefined);
            setSaid(taken ? '' : t('answerNoMark'));
          }}
        >
          {t('answerMark')}
        </button>
      </div>
      {agreement && (
        <p className="xp-num" data-cy="explain-answer-agreement" role="status">
          {agreement.iou !== undefined && `IoU ${agreement.iou.toFixed(2)} · `}
          {t(agreement.hit ? 'answerHit' : 'answerMiss')} ·{' '}
          {agreement.distanceMm === undefined
            ? `${agreement.distancePixels.toFixed(0)} px`
            : `${agreement.distanceMm.toFixed(0)} mm`}
        </p>
      )}
      <label className="xp-field">
        <span>{t('answerNote')}</span>
        <textarea
          rows={2}
          style={{ width: '100%' }}
          data-cy="explain-answer-note"
          value={note}
          onChange={event => setNote(event.target.value)}
        />
      </label>
      <div className="xp-buttons">
        <button type="button" data-cy="explain-answer-keep" onClick={() => void keep().catch(told)}>
          {t('answerKeep')}
        </button>
        <button type="button" disabled={count === 0} onClick={() => void desk.exportAs('json').catch(told)}>
          JSON
        </button>
        <button type="button" disabled={count === 0} onClick={() => void desk.exportAs('csv').catch(told)}>
          CSV
        </button>
        <button
          type="button"
          data-cy="explain-answer-clear"
          disabled={count === 0}
          onClick={() => void desk.clear().then(() => setCount(0), told)}
        >
          {t('answerClear')}
        </button>
      </div>
      <p className="xp-dim" data-cy="explain-answer-count" data-count={count} role="status">
        {said} {t('answerCount', { count })}
      </p>
    </Section>
  );
}
