import { useState } from 'react';
import type { ExplainService } from '../../extension/store/explain-service';
import { t } from '../../extension/i18n';
import type { ExplainState } from '../../extension/store/state';
import type { PanelSection } from '../panel-section';

export const help: PanelSection = { id: 'help', needsResult: false, Section: HelpSection };

/** Names of the pictures in `help/` beside the extension, and what is said of each. */
const pictures = [
  ['film', 'helpFilm'],
  ['similar', 'helpSimilar'],
  ['opposite', 'helpOpposite'],
  ['map', 'helpMap'],
  ['mask', 'helpMask'],
] as const;

/** How to read an explanation, in five pictures of a phantom; fetched when it is opened first. */
function HelpSection({ service, state }: { service: ExplainService; state: ExplainState }) {
  const [open, setOpen] = useState(false);
  const [missing, setMissing] = useState(false);
  return (
    <section aria-label={t('help')}>
      <details data-cy="explain-help" onToggle={event => setOpen(event.currentTarget.open)}>
        <summary>{t('help')}</summary>
        {open && (
          <>
            <p className="xp-dim">{t('helpIntro')}</p>
            {missing && <p role="status">{t('helpMissing')}</p>}
            <ol className="xp-help">
              {pictures.map(([name, key]) => (
                <li key={name}>
                  {!missing && (
                    // The words beside it say what it shows.
                    <img
                      src={`${service.baseUrl}help/${name}.webp`}
                      alt=""
                      width={96}
                      height={96}
                      onError={() => setMissing(true)}
                    />
                  )}
                  <p>{t(key)}</p>
                </li>
              ))}
            </ol>
            <h3>{t('helpLimits')}</h3>
            <ul>
              <li>{t('helpLimitReads')}</li>
              <li>{t('helpLimitMisses')}</li>
              <li>{t('helpLimitNegative')}</li>
              <li>{t('helpLimitSwitch', { key: state.look.keys.toggleOutput.toUpperCase() })}</li>
            </ul>
          </>
        )}
      </details>
    </section>
  );
}
