import { StudyFailure } from '../../extension/study/failure';
import type { StudyTextSource } from '../../extension/study/texts';
import { useStudy } from './context';

/** What became of the answers: sent, waiting, refused; and the way to take them away as a file. */
export function DeliveryNote() {
  const { service, state, t } = useStudy();
  const { waiting, delivered, refused, failure } = state.delivery;
  if (waiting + delivered + refused === 0) return null;
  return (
    <section
      className={refused > 0 ? 'xp-alert' : undefined}
      role="status"
      data-cy="explain-study-delivery"
      data-waiting={waiting}
      data-delivered={delivered}
      data-refused={refused}
    >
      {delivered > 0 && <p className="xp-dim">{t('allSent', { delivered })}</p>}
      {waiting > 0 && (
        <p className={state.byFile ? 'xp-dim' : 'xp-notice'}>
          {state.byFile ? t('byFile', { waiting }) : t('waitingSent', { waiting })}
        </p>
      )}
      {failure !== undefined && waiting > 0 && (
        <p className="xp-dim">{t('whyWaiting', { reason: reasonText(failure, t) })}</p>
      )}
      {refused > 0 && <p className="xp-notice">{t('refused', { refused })}</p>}
      {(state.byFile || waiting > 0 || refused > 0) && (
        <div className="xp-buttons">
          {!state.byFile && waiting > 0 && (
            <button type="button" onClick={() => service.send()}>
              {t('tryAgain')}
            </button>
          )}
          <button
            type="button"
            data-cy="explain-study-download"
            onClick={() => download(service.answersText(), `answers-${state.reader ?? 'reader'}.jsonl`)}
          >
            {t('download')}
          </button>
        </div>
      )}
    </section>
  );
}

function reasonText(failure: Error, t: StudyTextSource['t']): string {
  return failure instanceof StudyFailure ? t(failure.key, failure.values) : failure.message;
}

function download(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address));
}
