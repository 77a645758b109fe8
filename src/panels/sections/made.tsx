import { t } from '../../extension/i18n';
import { madeText } from '../../extension/i18n/words';
import { isBusy } from '../../extension/store/state';
import { Section, Select } from '../controls';
import type { PanelProps, PanelSection } from '../panel-section';

export const made: PanelSection = { id: 'made', needsResult: false, Section: MadeSection };

/** The finished explanations of the film, where there are several: which of them the panel speaks of. */
function MadeSection({ service, state: { made: results, explanation } }: PanelProps) {
  if (results.length < 2) return null;
  const shown = explanation.phase === 'done' ? explanation.result.key : '';
  return (
    <Section name="explain-made" title={t('made')}>
      <Select
        label={t('made')}
        name="explain-made-choice"
        value={shown}
        choices={[
          ...(shown ? [] : [{ value: '', label: '–', disabled: true }]),
          ...results.map(result => ({ value: result.key, label: madeText(result) })),
        ]}
        disabled={isBusy(explanation.phase)}
        onChange={key => service.choose(key)}
      />
    </Section>
  );
}
