import { t } from '../../extension/i18n';
import type { Counterfactual } from '../../extension/store/state';
import { HoldButton, Section } from '../controls';
import type { PanelSection, ResultProps } from '../panel-section';

export const counterfactual: PanelSection = {
  id: 'counterfactual',
  needsResult: true,
  Section: CounterfactualSection,
};

/** The generated images in the film's place. */
function CounterfactualSection({ service, state, result }: ResultProps) {
  const { hasAdversarial, similarIsOriginal } = result.reply;
  // An x_s that is the film itself shows nothing that the film does not.
  const hasSimilar = result.reply.hasSimilar && similarIsOriginal !== true;
  // Of a restored explanation the images are gone, but not what the classifier said of them.
  const wasMade = result.reply.decisionAdversarial !== undefined;
  const { counterfactual, settings, outputVisible, preparingImage } = state;
  const key = state.look.keys.showGenerated.toUpperCase();
  const hold = (kind: Counterfactual) => (held: boolean) => {
    if (!held && counterfactual !== kind) return;
    service.setBlinking(false);
    service.setCounterfactual(held ? kind : 'off');
  };
  const shown = (kind: Counterfactual): boolean => counterfactual === kind && !settings.blinking;
  return (
    <Section name="explain-counterfactual" title={t('counterfactual')}>
      {hasAdversarial ? (
        <>
          <div className="xp-buttons" data-counterfactual={counterfactual}>
            <HoldButton
              label={t('holdAdversarial')}
              name="explain-hold-adversarial"
              held={shown('adversarial')}
              disabled={!outputVisible}
              onHold={hold('adversarial')}
            />
            {hasSimilar && (
              <HoldButton
                label={t('holdSimilar')}
                name="explain-hold-similar"
                held={shown('similar')}
                disabled={!outputVisible}
                onHold={hold('similar')}
              />
            )}
            <button
              type="button"
              data-cy="explain-blink"
              aria-pressed={settings.blinking}
              disabled={!outputVisible}
              onClick={() => service.setBlinking(!settings.blinking)}
            >
              {hasSimilar ? t('blink') : t('blinkFilm')}
            </button>
          </div>
          <p className="xp-dim" style={{ marginTop: 6 }} aria-live="polite">
            {preparingImage ? t('preparing') : t(hasSimilar ? 'holdHintBoth' : 'holdHint', { key })}
          </p>
        </>
      ) : (
        <p className="xp-dim">{wasMade ? t('generatedNotStored') : t('noGenerated')}</p>
      )}
    </Section>
  );
}
