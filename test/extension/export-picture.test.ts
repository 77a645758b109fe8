import { expect, test } from 'vitest';
import { labelLines } from '../../src/extension/export-picture';
import { defaultSettings, type Result } from '../../src/extension/state';
import { card, reply } from './fakes';

function result(change: Partial<Result['reply']> = {}, more: Partial<Result> = {}): Result {
  return {
    key: 'a',
    reply: { ...reply(0.8), ...change },
    card: card('cxr'),
    method: { id: 'similar-adversarial', title: 'SA', citation: '', gradients: false },
    generator: 'single2',
    backend: 'wasm',
    created: new Date(2026, 0, 1),
    totalSeconds: 1,
    warnings: [],
    ...more,
  };
}

test('a picture names model, version, backend, score, operating point, decision, method and mask', () => {
  const lines = labelLines(result({ flip: true }), defaultSettings);
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/· cxr 1\.0\.0 · backend wasm$/);
  expect(lines[1]).toBe('Score 0.800 · operating point 0.400 · Found by this classifier: yes');
  expect(lines[2]).toBe('SA (single2) · mask: top 10 %');
  expect(lines[3]).toBe('Coloured: less of this would change the answer');
});

test('an x_a that does not flip is said in the picture, in place of what the colours would mean', () => {
  const lines = labelLines(result({ flip: false }), defaultSettings);
  expect(lines[3]).toBe('x_a does NOT flip the decision: the map may miss what decided');
  expect(lines.join()).not.toContain('Coloured');
});

test('a map without x_a says nothing of a flip, nor of a direction', () => {
  const lines = labelLines(result({ flip: undefined, hasAdversarial: false }), defaultSettings);
  expect(lines).toHaveLength(3);
});

test('a restored result says so, and a mask that is off is not spoken of', () => {
  const lines = labelLines(result({}, { restored: true }), { ...defaultSettings, showMask: false });
  expect(lines[2]).toBe('SA (single2) · read from the archive');
});
