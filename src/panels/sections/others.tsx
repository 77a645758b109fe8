import type { OtherListing } from '../../extension/store/state';
import { plural, t } from '../../extension/i18n';
import { otherTitle } from '../../extension/i18n/words';
import { spoken } from '../../extension/i18n/spoken';
import { Section, Select } from '../controls';
import type { PanelProps, PanelSection } from '../panel-section';

export const others: PanelSection = { id: 'others', needsResult: false, Section: OthersSection };

/** What other software left in the study for the film on display; each is shown when asked for. */
function OthersSection({ service, state }: PanelProps) {
  if (state.others.length === 0) return null;
  return (
    <Section name="explain-others" title={t('others')}>
      <p className="xp-dim">{t('othersHint', { key: state.look.keys.toggleOutput.toUpperCase() })}</p>
      {state.others.map(other => (
        <Other key={other.uid} other={other} service={service} />
      ))}
    </Section>
  );
}

function Other({ other, service }: { other: OtherListing } & Pick<PanelProps, 'service'>) {
  const { uid, kind, origin, series, phase, failure, maps = [], layer = 0, skipped = 0 } = other;
  const isOn = phase === 'shown' || phase === 'reading';
  return (
    <div data-cy="explain-other" data-kind={kind} data-phase={phase}>
      <div className="xp-row xp-between">
        <span className="xp-dim">{[otherTitle(kind), series, origin || t('otherUnknown')].join(' · ')}</span>
        <button
          type="button"
          data-cy="explain-show-other"
          aria-pressed={isOn}
          style={{ flex: 'none' }}
          onClick={() => (isOn ? service.others.hide(uid) : void service.others.show(uid))}
        >
          {t('show')}
        </button>
      </div>
      {maps.length > 1 && (
        <Select
          label={t('otherLayer')}
          name="explain-other-layer"
          value={String(layer)}
          choices={maps.map((label, i) => ({ value: String(i), label }))}
          onChange={chosen => service.others.choose(uid, Number(chosen))}
        />
      )}
      {skipped > 0 && <p className="xp-dim">{plural('otherSkipped', skipped)}</p>}
      {failure !== undefined && (
        <p role="alert" className="xp-alert" data-cy="explain-other-failure">
          {spoken(failure)}
        </p>
      )}
    </div>
  );
}
