import type { ExplainService } from '../../extension/store/explain-service';
import { isBusy, type ExplainState, type Settings } from '../../extension/store/state';
import { numberText, t } from '../../extension/i18n';
import { averagedWords, backendWords, workersUsed } from '../../extension/i18n/backend-words';
import { Section, Select } from '../controls';
import type { PanelSection } from '../panel-section';

export const compute: PanelSection = { id: 'compute', needsResult: false, Section: ComputeSection };

/** Backend, why this one, and times. */
function ComputeSection({ service, state }: { service: ExplainService; state: ExplainState }) {
  const { engine, settings, explanation } = state;
  const backend = 'backend' in engine ? engine.backend : undefined;
  const result = explanation.phase === 'done' ? explanation.result : undefined;
  const averaging = result?.reply.averaging;
  const times: [string, string, number | undefined][] = [
    ['load', t('timeLoad'), engine.phase === 'ready' ? engine.loadSeconds : undefined],
    ['warm-up', t('timeWarmUp'), engine.phase === 'ready' ? engine.warmUpSeconds : undefined],
    ['preparation', t('timePreparation'), result?.reply.seconds.preparation],
    ['classifier', t('timeClassifier'), result?.reply.seconds.classifier],
    ['explanation', t('timeExplanation'), result?.reply.seconds.explanation],
    result?.restored
      ? ['reading', t('timeReading'), result.totalSeconds]
      : ['total', t('timeTotal'), result?.totalSeconds],
  ];
  const choices: { value: Settings['backend']; label: string }[] = [
    { value: 'auto', label: t('backendAuto') },
    { value: 'webgpu', label: t('backendWebgpu') },
    { value: 'webgl', label: t('backendWebgl') },
    { value: 'wasm', label: t('backendWasm') },
    { value: 'cpu', label: t('backendCpu') },
  ];
  return (
    <Section name="explain-compute" title={t('details')}>
      <Select
        label={t('backend')}
        name="explain-backend-choice"
        value={settings.backend}
        choices={choices}
        disabled={isBusy(explanation.phase)}
        onChange={value => service.setBackend(value as Settings['backend'])}
      />
      {backend && (
        <p className="xp-dim" data-cy="explain-backend" data-backend={backend.name} style={{ marginTop: 6 }}>
          {backendWords(backend).join(' ')}
        </p>
      )}
      {engine.phase === 'ready' && !engine.keepsModels && (
        <p className="xp-dim" data-cy="explain-models-not-kept" style={{ marginTop: 6 }}>
          {t('modelsNotKept')}
        </p>
      )}
      {averaging && (
        <p
          className="xp-dim"
          data-cy="explain-averaged-on"
          data-workers={workersUsed(averaging)}
          style={{ marginTop: 6 }}
        >
          {averagedWords(averaging).join(' ')}
        </p>
      )}
      <table>
        <tbody>
          {times.map(
            ([id, label, seconds]) =>
              seconds !== undefined && (
                <tr key={id}>
                  <td>{label}</td>
                  <td data-cy={`explain-time-${id}`} data-seconds={seconds}>
                    {secondsText(seconds)}
                  </td>
                </tr>
              ),
          )}
        </tbody>
      </table>
    </Section>
  );
}

function secondsText(seconds: number): string {
  return seconds < 0.0995
    ? t('milliseconds', { number: Math.round(seconds * 1000) })
    : t('seconds', { number: numberText(seconds, 2) });
}
