import { colourBarGradient, type ColourMapId } from '../../extension/draw/colour-map';
import { drawnColours, hasDirection, type HeatColours } from '../../extension/draw/direction';
import { disagreementOf, percentileRange, type Marked, type Result } from '../../extension/store/state';
import { precisionText, percentText, t } from '../../extension/i18n';
import { coloursText, unitText } from '../../extension/i18n/words';
import { useMemo } from 'react';
import { Check, Section, Select, Slider } from '../controls';
import type { PanelSection, ResultProps } from '../panel-section';
import { DirectionBar } from '../direction-bar';

export const display: PanelSection = { id: 'display', needsResult: true, Section: DisplaySection };

/** What is laid over the film: mask, heat map, and the switch for all of it. */
function DisplaySection({ service, state, result }: ResultProps) {
  const { settings, outputVisible, marked } = state;
  const maximum = result.reply.top;
  const colours = drawnColours(result.reply, settings.colours);
  const shownMarks = settings.showMask && marked?.percentile === settings.percentile ? marked : undefined;
  const less = shownMarks && markedText(shownMarks);
  return (
    <Section name="explain-display" title={t('output')}>
      <Check
        label={t('outputToggle', { key: state.look.keys.toggleOutput.toUpperCase() })}
        name="explain-output"
        checked={outputVisible}
        onChange={() => service.toggleOutput()}
      />
      <Check
        label={t('maskOn')}
        name="explain-mask"
        checked={settings.showMask}
        onChange={showMask => service.setSettings({ showMask })}
      />
      <Slider
        label={t('percentile')}
        name="explain-percentile"
        value={settings.percentile}
        valueText={t('percentileValue', {
          percentile: settings.percentile,
          share: percentText(100 - settings.percentile),
        })}
        {...percentileRange}
        disabled={!settings.showMask}
        onChange={percentile => service.setSettings({ percentile })}
      />
      {less && outputVisible && (
        <p className="xp-dim" data-cy="explain-marked" role="status">
          {less}
        </p>
      )}
      <Check
        label={t('heatMapOn')}
        name="explain-heat-map"
        checked={settings.showHeatMap}
        onChange={showHeatMap => service.setSettings({ showHeatMap })}
      />
      <Slider
        label={t('opacity')}
        name="explain-opacity"
        value={settings.opacity}
        valueText={percentText(settings.opacity * 100)}
        min={0}
        max={1}
        step={0.05}
        disabled={!settings.showHeatMap}
        onChange={opacity => service.setSettings({ opacity })}
      />
      <Select
        label={t('colours')}
        name="explain-colours"
        value={settings.colours === 'direction' && colours !== 'direction' ? 'usual' : settings.colours}
        choices={[
          { value: 'usual', label: t('coloursUsual') },
          { value: 'inferno', label: t('coloursInferno') },
          { value: 'viridis', label: t('coloursViridis') },
          { value: 'cividis', label: t('coloursCividis') },
          ...(hasDirection(result.reply) ? [{ value: 'direction', label: t('coloursDirection') }] : []),
        ]}
        disabled={!settings.showHeatMap}
        onChange={chosen => service.setSettings({ colours: chosen as HeatColours })}
      />
      <Check
        label={t('spreadOn')}
        name="explain-spread"
        checked={settings.showSpread && result.reply.spread !== undefined}
        disabled={!result.reply.spread}
        onChange={showSpread => service.setSettings({ showSpread })}
      />
      <div className={outputVisible ? undefined : 'xp-hidden'}>
        <SpreadLegend result={result} shown={settings.showSpread} />
        {maximum === 0 ? (
          <p data-cy="explain-direction">{direction(result)}</p>
        ) : colours === 'direction' ? (
          <DirectionBar result={result} maximum={maximum} />
        ) : (
          <ColourBar result={result} maximum={maximum} colours={colours} />
        )}
      </div>
    </Section>
  );
}

/** What the colours stand for; of a map that marks nothing there are none. */
function ColourBar({ result, maximum, colours }: { result: Result; maximum: number; colours: ColourMapId }) {
  const gradient = useMemo(() => colourBarGradient(colours), [colours]);
  const cool = colours === 'azure' ? t('coolLegend') : undefined;
  const legend = [`${unit(result)}.`, direction(result), cool].filter(Boolean).join(' ');
  return (
    <>
      <div
        className="xp-colour-bar"
        role="img"
        aria-label={`${t('colourBar')}: 0 – ${precisionText(maximum, 2)}, ${legend}`}
      >
        <i style={{ background: gradient }} />
      </div>
      <div className="xp-row xp-between xp-dim xp-num" style={{ minHeight: 0 }}>
        <span>0</span>
        <span>{precisionText(maximum, 2)}</span>
      </div>
      <p className="xp-dim">
        {unit(result)}. {t('ownScale')}
      </p>
      <p data-cy="explain-direction" style={{ marginTop: 4 }}>
        {direction(result)}
      </p>
      {cool && <p data-cy="explain-cool">{cool}</p>}
    </>
  );
}

/** What the hatching stands for, and how much of the map is hatched. */
function SpreadLegend({ result, shown }: { result: Result; shown: boolean }) {
  const found = useMemo(() => disagreementOf(result.reply), [result]);
  if (!result.reply.spread)
    return result.restored && !result.augment ? null : (
      <p className="xp-dim">{t(result.restored ? 'spreadNotStored' : 'spreadNeedsAverage')}</p>
    );
  if (!shown) return null;
  const share = found?.share ?? 0;
  return (
    <p className="xp-dim xp-row" data-cy="explain-spread-legend" data-share={share} role="status">
      {share > 0 && <i className="xp-hatched" aria-hidden="true" />}
      <span>
        {share > 0 ? t('spreadLegend', { share: percentText(Math.round(100 * share)) }) : t('spreadNone')}
      </span>
    </p>
  );
}

function unit({ reply, method }: Result): string {
  return unitText(reply, method.map);
}

function direction({ reply, method }: Result): string {
  return `${coloursText(reply, method.map)}.`;
}

/** Said where the mask marks less than the percentile asks for. */
function markedText({ percentile, share, ofField }: Marked): string | undefined {
  if (share === 0) return t('marksNothing');
  // Rounding to whole pixels is no reason for a word.
  const asked = 1 - percentile / 100;
  if (share >= 0.99 * asked) return undefined;
  return t(ofField ? 'marksLessOfField' : 'marksLess', { share: percentText(100 * share) });
}
