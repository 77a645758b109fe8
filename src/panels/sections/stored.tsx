import { t } from '../../extension/i18n';
import type { ExplainService } from '../../extension/store/explain-service';
import { isBusy, type ExplainState } from '../../extension/store/state';
import { Section } from '../controls';
import type { PanelSection } from '../panel-section';

export const stored: PanelSection = { id: 'stored', needsResult: false, Section: StoredSection };

/** Explanations of this image that the study holds: shown again at a press, without computing. */
function StoredSection({ service, state }: { service: ExplainService; state: ExplainState }) {
  const { stored, explanation, methods } = state;
  const titleOf = (methodId: string): string => methods.find(({ id }) => id === methodId)?.title ?? methodId;
  if (stored.length === 0) return null;
  return (
    <Section name="explain-stored" title={t('stored')}>
      {stored.map(({ uid, modelId, version, methodId, created }) => (
        <div className="xp-row xp-between" key={uid}>
          <span className="xp-dim xp-num">
            {modelId} {version} · {titleOf(methodId)} · {created}
          </span>
          <button
            type="button"
            data-cy="explain-restore"
            data-model={modelId}
            disabled={isBusy(explanation.phase)}
            onClick={() => void service.restore(uid)}
          >
            {t('show')}
          </button>
        </div>
      ))}
    </Section>
  );
}
