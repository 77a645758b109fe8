import { directionGradient, directionLegend } from '../extension/draw/direction';
import { precisionText, t } from '../extension/i18n';
import type { Result } from '../extension/store/state';

/** The legend of a map that is coloured by its direction. */
export function DirectionBar({ result, maximum }: { result: Result; maximum: number }) {
  const [down, up] = directionLegend(result.reply);
  const top = precisionText(maximum, 2);
  return (
    <>
      <div
        className="xp-colour-bar"
        role="img"
        aria-label={`${t('colourBar')}: −${top} – ${top}. ${down}. ${up}.`}
      >
        <i style={{ background: directionGradient() }} />
      </div>
      <div className="xp-row xp-between xp-dim xp-num" style={{ minHeight: 0 }}>
        <span>{`−${top}`}</span>
        <span>0</span>
        <span>{`+${top}`}</span>
      </div>
      <p data-cy="explain-evidence" style={{ marginTop: 4 }}>
        {down}. {up}.
      </p>
    </>
  );
}
