import type { ExplainService } from '../../extension/store/explain-service';
import { isBusy, type ExplainState } from '../../extension/store/state';
import { Section, Select } from '../controls';
import type { PanelSection } from '../panel-section';
import { texts } from '../texts';

type BackendChoice = keyof typeof texts.backends;

export const compute: PanelSection = { id: 'compute', needsResult: false, Section: ComputeSection };

/** Backend, why this one, and times. */
function ComputeSection({ service, state }: { service: ExplainService; state: ExplainState }) {
  const { engine, settings, explanation } = state;
  const backend = 'backend' in engine ? engine.backend : undefined;
  const result = explanation.phase === 'done' ? explanation.result : undefined;
  const times: [string, string, number | undefined][] = [
    ['load', texts.times.load, engine.phase === 'ready' ? engine.loadSeconds : undefined],
    ['warm-up', texts.times.warmUp, engine.phase === 'ready' ? engine.warmUpSeconds : undefined],
    ['preparation', texts.times.preparation, result?.reply.seconds.preparation],
    ['classifier', texts.times.classifier, result?.reply.seconds.classifier],
    ['explanation', texts.times.explanation, result?.reply.seconds.explanation],
    result?.restored
      ? ['reading', texts.times.reading, result.totalSeconds]
      : ['total', texts.times.total, result?.totalSeconds],
  ];
  const choices = (Object.keys(texts.backends) as BackendChoice[]).map(value => ({
    value,
    label: texts.backends[value],
  }));
  return (
    <Section name="explain-compute" title={texts.details}>
      <Select
        label={texts.backend}
        name="explain-backend-choice"
        value={settings.backend}
        choices={choices}
        disabled={isBusy(explanation.phase)}
        onChange={value => service.setBackend(value as BackendChoice)}
      />
      {backend && (
        <p className="xp-dim" data-cy="explain-backend" data-backend={backend.name} style={{ marginTop: 6 }}>
          {texts.using(texts.backendName(backend.name), backend.reason)}
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
                    {texts.seconds(seconds)}
                  </td>
                </tr>
              ),
          )}
        </tbody>
      </table>
    </Section>
  );
}
