import type * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { buildResNet } from '../../src/models/networks/resnet';
import { normal, seededRandom } from '../../src/models/random';
import { methods } from '../../src/explain';
import { callsClassifier, checkedMethod } from '../../src/evaluation/trust/run-checks';
import { judge, type Comparison } from '../../src/evaluation/trust/checks';
import { cascade, randomiseLayers } from '../../src/models/randomise-layers';
import { mapSimilarity } from '../../src/evaluation/trust/similarity';

const size = 16;

function noise(seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: size * size }, () => Math.abs(normal(random)));
}

describe('mapSimilarity', () => {
  it('is 1 for the same map, and for any rising change of its values in rank', () => {
    const map = noise(1);
    expect(mapSimilarity(map, map, size)).toEqual({ rank: 1, ssim: 1 });
    const squared = map.map(value => value ** 2);
    expect(mapSimilarity(map, squared, size).rank).toBeCloseTo(1, 12);
    expect(mapSimilarity(map, squared, size).ssim).toBeLessThan(1);
  });

  it('is about 0 for unrelated maps, −1 for the opposite, 0 for a constant one', () => {
    const map = noise(1);
    expect(Math.abs(mapSimilarity(map, noise(2), size).rank)).toBeLessThan(0.2);
    const opposite = map.map(value => 1 / (1 + value));
    expect(mapSimilarity(map, opposite, size).rank).toBeCloseTo(-1, 12);
    expect(mapSimilarity(map, new Float32Array(size * size), size).rank).toBe(0);
  });

  it('gives tied pixels their mean rank, as Spearman has it', () => {
    // Half 0, half 1 against 0, 1, 2, …: r = √3/2 · √(n² / (n² − 1)), from the variances of the ranks.
    const n = size * size;
    const halves = Float32Array.from({ length: n }, (_, i) => (i < n / 2 ? 0 : 1));
    const rising = Float32Array.from({ length: n }, (_, i) => i);
    const expected = (Math.sqrt(3) / 2) * Math.sqrt(n ** 2 / (n ** 2 - 1));
    expect(mapSimilarity(halves, rising, size).rank).toBeCloseTo(expected, 10);
  });
});

describe('randomiseLayers', () => {
  it('goes from the output to the input, keeps each weight’s values and the same seed’s result', async () => {
    await prepareNodeBackend('cpu');
    const make = (): tf.LayersModel =>
      buildResNet({ depth: 18, width: 4, size: 32, channels: 1, head: 'features', seed: 3 }).model;
    const [model, twin, fresh] = [make(), make(), make()];
    const groups = cascade(model, 5);
    expect(groups).toHaveLength(5);
    expect(groups[0][0].name).toBe('logit');
    expect(groups.at(-1)!.at(-1)!.name).toBe('stem_conv');
    expect(new Set(groups.flat()).size).toBe(model.layers.filter(layer => layer.weights.length > 0).length);

    randomiseLayers(groups[0], 7);
    randomiseLayers(cascade(twin, 5)[0], 7);
    const kernel = (m: tf.LayersModel, name: string): number[] => [
      ...m.getLayer(name).getWeights()[0].dataSync(),
    ];
    const sorted = (values: number[]): number[] => [...values].sort((a, b) => a - b);
    expect(kernel(model, 'logit')).not.toEqual(kernel(fresh, 'logit'));
    expect(sorted(kernel(model, 'logit'))).toEqual(sorted(kernel(fresh, 'logit')));
    expect(kernel(model, 'logit')).toEqual(kernel(twin, 'logit'));
    expect(kernel(model, 'stem_conv')).toEqual(kernel(fresh, 'stem_conv'));
  });
});

describe('callsClassifier', () => {
  it('asks randomised classifiers of all methods but those that show what a generator makes', () => {
    const others = methods.filter(method => !callsClassifier(method)).map(({ id }) => id);
    expect(others.sort()).toEqual(['adversarial-alone', 'mask-generator', 'naive', 'similar-adversarial']);
  });
});

describe('checkedMethod', () => {
  const card = {
    augmentation: {
      rotationDegrees: 5,
      shiftFraction: 0,
      zoom: [1, 1] as [number, number],
      horizontalFlip: false,
      verticalFlip: false,
      count: 10,
    },
  };

  it('averages over the transforms of the card where that is asked for', () => {
    expect(checkedMethod('gradient', card, { augment: 0, seed: 1 }).id).toBe('gradient');
    expect(checkedMethod('gradient', card, { augment: 4, seed: 1 }).id).toBe('gradient+aug');
  });

  it('refuses to average a method of many passes', () => {
    expect(checkedMethod('rise', card, { augment: 0, seed: 1 }).id).toBe('rise');
    expect(() => checkedMethod('rise', card, { augment: 4, seed: 1 })).toThrow('"rise" takes many passes');
  });
});

describe('judge', () => {
  const text = { id: 'x', title: 'X', method: 'gradient', source: 'paper' };
  const comparisons = (compared: (i: number) => number): Comparison[] =>
    Array.from({ length: 20 }, (_, i) => ({
      patient: `p${i}`,
      compared: { rank: compared(i), ssim: 0.5 },
      constant: false,
      otherImages: { rank: 0.3, ssim: 0.2 },
    }));

  it('passes what should be alike only when it is clearly above other images', () => {
    expect(
      judge(
        text,
        'alike',
        comparisons(() => 0.8),
        0,
      ).passed,
    ).toBe(true);
    expect(
      judge(
        text,
        'alike',
        comparisons(i => (i % 2 ? 0.7 : -0.1)),
        0,
      ).passed,
    ).toBe(false);
  });

  it('shows nothing of unlike maps on few images, and still fails what is clearly above', () => {
    const few = comparisons(i => [-0.1, 0.5, 1][i % 3]);
    const three = judge(text, 'unlike', few.slice(0, 3), 0);
    expect(three.passed).toBeNull();
    expect(three.note).toMatch(/not shown: 3 images are too few/);
    expect(judge(text, 'unlike', few.slice(0, 19), 0).passed).toBeNull();
    const alike = comparisons(() => 0.9);
    expect(judge(text, 'unlike', alike.slice(0, 3), 0).passed).toBe(false);
    const unlike = comparisons(i => (i % 2 ? 0.4 : 0.2));
    const shown = judge(text, 'unlike', unlike, 0);
    expect([shown.passed, shown.note]).toEqual([true, undefined]);
  });

  it('passes what should be unlike only when it is not clearly above them', () => {
    expect(
      judge(
        text,
        'unlike',
        comparisons(() => 0.1),
        0,
      ).passed,
    ).toBe(true);
    expect(
      judge(
        text,
        'unlike',
        comparisons(() => 0.8),
        0,
      ).passed,
    ).toBe(false);
    expect(
      judge(
        text,
        'none',
        comparisons(() => 0.8),
        0,
      ).passed,
    ).toBeNull();
  });

  it('labels a pass that empty maps made: most are empty, or those that are not would fail', () => {
    const emptied = (count: number, rank: number): Comparison[] =>
      comparisons(i => (i < count ? 0 : rank)).map((each, i) => ({ ...each, constant: i < count }));
    // 14 of 20 are empty; the other six are as like as maps of different images.
    expect(judge(text, 'unlike', emptied(14, 0.3), 0)).toMatchObject({
      passed: true,
      throughEmptyMaps: true,
      note: 'in 14 of 20 pairs a map is empty (has one value everywhere)',
    });
    // 9 of 20 are empty: (9 · −0.3 + 11 · 0.2) / 20 < 0 passes, but the 11 alone, all 0.2 above, do not.
    expect(judge(text, 'unlike', emptied(9, 0.5), 0)).toMatchObject({ passed: true, throughEmptyMaps: true });
    // 4 of 20 are empty and the others pass by themselves.
    const few = judge(text, 'unlike', emptied(4, 0.1), 0);
    expect(few).toMatchObject({ passed: true, note: expect.stringContaining('4 of 20') });
    expect(few.throughEmptyMaps).toBeUndefined();
    // What should be alike cannot pass that way.
    expect(judge(text, 'alike', emptied(14, 0.9), 0).throughEmptyMaps).toBeUndefined();
    expect(judge(text, 'unlike', emptied(0, 0.1), 0).note).toBeUndefined();
  });

  it('shows figure and control', () => {
    const { figures } = judge(
      text,
      'alike',
      comparisons(() => 0.8),
      0,
    );
    expect(figures[0]).toMatchObject({ value: expect.closeTo(0.8, 10), control: expect.closeTo(0.3, 10) });
  });
});
