import { useEffect, useSyncExternalStore, type KeyboardEvent } from 'react';
import type { ExplainService } from '../extension/store/explain-service';
import type { FailureCode } from '../extension/failure';
import { language, onLanguageChange, t } from '../extension/i18n';
import { spoken } from '../extension/i18n/spoken';
import { toldOf } from '../extension/i18n/words';
import { wasmMayHelp, type ExplainState } from '../extension/store/state';
import { Announcer } from './Announcer';
import { Alert, List } from './controls';
import type { PanelProps } from './panel-section';
import { sections } from './sections';
import { rootClass } from './styles';

/** Keys that work our own controls and would also reach OHIF's hotkeys (Space resets its viewport). */
const controlKeys = new Set([
  ' ',
  'Enter',
  'ArrowLeft',
  'ArrowRight',
  'ArrowUp',
  'ArrowDown',
  'Home',
  'End',
  'PageUp',
  'PageDown',
]);

/** The panel: renders the service's state and calls its methods, nothing else. */
export function ExplainPanel({ service, actions }: Pick<PanelProps, 'service' | 'actions'>) {
  const state = useSyncExternalStore(service.subscribe, service.getState, service.getState);
  const shownLanguage = useSyncExternalStore(onLanguageChange, language, language);
  useEffect(() => {
    void service.open();
    return () => service.close();
  }, [service]);
  const keepKeys = (event: KeyboardEvent): void => {
    if (controlKeys.has(event.key)) event.stopPropagation();
  };
  const result = state.explanation.phase === 'done' ? state.explanation.result : undefined;
  return (
    <div
      className={rootClass}
      role="region"
      aria-label={t('panelRegion')}
      lang={shownLanguage}
      data-cy="explain-panel"
      data-state={state.explanation.phase}
      data-engine={state.engine.phase}
      data-percentile={state.settings.percentile}
      onKeyDown={keepKeys}
      onKeyUp={keepKeys}
    >
      <h2>{t('panelTitle')}</h2>
      <section className="xp-alert xp-caution xp-notice" aria-label={t('research')}>
        <p data-cy="explain-notice-of-use">{spoken(noticeOf(state))}</p>
      </section>
      <Announcer state={state} />
      <Problems service={service} state={state} />
      {sections.map(section => {
        if (state.look.hiddenSections.includes(section.id)) return null;
        if (!section.needsResult)
          return <section.Section key={section.id} service={service} actions={actions} state={state} />;
        if (!result) return null;
        const isHidden = section.tellsAnswer && !state.outputVisible;
        return (
          <div key={section.id} className={isHidden ? 'xp-hidden' : undefined}>
            {isHidden && section.id === 'score' && (
              <p className="xp-dim xp-hidden-note" data-cy="explain-output-hidden">
                {t('outputHidden', { key: state.look.keys.toggleOutput.toUpperCase() })}
              </p>
            )}
            <section.Section service={service} actions={actions} state={state} result={result} />
          </div>
        );
      })}
    </div>
  );
}

function noticeOf({ models, subject, settings }: ExplainState): string {
  const id = settings.modelId ?? (subject.kind === 'image' ? subject.modelId : undefined);
  return models.find(model => model.id === id)?.card?.researchUseNotice ?? t('research');
}

/** Names the model whose reasons follow, where there is one. */
function modelTitle({ models, subject }: ExplainState): string | undefined {
  const id = subject.kind === 'image' ? subject.modelId : undefined;
  const title = models.find(model => model.id === id)?.card?.title;
  return title && t('notApplicableTo', { title });
}

/** Everything that went wrong or asks for caution, each with its reason. */
function Problems({ service, state }: { service: ExplainService; state: ExplainState }) {
  const { subject, explanation, engine, models, notice } = state;
  const refused = models.filter(model => model.error !== undefined);
  const failed = explanation.phase === 'failed' ? explanation : undefined;
  const known = subject.kind === 'image' ? subject : undefined;
  const result = explanation.phase === 'done' ? explanation.result : undefined;
  // A finished explanation knows more reasons for caution than the header alone. One of another model tells its own (sections/origin.tsx).
  const isOfChosen = known?.modelId === undefined || known.modelId === result?.card.id;
  const { cautions, remarks } = toldOf((isOfChosen ? result?.warnings : undefined) ?? known?.warnings ?? []);
  // A film that the model is not made for needs no engine: what became of that for another film says nothing here.
  const needsEngine = subject.kind !== 'image' || subject.refusals.length === 0;
  const sameAsEngine = engine.phase === 'failed' && failed?.message === engine.message;
  return (
    <>
      {subject.kind === 'none' && subject.message && (
        <Alert kind={subject.code === 'loading' ? 'info' : 'error'} name="explain-refusal">
          <span data-code={subject.code}>{spoken(subject.message)}</span>
        </Alert>
      )}
      {engine.phase === 'failed' && needsEngine && !sameAsEngine && (
        <Alert kind="error" name="explain-engine-error">
          <span data-code={engine.code}>{spoken(engine.message)}</span>
          <Remedy service={service} code={engine.code} />
        </Alert>
      )}
      {failed && (
        <Alert kind="error" name="explain-error">
          <span data-code={failed.code}>{spoken(failed.message)}</span>
          <Remedy service={service} code={failed.code} />
        </Alert>
      )}
      {refused.map(model => (
        <Alert key={model.id} kind="error" name="explain-model-error">
          <strong>{t('unusableModel', { id: model.id })}.</strong> {model.error}
        </Alert>
      ))}
      {subject.kind === 'image' && subject.refusals.length > 0 && failed?.code !== 'not-applicable' && (
        <Alert kind="error" name="explain-not-applicable">
          <strong>{modelTitle(state) ?? t('notApplicable')}.</strong>
          <List items={subject.refusals.map(spoken)} />
        </Alert>
      )}
      {subject.kind === 'image' && subject.refusals.length === 0 && cautions.length > 0 && (
        <Alert kind="caution" name="explain-warnings">
          <strong>{t('caution')}</strong>
          <List items={cautions} />
        </Alert>
      )}
      {subject.kind === 'image' && subject.refusals.length === 0 && remarks.length > 0 && (
        <Alert kind="info" name="explain-remarks">
          <List items={remarks} />
        </Alert>
      )}
      {notice && (
        <Alert
          kind={notice.kind}
          name="explain-notice"
          dismissLabel={t('dismiss')}
          onDismiss={() => service.notify(undefined)}
        >
          {notice.text}
        </Alert>
      )}
    </>
  );
}

/** A way on where there is one besides pressing Explain again. */
function Remedy({ service, code }: { service: ExplainService; code: FailureCode }) {
  if (!wasmMayHelp(code, service.getState())) return null;
  return (
    <p style={{ marginTop: 6 }}>
      <button type="button" data-cy="explain-use-wasm" onClick={() => void service.explainOn('wasm')}>
        {t('useWasm')}
      </button>
    </p>
  );
}
