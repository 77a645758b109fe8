import { useEffect, useRef, useState } from 'react';
import { t } from '../extension/i18n';
import { coloursText, sideText, verdictText } from '../extension/i18n/words';
import { currentResultOf, type ExplainState, type Result } from '../extension/store/state';

/** Results that were told: a panel that is opened late tells what came before it, one that is opened again does not. */
const told = new WeakSet<Result>();

/** Says to a screen reader what the eye sees happen: a result that came, AI output that went or came, a generated image. */
export function Announcer({ state }: { state: ExplainState }) {
  const result = currentResultOf(state);
  const before = useRef(result && told.has(result) ? state : undefined);
  const [said, setSaid] = useState('');
  useEffect(() => {
    const words = announcement(before.current, state);
    before.current = state;
    if (result) told.add(result);
    // The same words again are told again only where the text changes.
    if (words !== undefined) setSaid(last => (words !== '' && last === words ? `${words}\u00a0` : words));
  }, [state, result]);
  return (
    <div className="xp-only-heard" role="status" aria-live="polite" data-cy="explain-announcer">
      {said}
    </div>
  );
}

/**
 * What to say of a step from one state to the next; undefined: nothing new. Empty where a result went: it must not stand for the next film.
 *
 * @param before undefined where the panel has just come: with a model that is warm a result may be there before it
 */
export function announcement(before: ExplainState | undefined, now: ExplainState): string | undefined {
  const result = currentResultOf(now);
  if (result && result !== (before && currentResultOf(before))) return resultText(result);
  if (!before) return undefined;
  if (!result) return currentResultOf(before) ? '' : undefined;
  if (before.outputVisible !== now.outputVisible)
    return now.outputVisible ? t('announceShown') : t('announceHidden');
  if (before.counterfactual === now.counterfactual || now.settings.blinking) return undefined;
  if (now.counterfactual === 'adversarial') return t('announceAdversarial');
  return now.counterfactual === 'similar' ? t('announceSimilar') : undefined;
}

function resultText({ reply, method }: Result): string {
  const { decision, model } = reply;
  return t('announceDone', {
    verdict: verdictText(model.classes, decision),
    side: sideText(model.classes, decision),
    direction: coloursText(reply, method.map),
  });
}
