import { currentResultOf, type Counterfactual } from './state';
import type { Store } from './store';

/** Below three changes a second, so that blinking stays under the limit for photosensitive epilepsy (WCAG 2.3.1). */
const usualMs = 700;

/** Shows x_s and x_a in turn; the film and x_a where a method makes no x_s. */
export class Blinking {
  private timer?: ReturnType<typeof setInterval>;

  /** @param periodMs milliseconds between the two */
  constructor(
    private readonly store: Store,
    private readonly periodMs = usualMs,
  ) {}

  /** Begins where the result on display has an x_a; else nothing blinks. */
  start(): void {
    this.end();
    const reply = currentResultOf(this.store.getState())?.reply;
    if (!reply?.hasAdversarial) return this.show(false, 'off');
    const other: Counterfactual = reply.hasSimilar && !reply.similarIsOriginal ? 'similar' : 'off';
    this.show(true, 'adversarial');
    this.timer = setInterval(() => {
      const state = this.store.getState();
      if (!currentResultOf(state)) return this.stop();
      this.store.update({ counterfactual: state.counterfactual === 'adversarial' ? other : 'adversarial' });
    }, this.periodMs);
  }

  /** Ends with the film on display. */
  stop(): void {
    this.end();
    if (this.store.getState().settings.blinking) this.show(false, 'off');
  }

  private end(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private show(blinking: boolean, counterfactual: Counterfactual): void {
    this.store.update({
      settings: { ...this.store.getState().settings, blinking },
      counterfactual,
    });
  }
}
