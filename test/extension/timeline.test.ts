import { expect, test } from 'vitest';
import { putOnTimeline } from '../../src/extension/store/timeline';
import { reply } from './fakes';

const page = { pressed: 1000, read: 1010, sent: 1500, mapArrived: 1900, mapDrawn: 1920, arrived: 2100 };
const explained = {
  ...reply(),
  clock: {
    begun: performance.timeOrigin + 1505,
    mapped: performance.timeOrigin + 1890,
    ended: performance.timeOrigin + 2050,
    readingSeconds: 0.02,
  },
  seconds: { preparation: 0.06, classifier: 0.1, explanation: 0.35, scores: 0.15 },
};

const parts = (): Record<string, [number, number]> =>
  Object.fromEntries(
    performance
      .getEntriesByType('measure')
      .map(({ name, startTime, duration }) => [name, [Math.round(startTime), Math.round(duration)]]),
  );

test('every part of an explanation stands where it was; what the networks were loaded in is no part of the press', () => {
  putOnTimeline(page, explained);
  expect(parts()).toEqual({
    'explain: read': [1000, 10],
    'explain: send': [1500, 5],
    'explain: modality values': [1505, 20],
    'explain: prepare': [1525, 60],
    'explain: classify': [1585, 100],
    'explain: generate': [1685, 200],
    'explain: map to page': [1890, 10],
    'explain: draw': [1900, 20],
    'explain: score pair': [1890, 150],
    'explain: finish': [2040, 10],
    'explain: result to page': [2050, 50],
    'explain: click': [1000, 920 - 490],
  });
});

test('of the last explanation alone, so that a long session does not grow', () => {
  for (let k = 0; k < 3; k++) putOnTimeline(page, explained);
  expect(performance.getEntriesByType('measure')).toHaveLength(12);
});

test('nothing of what was not computed', () => {
  performance.clearMeasures();
  putOnTimeline(page, reply());
  expect(performance.getEntriesByType('measure')).toHaveLength(0);
});
