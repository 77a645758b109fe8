import { Fragment } from 'react';
import type { Actions } from '../../extension/exchange/actions';
import type { ExplainService } from '../../extension/store/explain-service';
import { t } from '../../extension/i18n';
import { momentText, objectLabel } from '../../extension/i18n/words';
import {
  resultObjects,
  savedOf,
  type ExplainState,
  type ResultKind,
  type Saved,
} from '../../extension/store/state';
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
  const hasAdversarial = explanation.phase === 'done' && explanation.result.reply.hasAdversarial;
  const restored = explanation.phase === 'done' && explanation.result.restored === true;
  const chosen = settings.resultKinds;
  const canBeMade = (object: (typeof resultObjects)[number]): boolean =>
    hasAdversarial || !('needsAdversarial' in object);
  const hasChosen = resultObjects.some(object => chosen.includes(object.id) && canBeMade(object));
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
          title={t('mapFileHint')}
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
          {resultObjects.map(object => (
            <Fragment key={object.id}>
              <Check
                label={objectLabel(object.id, object.label)}
                name={`explain-result-${object.id}`}
                checked={chosen.includes(object.id) && canBeMade(object)}
                disabled={busy || !canBeMade(object)}
                onChange={on => choose(object.id, on)}
              />
              {!canBeMade(object) && (
                <p className="xp-dim xp-hint" data-cy={`explain-not-made-${object.id}`}>
                  {t('noGenerated')}
                </p>
              )}
              {'showsFilm' in object && canBeMade(object) && (
                <p className="xp-dim xp-hint" data-cy={`explain-shows-film-${object.id}`}>
                  {t('resultShowsFilm')}
                </p>
              )}
            </Fragment>
          ))}
          <div className="xp-buttons">
            <button
              type="button"
              data-cy="explain-save-results"
              disabled={busy || !hasChosen}
              onClick={() => void actions.saveResults()}
            >
              {busy ? t('working') : t('saveResults')}
            </button>
            <button
              type="button"
              data-cy="explain-download-results"
              disabled={busy || !hasChosen}
              onClick={() => void actions.downloadResults()}
            >
              {t('downloadResults')}
            </button>
          </div>
        </>
      )}
      {savedOf(state).map(saved => (
        <SavedNote key={saved.at.getTime()} saved={saved} />
      ))}
    </Section>
  );
}

/** Stays where the toast goes: what the archive was given of this explanation, and when. */
function SavedNote({ saved: { at, kinds, unconfirmed } }: { saved: Saved }) {
  const names = resultObjects
    .filter(({ id }) => kinds.includes(id))
    .map(({ id, label }) => objectLabel(id, label))
    .join('; ');
  return (
    <p className="xp-dim xp-hint" data-cy="explain-saved">
      {t('savedNote', { moment: momentText(at), names })}{' '}
      {unconfirmed ? t('archiveSilent') : t('listedLater')}
    </p>
  );
}
