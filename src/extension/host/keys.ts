import { defaultLook, type Keys } from '../customization';
import type { ExplainService } from '../store/explain-service';

/** Stops blinking; else the run that is under way. */
const stopKey = 'Escape';

/**
 * What a key event asks for, or nothing while the user types text or uses a browser shortcut. OHIF 3.13 binds neither of the
 * default keys (its modes use a, b, c, d, e, h, i, l, n, o, r, s, v, w, z).
 */
export function keyAction(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'target'>,
  keys: Keys = defaultLook.keys,
): keyof Keys | 'stop' | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return undefined;
  if (event.key === stopKey) return 'stop';
  const key = event.key.toLowerCase();
  if (key === keys.toggleOutput) return 'toggleOutput';
  if (key === keys.showGenerated) return 'showGenerated';
  return undefined;
}

/** Listens on the document until the returned function is called. */
export function listenToKeys(service: ExplainService, target: Document = document): () => void {
  let holding = false;
  const release = (): void => {
    if (!holding) return;
    holding = false;
    service.setCounterfactual('off');
  };
  const down = (event: KeyboardEvent): void => {
    const action = keyAction(event, service.getState().look.keys);
    if (!action || event.repeat) return;
    if (action === 'stop') return service.stop();
    const isAnyShown = service.getState().others.some(({ phase }) => phase === 'shown');
    if (!service.currentResult() && !(action === 'toggleOutput' && isAnyShown)) return;
    // In a list of choices the letter would also choose.
    if (isChoice(event.target)) event.preventDefault();
    const { outputVisible, settings } = service.getState();
    if (action === 'toggleOutput') service.toggleOutput();
    else if (outputVisible && settings.disguise?.images !== false) {
      holding = true;
      service.setBlinking(false);
      service.setCounterfactual(event.shiftKey ? 'similar' : 'adversarial');
    }
  };
  const up = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() === service.getState().look.keys.showGenerated) release();
  };
  const view = target.defaultView;
  // Captured, so that they act wherever the focus is, also in a part of the viewer that keeps its keys to itself.
  target.addEventListener('keydown', down, true);
  target.addEventListener('keyup', up, true);
  // The key may be let go while another window has the focus.
  view?.addEventListener('blur', release);
  return () => {
    release();
    target.removeEventListener('keydown', down, true);
    target.removeEventListener('keyup', up, true);
    view?.removeEventListener('blur', release);
  };
}

/** Whether letters are text there: not in a list of choices, and not in a field of numbers. */
function isTyping(target: EventTarget | null): boolean {
  const element = target as Partial<HTMLInputElement> | null;
  if (!element?.tagName) return false;
  if (element.isContentEditable) return true;
  const tag = element.tagName.toUpperCase();
  if (tag === 'TEXTAREA') return true;
  return (
    tag === 'INPUT' && !['range', 'checkbox', 'radio', 'button', 'number'].includes(element.type ?? 'text')
  );
}

function isChoice(target: EventTarget | null): boolean {
  return ['SELECT', 'INPUT'].includes((target as Partial<HTMLElement> | null)?.tagName?.toUpperCase() ?? '');
}
