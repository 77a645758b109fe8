import { describe, expect, it } from 'vitest';
import { generatorTitle, lossPreset, lossPresets, presetFor } from '../../src/training/presets';

// The paper's Table I: x_s–x L2, x_s–x L1, x_a–x, x_s–x_a, classification, W, TV.
const tableOne: Record<string, number[]> = {
  'duo-tv': [1, 1, 1, 0, 0.001, 0, 0.2],
  'duo-w-tv': [1, 1, 1, 0, 0.001, 0.1, 0.2],
  'single1-tv': [1, 1, 1, 0, 0.001, 0, 0.2],
  'single1-w': [3, 1, 1, 0.2, 0.001, 0.1, 0],
  'single1-w-tv': [1, 1, 1, 0.2, 0.001, 0.1, 0.2],
  'single2-w': [3, 1, 1, 0.2, 0.001, 0.2, 0],
  'single2-w-tv': [3, 1, 1, 0.2, 0.001, 0.2, 0.2],
};

describe('lossPresets', () => {
  it.each(Object.keys(tableOne))('has the row %s of Table I', id => {
    const { kind, options } = lossPreset(id);
    expect([
      options.similarL2,
      options.similarL1,
      options.adversarial,
      options.pair,
      options.classificationStart,
      options.weightDistance,
      options.totalVariation,
    ]).toEqual(tableOne[id]);
    expect(options.classificationEnd).toBe(options.classificationStart);
    expect(kind).toBe(id.split('-')[0]);
  });

  it('has the successors with the weights of the authors’ configuration', () => {
    // config_syce.json and config_cyce.json of cGANsExplainer: classification 0.2, realism 0.25; symmetric reconstruction 10 and
    // answer 0.01, cyclic 2 and 0.005 (SyCE); cyclic reconstruction 10 (CyCE); no distance of x_a, no TV, no W.
    const shared = { classificationStart: 0.2, classificationEnd: 0.2, realism: 0.25, adversarial: 0 };
    const none = { totalVariation: 0, weightDistance: 0, pair: 0 };
    expect(lossPreset('syce')).toMatchObject({
      kind: 'syce',
      options: {
        ...shared,
        ...none,
        similarL1: 10 + 2,
        similarL2: 10 + 2,
        similarClassification: 0.015 / 0.2,
      },
    });
    expect(lossPreset('cyce')).toMatchObject({ kind: 'cyce', options: { ...shared, ...none, cycle: 10 } });
  });

  it('asks for x_a alone, past the operating point, by decision', () => {
    const { kind, options } = lossPreset('by-decision');
    expect(kind).toBe('cyce');
    expect(options).toEqual({ similarClassification: 0, adversarialTarget: 'past', beyondBy: 0.2 });
  });

  it.each([
    ['syce', undefined, 'syce', 'SyCE'],
    ['cyce', undefined, 'cyce', 'CyCE'],
    ['cyce', 'by-decision', 'by-decision', 'By decision'],
    ['syce', 'annealed', 'annealed', 'SyCE, annealed classification weight'],
    ['single2', undefined, 'annealed', 'Single_2'],
    ['single2', 'single2-w', 'single2-w', 'Single_2 (W)'],
    ['naive', undefined, 'annealed', 'Naive adversarial'],
  ] as const)(
    'of the kind %s and the preset %s is %s, and the generator called %s',
    (kind, asked, id, title) => {
      const preset = presetFor(kind, asked);
      expect(preset.id).toBe(id);
      expect(generatorTitle(kind, preset)).toBe(title);
    },
  );

  it('is that of the terms themselves where neither kind nor preset is named', () => {
    expect(presetFor(undefined, undefined).id).toBe('annealed');
  });

  it('has names of their own', () => {
    const ids = lossPresets.map(preset => preset.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(() => lossPreset('single3')).toThrow(/no preset "single3".*annealed.*single2-w-tv/);
  });
});
