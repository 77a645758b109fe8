import { t } from '../../extension/i18n';
import { spoken } from '../../extension/i18n/spoken';
import { List } from '../controls';
import type { PanelSection, ResultProps } from '../panel-section';

export const origin: PanelSection = { id: 'origin', needsResult: true, Section: OriginSection };

/** Heads a result that is not of the model chosen above it, with that model's own reasons for caution. */
function OriginSection({ state: { subject }, result: { card, warnings } }: ResultProps) {
  const chosen = subject.kind === 'image' ? subject.modelId : undefined;
  if (chosen === undefined || chosen === card.id) return null;
  return (
    <section
      className="xp-alert xp-caution"
      data-cy="explain-origin"
      data-model={card.id}
      aria-label={t('resultOf', { title: card.title })}
    >
      <strong className="xp-notice">{t('resultOf', { title: card.title })}</strong>
      <p>{t('resultOfHint', { model: `${card.id} ${card.version}` })}</p>
      {warnings.length > 0 && <List items={warnings.map(spoken)} />}
    </section>
  );
}
