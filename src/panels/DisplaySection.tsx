import { colourBarGradient } from '../extension/colour-map';
import type { ExplainService } from '../extension/explain-service';
import { keys } from '../extension/keys';
import { mapMaximum } from '../extension/layers';
import { percentileRange, type ExplainState, type Result } from '../extension/state';
import { percentText } from '../extension/texts';
import { useMemo } from 'react';
import { Check, Section, Slider } from './controls';
import { texts } from './texts';

/** What is laid over the film: mask, heat map, and the switch for all of it. */
export function DisplaySection({
  service,
  state,
  result,
}: {
  service: ExplainService;
  state: ExplainState;
  result: Result;
}) {
  const { settings, outputVisible } = state;
  const maximum = useMemo(() => mapMaximum(result.reply.map), [result]);
  const gradient = useMemo(() => colourBarGradient(), []);
  return (
    <Section name="explain-display" title={texts.output}>
      <Check
        label={texts.outputToggle(keys.toggleOutput)}
        name="explain-output"
        checked={outputVisible}
        onChange={() => service.toggleOutput()}
      />
      <Check
        label={texts.maskOn}
        name="explain-mask"
        checked={settings.showMask}
        onChange={showMask => service.setSettings({ showMask })}
      />
      <Slider
        label={texts.percentile}
        name="explain-percentile"
        value={settings.percentile}
        valueText={texts.percentileValue(settings.percentile, percentText(100 - settings.percentile))}
        {...percentileRange}
        disabled={!settings.showMask}
        onChange={percentile => service.setSettings({ percentile })}
      />
      <Check
        label={texts.heatMapOn}
        name="explain-heat-map"
        checked={settings.showHeatMap}
        onChange={showHeatMap => service.setSettings({ showHeatMap })}
      />
      <Slider
        label={texts.opacity}
        name="explain-opacity"
        value={settings.opacity}
        valueText={percentText(settings.opacity * 100)}
        min={0}
        max={1}
        step={0.05}
        disabled={!settings.showHeatMap}
        onChange={opacity => service.setSettings({ opacity })}
      />
      <div
        className="xp-colour-bar"
        role="img"
        aria-label={`${texts.colourBar}: 0 – ${maximum.toPrecision(2)}, ${unit(result)}`}
      >
        <i style={{ background: gradient }} />
      </div>
      <div className="xp-row xp-between xp-dim xp-num" style={{ minHeight: 0 }}>
        <span>0</span>
        <span>{maximum.toPrecision(2)}</span>
      </div>
      <p className="xp-dim">{unit(result)}</p>
    </Section>
  );
}

function unit({ reply }: Result): string {
  if (reply.hasSimilar) return texts.units.pair;
  return reply.hasAdversarial ? texts.units.single : texts.units.other;
}
