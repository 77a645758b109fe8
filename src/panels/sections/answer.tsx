import { useCallback, useEffect, useState } from 'react';
import type { Actions } from '../../extension/exchange/actions';
import type { AnswerDesk, Comparison } from '../../extension/answers/answer-desk';
import { numberText, t } from '../../extension/i18n';
import { verdictKeys } from '../../extension/i18n/words';
import { Check, Section } from '../controls';
import type { PanelProps, PanelSection } from '../panel-section';
import type { Result } from '../../extension/store/state';

/** Shown where the configuration asks for answers: what the reader says of the explanation, and where the reader sees the finding. */
export const answer: PanelSection = { id: 'answer', needsResult: true, Section: AnswerSection };

const verdicts = ['agree', 'disagree', 'unsure'] as const;

function AnswerSection({ actions, state, result }: PanelProps & { result: Result }) {
  const { answers: desk } = actions;
  // Another explanation begins with nothing said; the mark is of film and finding, and stays where only the method changes.
  return desk ? (
    <Answer
      key={`${result.key} ${result.created.getTime()}`}
      desk={desk}
      actions={actions}
      result={result}
      percentile={state.settings.percentile}
      saving={state.saving}
    />
  ) : null;
}

interface Props {
  desk: AnswerDesk;
  actions: Actions;
  result: Result;
  percentile: number;
  saving: boolean;
}

function takenText(taken: ReturnType<AnswerDesk['takeMark']>): string {
  if (taken === 'taken') return '';
  return t(taken === 'none' ? 'answerNoMark' : 'answerMarkOnGenerated');
}

function Answer({ desk, actions, result, percentile, saving }: Props) {
  const [verdict, setVerdict] = useState<(typeof verdicts)[number]>();
  const [note, setNote] = useState('');
  const [reader, setReader] = useState(() => desk.reader());
  const [attested, setAttested] = useState(false);
  const [comparisons, setComparisons] = useState<Comparison[]>([]);
  const [said, setSaid] = useState('');
  const [count, setCount] = useState(0);
  const told = (error: unknown): void => setSaid(error instanceof Error ? error.message : String(error));
  const compare = useCallback(
    () => desk.compare(result, percentile).then(setComparisons, told),
    [desk, result, percentile],
  );
  useEffect(() => void desk.count().then(setCount, told), [desk]);
  useEffect(() => {
    void compare();
    return desk.onMark(() => void compare());
  }, [desk, compare]);
  const agreement = comparisons.find(({ current }) => current)?.agreement;

  const keep = async (): Promise<void> => {
    if (!verdict) return setSaid(t('answerFirst'));
    await desk.keep(result, { verdict, note }, agreement);
    setCount(await desk.count());
    setSaid(t('answerKept'));
  };
  const save = async (): Promise<void> => {
    if (!verdict) return setSaid(t('answerFirst'));
    if (reader.trim() === '') return setSaid(t('answerNoReader'));
    setSaid('');
    const attestedFor = attested ? desk.organization : undefined;
    const outline = desk.mark(result)?.outline;
    await actions.saveAnswer({ verdict, note, reader: reader.trim(), attestedFor, outline, agreement });
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
            {t(verdictKeys[each])}
          </label>
        ))}
      </fieldset>
      <div className="xp-buttons">
        <button
          type="button"
          data-cy="explain-answer-mark"
          title={t('answerMarkHint')}
          onClick={() => {
            setSaid(takenText(desk.takeMark(result)));
            void compare();
          }}
        >
          {t('answerMark')}
        </button>
      </div>
      <Comparisons comparisons={comparisons} />
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
      <label className="xp-field" title={t('answerReaderHint')}>
        <span>{t('answerReader')}</span>
        <input
          type="text"
          style={{ width: '100%' }}
          autoComplete="off"
          maxLength={64}
          data-cy="explain-answer-reader"
          value={reader}
          onChange={event => {
            desk.answeredBy(event.target.value);
            setReader(event.target.value);
          }}
        />
      </label>
      {desk.organization !== undefined && (
        <Check
          label={t('answerAttest', { organization: desk.organization })}
          name="explain-answer-attest"
          checked={attested}
          onChange={setAttested}
        />
      )}
      <div className="xp-buttons">
        <button
          type="button"
          data-cy="explain-answer-save"
          disabled={saving}
          onClick={() => void save().catch(told)}
        >
          {saving ? t('working') : t('answerSave')}
        </button>
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

/** How the mark lies to each map of this finding that was shown of this film. */
function Comparisons({ comparisons }: { comparisons: readonly Comparison[] }) {
  const marked = comparisons.filter(({ agreement }) => agreement);
  if (marked.length === 0) return null;
  return (
    <table className="xp-num" data-cy="explain-answer-agreement" style={{ width: '100%' }}>
      <thead>
        <tr className="xp-dim" style={{ textAlign: 'left', fontSize: 11, overflowWrap: 'normal' }}>
          <th scope="col">{t('answerMap')}</th>
          <th scope="col" title={t('overlapHint')}>
            {t('answerOverlap')}
          </th>
          <th scope="col">{t('answerPeak')}</th>
          <th scope="col">{t('answerDistance')}</th>
        </tr>
      </thead>
      <tbody>
        {marked.map(({ key, title, current, agreement }) => (
          <tr key={key} data-current={current} style={{ fontWeight: current ? 600 : 400 }}>
            <th scope="row" style={{ textAlign: 'left', fontWeight: 'inherit' }}>
              {title}
            </th>
            <td data-iou={agreement!.iou}>
              {agreement!.iou === undefined ? '–' : numberText(agreement!.iou, 2)}
            </td>
            <td data-hit={agreement!.hit}>{t(agreement!.hit ? 'answerHit' : 'answerMiss')}</td>
            <td>{distanceText(agreement!)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function distanceText({
  distancePixels,
  distanceMm,
  atDetector,
}: NonNullable<Comparison['agreement']>): string {
  if (distanceMm === undefined) return `${numberText(distancePixels, 0)} px`;
  const number = numberText(distanceMm, 0);
  return atDetector ? t('answerAtDetector', { number }) : `${number} mm`;
}
