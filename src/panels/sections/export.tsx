import { Fragment } from 'react';
import type { Actions } from '../../extension/exchange/actions';
import type { ExplainService } from '../../extension/store/explain-service';
import { t } from '../../extension/i18n';
import { objectLabel } from '../../extension/i18n/words';
import { resultObjects, type ExplainState, type ResultKind } from '../../extension/store/state';
import { Check, Section } from '../controls';
import type { PanelSection } from '../panel-section';

export const exported: PanelSection = { id: 'export', needsResult: true, Section: ExportSection };

/** What a finished explanation can be kept as: objects for the archive, files for the user. */
function ExportSection({
  service,
  actions,
  state,
}: {
  service: ExplainService;
  actions: Actions;
  state: ExplainState;
}) {
  const { saving: busy, settings, explanation } = state;
  const hasWay = explanation.phase === 'done' && explanation.result.reply.hasAdversarial;
  const restored = explanation.phase === 'done' && explanation.result.restored === true;
  const chosen = settings.resultKinds;
  const choose = (kind: ResultKind, on: boolean): void =>
    service.setSettings({
      resultKinds: resultObjects
        .map(({ id }) => id)
        .filter(other => (other === kind ? on : chosen.includes(other))),
    });
  return (
    <Section name="explain-export" title={t('keep')}>
      <div className="xp-buttons">
        <button
          type="button"
          data-cy="explain-save-seg"
          disabled={busy || restored || !settings.showMask}
          title={settings.showMask ? undefined : t('saveSegNeedsMask')}
          onClick={() => void actions.saveSeg()}
        >
          {busy ? t('working') : t('saveSeg')}
        </button>
        <button
          type="button"
          data-cy="explain-save-png"
          disabled={busy}
          title={t('resultShowsFilm')}
          onClick={() => void actions.savePicture()}
        >
          {t('savePicture')}
        </button>
        <button
          type="button"
          data-cy="explain-save-map"
          disabled={busy}
          onClick={() => void actions.saveMap()}
        >
          {t('saveMap')}
        </button>
      </div>
      {restored ? (
        <p className="xp-dim xp-hint">{t('restored')}</p>
      ) : (
        <>
          <h3 style={{ marginTop: 8 }}>{t('results')}</h3>
          {resultObjects.map(({ id: kind, label, ...object }) => (
            <Fragment key={kind}>
              <Check
                label={objectLabel(kind, label)}
                name={`explain-result-${kind}`}
                checked={chosen.includes(kind)}
                disabled={busy || ('needsWay' in object && !hasWay)}
                onChange={on => choose(kind, on)}
              />
              {'showsFilm' in object && (
                <p className="xp-dim xp-hint" data-cy={`explain-shows-film-${kind}`}>
                  {t('resultShowsFilm')}
                </p>
              )}
            </Fragment>
          ))}
          <div className="xp-buttons">
            <button
              type="button"
              data-cy="explain-save-results"
              disabled={busy || chosen.length === 0}
              onClick={() => void actions.saveResults()}
            >
              {busy ? t('working') : t('saveResults')}
            </button>
            <button
              type="button"
              data-cy="explain-download-results"
              disabled={busy || chosen.length === 0}
              onClick={() => void actions.downloadResults()}
            >
              {t('downloadResults')}
            </button>
          </div>
        </>
      )}
    </Section>
  );
}
