import { expect, test } from 'vitest';
import { labelLines, wrapped } from '../../src/extension/exchange/export-picture';
import { pairMap } from '../../src/explain/maps';
import { defaultSettings, type Settings } from '../../src/extension/store/state';
import { shownResult } from './fakes';

const texts = (...given: Parameters<typeof labelLines>): string[] =>
  labelLines(...given).map(({ text }) => text);

test('a picture names model, version, backend, score, operating point, decision, method, mask and time', () => {
  const { method } = shownResult();
  const lines = texts(shownResult({ flip: true }, { method: { ...method, map: pairMap } }), defaultSettings);
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatch(/· cxr 1\.0\.0 · backend wasm$/);
  expect(lines[1]).toBe('Score 0.800 · threshold 0.400 · Found by this classifier: yes');
  expect(lines[2]).toBe('SA (single2) · mask: top 10 %');
  expect(lines[3]).toBe('2026-01-01 00:00:00');
  expect(lines[4]).toBe('Coloured: where the opposite image (x_a) differs');
});

test('images that fail, and cautions, are warned of in the picture, in place of what the colours would mean', () => {
  const warnings = ['View Position is not stated.'];
  const lines = labelLines(shownResult({ hold: false, flip: false }, { warnings }), defaultSettings);
  expect(lines.filter(({ isWarning }) => isWarning).map(({ text }) => text)).toEqual([
    'The similar image (x_s) does NOT keep the decision: do not rely on this explanation',
    'The opposite image (x_a) does NOT change the decision: the map may miss what decided',
    'The opposite image (x_a) did NOT change the answer: the colours do not show what would',
    'View Position is not stated.',
  ]);
  expect(JSON.stringify(lines)).not.toContain('Coloured');
});

test('a map without x_a says nothing of a flip, nor of x_a', () => {
  const lines = texts(shownResult({ flip: undefined, hasAdversarial: false }), defaultSettings);
  expect(lines.join()).not.toMatch(/flip|x_a/);
  expect(lines[4]).toBe('Coloured: where the method places what counts for the answer');
});

test('a picture of a film without finding, close to the threshold, warns of both; without a map, of the answer alone', () => {
  const decision = { kind: 'operating-point', score: 0.37, decided: 0, operatingPoint: 0.4 } as const;
  const warnings = (settings: Settings): string[] =>
    labelLines(shownResult({ decision }), settings)
      .filter(({ isWarning }) => isWarning)
      .map(({ text }) => text);
  const near = 'Close to the threshold: 0.030 from it.';
  expect(warnings(defaultSettings)).toEqual([
    near,
    'The map marks no finding. Findings that this classifier does not know were not looked for.',
  ]);
  expect(warnings({ ...defaultSettings, showMask: false, showHeatMap: false })).toEqual([near]);
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
