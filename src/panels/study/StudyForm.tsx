import type { KeyboardEvent } from 'react';
import type { Lack } from '../../study/answers';
import type { Scale } from '../../study/plan';
import { isCovered } from '../../extension/study/state';
import { rootClass } from '../styles';
import { placeText, useStudy } from './context';
import { DeliveryNote } from './DeliveryNote';
import { ScaleField } from './ScaleField';
import type { StudyTextKey } from '../../extension/study/texts/en';

const lackTexts: Readonly<Record<Lack, StudyTextKey>> = {
  rating: 'lackRating',
  confidence: 'lackConfidence',
  box: 'lackBox',
  'box-confidence': 'lackBoxConfidence',
  'too-many-boxes': 'lackTooManyBoxes',
};

/** Keys that work our own controls and would also reach OHIF's hotkeys. */
const controlKeys = /^( |Enter|Arrow.*|Home|End|Page.*|[0-9])$/;

/** The form beside the film: the question, boxes, and the button that gives the answer. */
export function StudyForm() {
  const { state, t } = useStudy();
  const { phase } = state;
  const keepKeys = (event: KeyboardEvent): void => {
    if (controlKeys.test(event.key)) event.stopPropagation();
  };
  return (
    <div
      className={rootClass}
      data-cy="explain-study-panel"
      data-phase={phase.kind}
      role="region"
      aria-label={t('panelTitle')}
      onKeyDown={keepKeys}
      onKeyUp={keepKeys}
    >
      <h2>{t('panelTitle')}</h2>
      {phase.kind === 'opening' && !phase.covered && (
        <section role="status">
          <p>{t(phase.what === 'aid' ? 'openingAid' : 'openingFilm')}</p>
        </section>
      )}
      {phase.kind === 'saving' && (
        <section role="status">
          <p>{t('saving')}</p>
        </section>
      )}
      {phase.kind === 'reading' && !phase.paused && <Reading />}
      {!isCovered(state) && <DeliveryNote />}
    </div>
  );
}

function Reading() {
  const { service, state, t } = useStudy();
  const { phase, plan, arm, draft, lacks, problem } = state;
  if (phase.kind !== 'reading' || !plan) return null;
  const { step } = phase;
  const title = placeText(step, t);
  return (
    <>
      <section aria-label={title}>
        <p className="xp-verdict" data-cy="explain-study-place" data-case={step.reading.case}>
          {title}
        </p>
        <p className="xp-dim" data-cy="explain-study-arm">
          {t('arm', { label: arm?.label ?? '' })}
        </p>
        <AidWords />
        <AidHints />
        {arm?.aidFailed !== undefined && (
          <p className="xp-notice" role="alert" data-cy="explain-study-aid-failed">
            {t('aidFailed', { reason: arm.aidFailed })}
          </p>
        )}
        {arm?.first && (
          <p className="xp-dim" data-cy="explain-study-first">
            {t('first', { answer: valueText(arm.first.rating, plan.rating) })}
          </p>
        )}
      </section>
      <section>
        <ScaleField
          scale={plan.rating}
          label={plan.question}
          name="explain-study-rating"
          value={draft.rating}
          onChange={rating => service.setDraft({ rating })}
        />
      </section>
      {plan.boxes && <Boxes />}
      {plan.confidence && (
        <section>
          <ScaleField
            scale={plan.confidence}
            label={t('confidence')}
            name="explain-study-confidence"
            value={draft.confidence}
            onChange={confidence => service.setDraft({ confidence })}
          />
        </section>
      )}
      {(lacks.length > 0 || problem !== undefined) && (
        <section className="xp-alert" role="alert" data-cy="explain-study-lacks">
          {problem !== undefined && <p>{t('notKept', { reason: problem })}</p>}
          {lacks.length > 0 && <p>{t('lacks')}</p>}
          <ul>
            {lacks.map(lack => (
              <li key={lack}>{t(lackTexts[lack])}</li>
            ))}
          </ul>
        </section>
      )}
      <div className="xp-row xp-give">
        <button
          type="button"
          className="xp-main"
          data-cy="explain-study-submit"
          onClick={() => void service.submit()}
        >
          {t('submit')}
        </button>
        <button type="button" data-cy="explain-study-pause" onClick={() => service.pause()}>
          {t('pause')}
        </button>
      </div>
    </>
  );
}

/** What the map says, in the words of the label on the film, and what its colours stand for. */
function AidWords() {
  const { state, texts, t } = useStudy();
  const { aid } = state.arm ?? {};
  if (!aid) return null;
  const { reply, method } = aid.result;
  const { verdictText, sideText, aidColours, aidNegative, aidDoubts } = texts.words;
  const { classes } = reply.model;
  const isEmpty = reply.top === 0;
  const negative = isEmpty ? undefined : aidNegative(reply, method.map, aid);
  return (
    <>
      <p className="xp-verdict" data-cy="explain-study-decision">
        {verdictText(classes, reply.decision)}
      </p>
      {aid.score && (
        <p className="xp-verdict" data-cy="explain-study-score">
          {sideText(classes, reply.decision)}
        </p>
      )}
      {!isEmpty && (
        <>
          <div className="xp-colour-bar" role="img" aria-label={t('colourRange')}>
            <i style={{ background: aid.gradient }} />
          </div>
          <p className="xp-dim">{t('colourRange')}</p>
        </>
      )}
      {(isEmpty || !aid.blind) && (
        <p data-cy="explain-study-colours">{`${aidColours(reply, method.map, aid.images)}.`}</p>
      )}
      {negative !== undefined && (
        <p className="xp-notice" role="note" data-cy="explain-study-negative">
          {negative}
        </p>
      )}
      {(aid.blind ? [] : aidDoubts(reply, aid.images)).map(doubt => (
        <p key={doubt} className="xp-notice" role="note" data-cy="explain-study-doubt">
          {doubt}
        </p>
      ))}
    </>
  );
}

/** Keys that act on the aid, where there is one. */
function AidHints() {
  const { state, t } = useStudy();
  const { phase, plan, arm } = state;
  if (phase.kind !== 'reading' || arm?.aidFailed !== undefined) return null;
  const aid = plan?.arms.find(({ id }) => id === phase.step.reading.arm)?.aid;
  if (!aid) return null;
  return <p className="xp-dim">{aid.images ? `${t('keysAid')} ${t('keysImages')}` : t('keysAid')}</p>;
}

function Boxes() {
  const { service, state, t } = useStudy();
  const { plan, draft } = state;
  const most = plan?.boxes?.most ?? 0;
  return (
    <section aria-label={t('boxes', { count: draft.boxes.length, most })}>
      <h3>{t('boxes', { count: draft.boxes.length, most })}</h3>
      <p className="xp-dim">{t('boxesHint')}</p>
      <button
        type="button"
        data-cy="explain-study-draw-box"
        disabled={draft.boxes.length >= most}
        onClick={() => service.startBox()}
      >
        {t('drawBox')}
      </button>
      {draft.boxes.map((box, i) => (
        <div key={box.uid} data-cy="explain-study-box">
          <ScaleField
            scale={plan!.rating}
            label={t('box', { number: i + 1 })}
            name={`explain-study-box-${i + 1}`}
            value={box.confidence}
            onChange={confidence => service.setBoxConfidence(box.uid, confidence)}
          />
          <button
            type="button"
            aria-label={t('removeBox', { number: i + 1 })}
            onClick={() => service.removeBox(box.uid)}
          >
            ×
          </button>
        </div>
      ))}
    </section>
  );
}

function valueText(value: number, scale: Scale): string {
  return scale.kind === 'points' ? `${value} ${scale.labels[value - 1]}` : String(value);
}
