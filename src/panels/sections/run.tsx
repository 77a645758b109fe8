import { percentText, scoreText, t } from '../../extension/i18n';
import { spoken } from '../../extension/i18n/spoken';
import { methodHint } from '../../extension/i18n/words';
import type { ExplainService } from '../../extension/store/explain-service';
import {
  asExplained,
  fittingGenerators,
  isBusy,
  measuredAuc,
  methodFits,
  usableGenerator,
  usableMethod,
  type ExplainState,
} from '../../extension/store/state';
import { Check, NumberField, Section, Select, type Choice } from '../controls';
import type { PanelSection } from '../panel-section';

const automatic = '';

export const run: PanelSection = { id: 'run', needsResult: false, Section: RunSection };

/** Model, method, averaging and the button. */
function RunSection({ service, state }: { service: ExplainService; state: ExplainState }) {
  const { models, methods, settings, subject, explanation, engine } = state;
  const loadedId = 'modelId' in engine ? engine.modelId : undefined;
  const automaticId = subject.kind === 'image' ? subject.modelId : loadedId;
  const card = models.find(model => model.id === (settings.modelId ?? automaticId))?.card;
  const done = explanation.phase === 'done' ? explanation.result : undefined;
  const chosenLabel = card?.classes.some(({ name }) => name === settings.label) ? settings.label : undefined;
  const explained = card && asExplained(card, chosenLabel ?? done?.label);
  const busy = isBusy(explanation.phase);
  // Known once the worker has read the cards; that none can be used is said above, with the reasons.
  const hasModel = methods.length === 0 || models.some(model => model.card);
  const refused = !hasModel || subject.kind === 'none' || subject.refusals.length > 0;
  const method = usableMethod(methods, explained, settings.methodId);
  const generator = usableGenerator(method, explained, settings.generator);
  const generatorChoices: Choice[] = fittingGenerators(method, explained).map(id => ({
    value: id,
    label: `${explained!.generators[id].title} (${id})`,
  }));
  const count = settings.augment ? settings.augmentCount : undefined;
  const stale =
    done &&
    (done.method.id !== method?.id ||
      done.generator !== generator ||
      (card?.independent && chosenLabel !== undefined && done.label !== chosenLabel) ||
      done.augment?.count !== count ||
      done.card.id !== card?.id);

  const automaticTitle = settings.modelId === undefined ? card?.title : undefined;
  const modelChoices: Choice[] = [
    {
      value: automatic,
      label: automaticTitle ? t('automaticWith', { title: automaticTitle }) : t('automatic'),
    },
    ...models.map(model => ({
      value: model.id,
      label: model.card ? `${model.card.title} (${model.id})` : t('unusableModel', { id: model.id }),
      disabled: !model.card,
    })),
  ];
  const refusals = subject.kind === 'image' ? subject.labelRefusals : undefined;
  const labelChoices: Choice[] = [
    { value: automatic, label: t('labelAutomatic') },
    ...(card?.classes ?? []).map(({ name }) => ({
      value: name,
      label: refusals?.[name] === undefined ? spoken(name) : t('labelSilent', { name: spoken(name) }),
      disabled: refusals?.[name] !== undefined,
    })),
  ];
  const methodChoices: Choice[] = methods.map(candidate => {
    const fits = methodFits(candidate, explained);
    return {
      value: candidate.id,
      label: fits ? candidate.title : t('methodMissing', { title: candidate.title }),
      disabled: !fits,
    };
  });

  return (
    <Section name="explain-run" label={t('runRegion')}>
      <h3>{t('model')}</h3>
      <Select
        label={t('model')}
        name="explain-model"
        value={settings.modelId ?? automatic}
        choices={modelChoices}
        disabled={busy}
        onChange={id => service.setSettings({ modelId: id === automatic ? undefined : id })}
      />
      {card && (
        <p
          className="xp-dim xp-num xp-hint"
          data-cy="explain-model-version"
          data-model={card.id}
          data-version={card.version}
        >
          {card.id} · {t('version', { version: card.version })}
        </p>
      )}
      {card && <Measured card={card} label={chosenLabel ?? done?.label} />}
      {card?.independent && (
        <>
          <h3 style={{ marginTop: 8 }}>{t('labelToExplain')}</h3>
          <Select
            label={t('labelToExplain')}
            name="explain-label-choice"
            value={chosenLabel ?? automatic}
            choices={labelChoices}
            disabled={busy}
            onChange={name => service.setSettings({ label: name === automatic ? undefined : name })}
          />
        </>
      )}
      {methodChoices.length > 0 && hasModel && (
        <>
          <h3 style={{ marginTop: 8 }}>{t('method')}</h3>
          <Select
            label={t('method')}
            name="explain-method"
            value={method?.id ?? ''}
            choices={methodChoices}
            disabled={busy}
            onChange={methodId => service.setSettings({ methodId })}
          />
          {method?.map && (
            <p className="xp-dim xp-hint" data-cy="explain-method-hint">
              {methodHint(method.map)}
            </p>
          )}
          {generator !== undefined && generatorChoices.length > 1 && (
            <>
              <h3 style={{ marginTop: 8 }} title={t('generatorHint')}>
                {t('generator')}
              </h3>
              <Select
                label={t('generator')}
                name="explain-generator"
                value={generator}
                choices={generatorChoices}
                disabled={busy}
                onChange={id => service.setSettings({ generator: id })}
              />
            </>
          )}
          <div className="xp-row xp-between">
            <Check
              label={t('averaging')}
              name="explain-augment"
              title={t('averagingHint')}
              checked={settings.augment}
              disabled={busy}
              onChange={augment => service.setSettings({ augment })}
            />
            {settings.augment && (
              <NumberField
                label={t('count')}
                name="explain-augment-count"
                value={settings.augmentCount}
                min={2}
                max={50}
                disabled={busy}
                onChange={augmentCount => service.setSettings({ augmentCount })}
              />
            )}
          </div>
        </>
      )}
      <div className="xp-row" style={{ marginTop: 8 }}>
        {busy ? (
          <button
            type="button"
            className="xp-main"
            data-cy="explain-cancel"
            // It takes the place of Explain, so the second click of a double click there would land here.
            onClick={event => event.detail < 2 && service.cancel()}
          >
            {t('cancel')}
          </button>
        ) : (
          <button
            type="button"
            className="xp-main"
            data-cy="explain-run-button"
            disabled={refused}
            title={refused && hasModel ? t('refusedHint') : undefined}
            onClick={() => void service.explain()}
          >
            {done ? t('explainAgain') : t('explain')}
          </button>
        )}
        <button
          type="button"
          data-cy="explain-clear"
          disabled={explanation.phase === 'idle' || busy}
          onClick={() => service.clear()}
        >
          {t('clear')}
        </button>
      </div>
      <Progress state={state} />
      {stale && !refused && <p className="xp-dim xp-hint">{t('stale')}</p>}
      {explanation.phase === 'idle' && !refused && <p className="xp-dim xp-hint">{t('nothingYet')}</p>}
    </Section>
  );
}

/** How well the model tells the explained label, or its two classes, as its card states. */
function Measured({ card, label }: { card: Parameters<typeof asExplained>[0]; label: string | undefined }) {
  const measured = measuredAuc(card, card.independent ? (label ?? '') : undefined);
  if (!measured) return null;
  const { auc, interval95, positives, negatives, on } = measured;
  const value = scoreText(auc);
  const told = interval95
    ? t('aucInterval', { value, low: scoreText(interval95.low), high: scoreText(interval95.high) })
    : value;
  return (
    <p className="xp-dim xp-num xp-hint" data-cy="explain-model-auc" data-auc={auc} title={t('aucHint')}>
      {t(on === 'test' ? 'aucTest' : 'aucPhantoms', { auc: told, count: positives + negatives })}
    </p>
  );
}

function Progress({ state: { engine, explanation } }: { state: ExplainState }) {
  const running = explanation.phase === 'running' ? explanation : undefined;
  const working =
    engine.phase === 'starting' || engine.phase === 'loading-model' || engine.phase === 'warming-up';
  if (!running && !working) return null;
  const averaged = running?.averaged;
  const loaded = !running && engine.phase === 'loading-model' ? engine.fraction : undefined;
  const fraction = averaged ? averaged.transforms / averaged.count : loaded;
  const text = t(
    running
      ? running.reading
        ? 'pressedReading'
        : 'pressedRunning'
      : engine.phase === 'starting'
        ? 'pressedStarting'
        : engine.phase === 'loading-model'
          ? 'pressedLoading'
          : 'pressedWarming',
  );
  const percent = fraction === undefined ? undefined : Math.round(fraction * 100);
  return (
    <div role="status" data-cy="explain-progress">
      <div className="xp-row xp-between xp-dim">
        <span>{text}</span>
        {percent !== undefined && (
          <span className="xp-num" data-cy="explain-progress-value">
            {averaged ? t('transformsDone', averaged) : percentText(percent)}
          </span>
        )}
      </div>
      <div className={percent === undefined ? 'xp-progress xp-unknown' : 'xp-progress'}>
        <i style={percent === undefined ? undefined : { width: `${percent}%` }} />
      </div>
    </div>
  );
}
