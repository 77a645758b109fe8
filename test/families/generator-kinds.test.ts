import { expect, it } from 'vitest';
import { generatorKinds, kindsMaking, makesImages } from '../../src/models/generator-kinds';
import { memberFiles, namedElsewhere } from '../support/family';

it('generator kinds are one a file of that name, all of them listed', () => {
  expect(generatorKinds.map(({ id }) => id).sort()).toEqual(memberFiles('models/generator-kinds'));
  expect(new Set(generatorKinds.map(({ title }) => title)).size).toBe(generatorKinds.length);
});

it('those that make the same are preferred in a settled order', () => {
  expect(kindsMaking('similar', 'adversarial')).toEqual(['single2', 'single1', 'duo', 'syce', 'cyce']);
  for (const { outputs } of generatorKinds) {
    const ranks = generatorKinds
      .filter(other => other.outputs.join() === outputs.join())
      .map(({ rank }) => rank);
    expect(new Set(ranks).size).toBe(ranks.length);
  }
  expect(generatorKinds.filter(({ id }) => !makesImages(id)).map(({ id }) => id)).toEqual(['mask']);
});

it('no other file names one, but for presets and measured nets made for it', () => {
  // `naive` and `mask` are also a method, a training and words of the panel.
  expect(namedElsewhere('models/generator-kinds', ['single1', 'single2', 'duo', 'syce', 'cyce'])).toEqual([
    "cli/averaging/source.ts 'single2'",
    "cli/bench/nets.ts 'single2'",
    "training/presets.ts 'cyce'",
    "training/presets.ts 'duo'",
    "training/presets.ts 'single1'",
    "training/presets.ts 'single2'",
    "training/presets.ts 'syce'",
  ]);
});
