import { useEffect, useRef, useState, type FormEvent, type SyntheticEvent } from 'react';
import { isCovered } from '../../extension/study/state';
import { rootClass } from '../styles';
import { useStudy } from './context';
import { DeliveryNote } from './DeliveryNote';

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
          <p>{phase.said ? t(phase.said.key, phase.said.values) : phase.message}</p>
          <button type="button" onClick={() => void service.retry()}>
            {t('tryAgain')}
          </button>
        </section>
      );
    case 'asking':
      return <AskReader refused={phase.refused} />;
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

function AskReader({ refused }: { refused: string | undefined }) {
  const { service, t } = useStudy();
  const [code, setCode] = useState('');
  const enter = (event: FormEvent): void => {
    event.preventDefault();
    void service.enter(code.trim().toLowerCase());
  };
  return (
    <form onSubmit={enter}>
      <label>
        {t('askReader')}
        <input
          type="text"
          data-cy="explain-study-reader"
          autoComplete="off"
          value={code}
          onChange={event => setCode(event.target.value)}
        />
      </label>
      <p className="xp-dim">{t('askReaderHint')}</p>
      {refused !== undefined && <p role="alert">{t('unknownReader', { reader: refused })}</p>}
      <button type="submit" className="xp-main">
        {t('continue')}
      </button>
    </form>
  );
}

function Ready() {
  const { state, t } = useStudy();
  const { phase, reader, plan } = state;
  if (phase.kind !== 'ready') return null;
  const { place, of, sessions, reading, beginsSession } = phase.step;
  const practice = plan?.cases.some(each => each.practice);
  return (
    <>
      <p>
        {t('reader', { reader: reader ?? '' })} · {t('session', { session: reading.session + 1, sessions })} ·{' '}
        {reading.practice ? t('practicePlace', { place }) : t('place', { place, of })}
      </p>
      <p className="xp-question">{plan?.question}</p>
      {!beginsSession && (reading.practice || !practice || !isFirstReal(phase.step, plan)) && (
        <p>{t('goingOn')}</p>
      )}
      {isFirstReal(phase.step, plan) && <p className="xp-notice">{t('realNow')}</p>}
      <p className="xp-dim">{t('beginHint')}</p>
      <Begin label={t('begin')} />
    </>
  );
}

/** Whether practice is over with this case. */
function isFirstReal(
  { reading, place }: { reading: { practice: boolean }; place: number },
  plan: ReturnType<typeof useStudy>['state']['plan'],
): boolean {
  const practice = plan?.cases.filter(each => each.practice).length ?? 0;
  const perCase = plan?.design.kind === 'sequential' ? 2 : 1;
  return practice > 0 && !reading.practice && place === practice * perCase + 1;
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
