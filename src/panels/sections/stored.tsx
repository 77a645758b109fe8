import { numberText, t } from '../../extension/i18n';
import { methodText, verdictKeys } from '../../extension/i18n/words';
import type { ExplainService } from '../../extension/store/explain-service';
import { isBusy, type ExplainState, type ListedAnswer } from '../../extension/store/state';
import { Section } from '../controls';
import type { PanelSection } from '../panel-section';

export const stored: PanelSection = { id: 'stored', needsResult: false, Section: StoredSection };

/** Explanations of this image that the study holds: shown again at a press, without computing; and what readers answered to them. */
function StoredSection({ service, state }: { service: ExplainService; state: ExplainState }) {
  const { stored, explanation, methods } = state;
  const titleOf = (methodId: string): string => methods.find(({ id }) => id === methodId)?.title ?? methodId;
  if (stored.length === 0) return null;
  return (
    <Section name="explain-stored" title={t('stored')}>
      {stored.map(({ uid, modelId, version, label, methodId, generator, augment, created, answers }) => (
        <div key={uid}>
          <div className="xp-row xp-between">
            <span className="xp-dim xp-num">
              {[
                `${modelId} ${version}`,
                methodText({
                  method: { title: titleOf(methodId) },
                  generator,
                  label,
                  augment: augment > 0 ? { count: augment } : undefined,
                }),
                created,
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
            <button
              type="button"
              data-cy="explain-restore"
              data-model={modelId}
              style={{ flex: 'none' }}
              disabled={isBusy(explanation.phase)}
              onClick={() => void service.restore(uid)}
            >
              {t('show')}
            </button>
          </div>
          {answers.length > 0 && (
            <ul style={{ margin: '0 0 6px', paddingLeft: 18 }}>
              {answers.map(each => (
                <StoredAnswer key={each.uid} answer={each} />
              ))}
            </ul>
          )}
        </div>
      ))}
    </Section>
  );
}

function StoredAnswer({ answer }: { answer: ListedAnswer }) {
  const { verdict, reader, verified, marked, overlap, note, created } = answer;
  const parts = [
    t(verdictKeys[verdict]),
    reader,
    verified && t('answerVerified'),
    marked && t('answerMarked'),
    overlap !== undefined && `${t('answerOverlap')} ${numberText(overlap, 2)}`,
    created,
  ];
  return (
    <li className="xp-num" data-cy="explain-stored-answer" data-verdict={verdict} data-verified={verified}>
      {parts.filter(Boolean).join(' · ')}
      {note !== '' && <p className="xp-dim">{note}</p>}
    </li>
  );
}
