import { useEffect, useRef, useState, type FormEvent, type SyntheticEvent } from 'react';
import { isCovered, type ReadStep, type StudyState } from '../../extension/study/state';
import { rootClass } from '../styles';
import { placeText, useStudy } from './context';
import { DeliveryNote } from './DeliveryNote';

type Phase = StudyState['phase'];

/**
 * Covers the viewer whenever no case is being read, so that no film is seen outside its time. A modal dialog: what lies below is
 * out of reach for mouse, keys and screen readers alike.
 */
export function StudyCover() {
  const { state, t } = useStudy();
  const dialog = useRef<HTMLDialogElement>(null);
  const covered = isCovered(state);
  useEffect(() => {
    const element = dialog.current;
    if (!element || element.open === covered) return;
    if (covered) element.showModal();
    else element.close();
  }, [covered]);
  const stay = (event: SyntheticEvent): void => event.preventDefault();
  const keep = (event: SyntheticEvent): void => event.stopPropagation();
  return (
    <dialog
      ref={dialog}
      className={`${rootClass} xp-cover`}
      data-cy="explain-study-cover"
      data-phase={state.phase.kind}
      aria-label={t('panelTitle')}
      onCancel={stay}
      onKeyDown={keep}
      onKeyUp={keep}
    >
      {covered && (
        <div className="xp-cover-page">
          <h2>{state.plan?.title ?? t('panelTitle')}</h2>
          <p className="xp-notice">{t('researchOnly')}</p>
          <Content />
          <DeliveryNote />
        </div>
      )}
    </dialog>
  );
}

function Content() {
  const { service, state, texts, t } = useStudy();
  const { phase, reader } = state;
  switch (phase.kind) {
    case 'loading':
      return <p role="status">{t('loading')}</p>;
    case 'failed':
      return (
        <section className="xp-alert" role="alert" data-cy="explain-study-failure">
          <p>{t('failed')}</p>
          {phase.step && <p>{placeText(phase.step, t)}</p>}
          <p>{phase.said ? t(phase.said.key, phase.said.values) : phase.message}</p>
          <p className="xp-dim">{t('tellCoordinator')}</p>
          <button type="button" onClick={() => void service.retry()}>
            {t('tryAgain')}
          </button>
        </section>
      );
    case 'asking':
      return <AskReader key={phase.reader ?? ''} asked={phase} />;
    case 'ready':
      return <Ready />;
    case 'waiting': {
      const when = phase.opens.toLocaleString(texts.language(), { dateStyle: 'full', timeStyle: 'short' });
      return (
        <p role="status" data-cy="explain-study-waiting">
          {t('waiting', { session: phase.session + 1, when })}
        </p>
      );
    }
    case 'opening':
      return <p role="status">{t(phase.what === 'aid' ? 'openingAid' : 'openingFilm')}</p>;
    case 'reading':
      if (phase.away)
        return (
          <section className="xp-alert" role="alert" data-cy="explain-study-away">
            <p>{t('away')}</p>
            <Begin label={t('backToFilm')} />
          </section>
        );
      return (
        <>
          <p role="status">{t('paused')}</p>
          <Begin label={t('continue')} />
        </>
      );
    case 'done':
      return (
        <p role="status" data-cy="explain-study-done" data-reader={reader}>
          {t('done')}
        </p>
      );
    default:
      return null;
  }
}

function AskReader({
  asked: { refused, reader, key: asked },
}: {
  asked: Extract<Phase, { kind: 'asking' }>;
}) {
  const { service, t } = useStudy();
  const [code, setCode] = useState(reader ?? '');
  const [key, setKey] = useState('');
  const enter = (event: FormEvent): void => {
    event.preventDefault();
    void service.enter(code.trim().toLowerCase(), asked ? key.trim() : undefined);
  };
  return (
    <form onSubmit={enter}>
      <Field label={t('askReader')} name="explain-study-reader" value={code} onChange={setCode} />
      <p className="xp-dim">{t('askReaderHint')}</p>
      {asked && (
        <>
          <p role="alert" data-cy="explain-study-asks-key">
            {t(asked === 'wrong' ? 'wrongKey' : 'needKey', { reader: reader ?? '' })}
          </p>
          <Field label={t('askKey')} name="explain-study-key" value={key} onChange={setKey} />
          <p className="xp-dim">{t('askKeyHint')}</p>
        </>
      )}
      {refused !== undefined && <p role="alert">{t('unknownReader', { reader: refused })}</p>}
      <button type="submit" className="xp-main" data-cy="explain-study-enter">
        {t('continue')}
      </button>
    </form>
  );
}

interface FieldProps {
  label: string;
  name: string;
  value: string;
  onChange(value: string): void;
}

function Field({ label, name, value, onChange }: FieldProps) {
  return (
    <label>
      {label}
      <input
        type="text"
        data-cy={name}
        autoComplete="off"
        value={value}
        onChange={event => onChange(event.target.value)}
      />
    </label>
  );
}

function Ready() {
  const { state, t } = useStudy();
  const { phase, reader, plan } = state;
  if (phase.kind !== 'ready') return null;
  const { sessions, reading } = phase.step;
  const firstReal = isFirstReal(phase.step, plan);
  return (
    <>
      <p data-cy="explain-study-ready">
        {t('reader', { reader: reader ?? '' })} · {t('session', { session: reading.session + 1, sessions })} ·{' '}
        {placeText(phase.step, t)}
      </p>
      <p className="xp-question">{plan?.question}</p>
      {phase.resumes && (!firstReal || !plan?.cases.some(each => each.practice)) && (
        <p data-cy="explain-study-goes-on">{t('goingOn')}</p>
      )}
      {firstReal && <p className="xp-notice">{t('realNow')}</p>}
      <p className="xp-dim">{t('beginHint')}</p>
      <Begin label={t('begin')} />
    </>
  );
}

/** Whether practice is over with this case. */
function isFirstReal({ reading, place }: ReadStep, plan: StudyState['plan']): boolean {
  return !reading.practice && place === 1 && plan?.cases.some(each => each.practice) === true;
}

function Begin({ label }: { label: string }) {
  const { service } = useStudy();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <button
      ref={button}
      type="button"
      className="xp-main"
      data-cy="explain-study-begin"
      onClick={() => void service.begin()}
    >
      {label}
    </button>
  );
}
