import { expect, it } from 'vitest';
import { Stopwatch } from '../../src/study/stopwatch';

/** A clock that a test moves, and a stopwatch with a limit of 60 s. */
function started(before?: ConstructorParameters<typeof Stopwatch>[2]) {
  let at = 1000;
  const watch = new Stopwatch(() => at, 60, before);
  return { watch, pass: (seconds: number) => void (at += seconds * 1000) };
}

it('counts while the reader moves', () => {
  const { watch, pass } = started();
  for (let i = 0; i < 10; i++) {
    pass(20);
    watch.movement();
  }
  pass(5);
  expect(watch.read()).toEqual({ seconds: 205, pauses: [] });
});

it('takes out what goes beyond the limit without a movement, at its place', () => {
  const { watch, pass } = started();
  pass(30);
  watch.movement();
  pass(200);
  watch.movement();
  pass(10);
  expect(watch.read()).toEqual({ seconds: 100, pauses: [{ reason: 'idle', at: 90, seconds: 140 }] });
});

it('takes out the time in which the tab was hidden, and counts on from there', () => {
  const { watch, pass } = started();
  pass(12);
  watch.pause('hidden');
  pass(500);
  // What is told while the clock stands counts nothing.
  watch.movement();
  watch.pause('asked');
  watch.resume();
  pass(3);
  expect(watch.read()).toEqual({ seconds: 15, pauses: [{ reason: 'hidden', at: 12, seconds: 500 }] });
});

it('tells a pause that goes on', () => {
  const { watch, pass } = started();
  pass(2);
  watch.pause('asked');
  pass(7);
  expect(watch.isPaused()).toBe(true);
  expect(watch.read()).toEqual({ seconds: 2, pauses: [{ reason: 'asked', at: 2, seconds: 7 }] });
  watch.resume();
  pass(1);
  expect(watch.read()).toEqual({ seconds: 3, pauses: [{ reason: 'asked', at: 2, seconds: 7 }] });
});

it('goes on after a closed tab', () => {
  const closed = { reason: 'closed' as const, at: 8, seconds: 3600 };
  const { watch, pass } = started({ seconds: 8, pauses: [closed] });
  pass(4);
  expect(watch.read()).toEqual({ seconds: 12, pauses: [closed] });
});
