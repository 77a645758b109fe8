import { expect, test } from 'vitest';
import { labelLines, wrapped } from '../../src/extension/exchange/export-picture';
import { defaultSettings } from '../../src/extension/store/state';
import { shownResult } from './fakes';

const texts = (...given: Parameters<typeof labelLines>): string[] =>
  labelLines(...given).map(({ text }) => text);

test('a picture names model, version, backend, score, operating point, decision, method, mask and time', () => {
  const lines = texts(shownResult({ flip: true }), defaultSettings);
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatch(/· cxr 1\.0\.0 · backend wasm$/);
  expect(lines[1]).toBe('Score 0.800 · threshold 0.400 · Found by this classifier: yes');
  expect(lines[2]).toBe('SA (single2) · mask: top 10 %');
  expect(lines[3]).toBe('2026-01-01 00:00:00');
  expect(lines[4]).toBe('Coloured: less of this would change the answer');
});

test('images that fail, and cautions, are warned of in the picture, in place of what the colours would mean', () => {
  const warnings = ['View Position is not stated.'];
  const lines = labelLines(shownResult({ hold: false, flip: false }, { warnings }), defaultSettings);
  expect(lines.filter(({ isWarning }) => isWarning).map(({ text }) => text)).toEqual([
    'The similar image (x_s) does NOT keep the decision: do not rely on this explanation',
    'The opposite image (x_a) does NOT change the decision: the map may miss what decided',
    'The opposite image (x_a) did NOT change the answer: the colours tell no direction',
    'View Position is not stated.',
  ]);
  expect(JSON.stringify(lines)).not.toContain('Coloured');
});

test('a map without x_a says nothing of a flip, and claims no direction', () => {
  const lines = texts(shownResult({ flip: undefined, hasAdversarial: false }), defaultSettings);
  expect(lines.join()).not.toContain('flip');
  expect(lines[4]).toMatch(/without a direction$/);
});

test('a restored result says so; a mask that is off is not spoken of, nor colours where there are none', () => {
  const lines = texts(shownResult({}, { restored: true }), {
    ...defaultSettings,
    showMask: false,
    showHeatMap: false,
  });
  expect(lines[2]).toBe('SA (single2)');
  expect(lines[3]).toBe('2026-01-01 00:00:00 · read from the archive');
  expect(lines).toHaveLength(4);
});

test('a long line is broken where it no longer fits, and nothing of it is lost', () => {
  const lines = wrapped('a caution of several words', text => text.length <= 10);
  expect(lines).toEqual(['a caution', 'of several', 'words']);
});
