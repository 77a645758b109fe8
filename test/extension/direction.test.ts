import { expect, test } from 'vitest';
import {
  directionColour,
  directionGradient,
  directionLegend,
  drawnColours,
  paintDirection,
} from '../../src/extension/draw/direction';
import { heatAlpha } from '../../src/extension/draw/colour-map';
import { labelLines } from '../../src/extension/exchange/export-picture';
import { tagLines } from '../../src/extension/draw/viewport-tag';
import { decideBy, decideLabels } from '../../src/models/decision';
import { defaultSettings } from '../../src/extension/store/state';
import { shownResult } from './fakes';

const signed = Float32Array.of(0, -1, 2, 0.15);
const directed = { ...defaultSettings, colours: 'direction' } as const;

test('evidence that goes down towards x_a is orange, that goes up blue, as strong as a heat map is', () => {
  const pixels = [...paintDirection(signed, 3)];
  expect(pixels[3]).toBe(0);
  expect(pixels.slice(4, 8)).toEqual([86, 180, 233, 255]); // a third of the maximum is full
  expect(pixels.slice(8, 12)).toEqual([230, 159, 0, 255]);
  expect(pixels.slice(12)).toEqual([230, 159, 0, Math.round(255 * heatAlpha(0.05))]);
  expect(pixels[15]).toBe(15); // t = 0.15: 255 · t² (3 − 2t) = 15.49
  expect([...paintDirection(Float32Array.of(0, 0), 0)].every((value, i) => i % 4 < 3 || value === 0)).toBe(
    true,
  );
});

test('the bar goes from down to up', () => {
  expect(directionColour(-1)).toEqual([230, 159, 0, 1]);
  expect(directionColour(1)).toEqual([86, 180, 233, 1]);
  expect(directionGradient()).toMatch(
    /right, rgba\(230, 159, 0, 1\.000\) 0\.0%.*rgba\(86, 180, 233, 1\.000\) 100\.0%/,
  );
});

test('a map without direction is drawn by its size', () => {
  const { decision } = shownResult().reply;
  expect(drawnColours({ decision }, 'direction')).toBe('inferno');
  expect(drawnColours({ decision, signed }, 'direction')).toBe('direction');
  expect(drawnColours({ decision, signed }, 'viridis')).toBe('viridis');
});

test('usual colours are cool where nothing was found, and chosen ones are drawn whatever was found', () => {
  const negative = shownResult({ decision: decideBy(0.1, 0.5) }).reply;
  const label = { ...decideLabels([0.9, 0.1], [0.5, 0.5], 1), logit: -2 };
  expect(drawnColours(negative, 'usual')).toBe('azure');
  expect(drawnColours({ decision: label }, 'usual')).toBe('azure');
  expect(drawnColours({ decision: decideLabels([0.9, 0.1], [0.5, 0.5], 0) }, 'usual')).toBe('inferno');
  expect(drawnColours(shownResult({ decision: decideBy(0.9, 0.5) }).reply, 'usual')).toBe('inferno');
  // Of classes that exclude each other one is always found.
  expect(drawnColours({ decision: { kind: 'classes', decided: 0, score: 0.9 } }, 'usual')).toBe('inferno');
  expect(drawnColours(negative, 'inferno')).toBe('inferno');
  expect(drawnColours(negative, 'direction')).toBe('azure');
});

test('the legend names the class whose evidence is shown: of two the positive one, of more the decided one', () => {
  const [down, up] = directionLegend(shownResult().reply);
  expect(down).toBe('Orange: in the opposite image (x_a) the evidence for yes goes down here');
  expect(up).toBe('Blue: it goes up here');
  const result = shownResult();
  const decision = { kind: 'classes', decided: 2, score: 0.6, probabilities: [0.1, 0.3, 0.6] } as const;
  const model = { ...result.reply.model, classes: ['a', 'b', 'c'] };
  const [ofThree] = directionLegend({ decision, model });
  expect(ofThree).toContain('the evidence for c goes down');
});

test('picture and film say what orange and blue are, where they are drawn', () => {
  const result = shownResult({ signed });
  const legend = directionLegend(result.reply).join('. ');
  expect(labelLines(result, directed).map(({ text }) => text)).toContain(legend);
  expect(tagLines(result, directed).text).toContain('orange: evidence goes down in x_a, blue: up');
  for (const settings of [defaultSettings, { ...directed, showHeatMap: false }]) {
    expect(labelLines(result, settings).map(({ text }) => text)).not.toContain(legend);
    expect(tagLines(result, settings).text).not.toContain('orange');
  }
  expect(tagLines(shownResult(), directed).text).not.toContain('orange');
});
