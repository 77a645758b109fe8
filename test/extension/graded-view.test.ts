import { expect, test, vi } from 'vitest';
import { GradedView } from '../../src/extension/store/graded';
import type { HeldResults } from '../../src/extension/store/held-results';
import { initialState } from '../../src/extension/store/state';
import { Store } from '../../src/extension/store/store';
import { shownResult } from './fakes';

test('playing never changes the picture in less than 334 ms, also while the first image is being made', async () => {
  vi.useFakeTimers();
  try {
    const result = shownResult();
    const store = new Store({
      ...initialState,
      explanation: { phase: 'done', result },
      graded: { result, curve: { from: 'similar', steps: [], changes: [] }, playing: false },
    });
    // The first image comes just before a step of the clock would be due, the others at once.
    let made = 0;
    const held = {
      between: async () => {
        if (made++ === 0) await new Promise(resolve => setTimeout(resolve, 390));
        return { values: new Float32Array(1), rows: 1, columns: 1 };
      },
    } as unknown as HeldResults;
    const view = new GradedView(store, held, () => Date.now());
    const times: number[] = [];
    let seen: number | undefined;
    store.subscribe(() => {
      const step = store.getState().graded?.step;
      const shown = step === undefined ? undefined : view.frame(result, step)?.step;
      if (shown !== seen) times.push(Date.now());
      seen = shown;
    });
    view.play();
    await vi.advanceTimersByTimeAsync(6_000);
    const gaps = times.slice(1).map((time, index) => time - times[index]);
    expect(gaps.length).toBeGreaterThan(8);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(334);
    expect(Math.max(...gaps)).toBeLessThan(500);
    view.hide();
  } finally {
    vi.useRealTimers();
  }
});
