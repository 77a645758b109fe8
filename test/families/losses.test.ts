import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { declaredOptions } from '../../src/io/options';
import { classifierOptions } from '../../src/training/classifier-options';
import { generatorOptions } from '../../src/training/generator-options';
import {
  classifierLossOptions,
  classifierLossSettings,
  classifierTerms,
} from '../../src/training/losses/classifier';
import { loggedTerms } from '../../src/training/losses/logged';
import { maskOptions, maskSettings, maskTerms } from '../../src/training/losses/mask';
import { pairOptions, pairSettings, pairTerms } from '../../src/training/losses/pair';
import { lossPresets } from '../../src/training/presets';
import { memberFiles, spelledElsewhere } from '../support/family';

const guide = readFileSync(path.resolve(__dirname, '../../docs/training.md'), 'utf8');
const terms = [
  ...classifierTerms.map(({ id, options }) => ({ id, options, offered: classifierOptions.shape })),
  ...[...pairTerms, ...maskTerms].map(({ id, options }) => ({
    id,
    options,
    offered: generatorOptions.shape,
  })),
];
const trainedFor = { model: 'm', classes: 2, views: ['AP'] };

describe('terms of the loss', () => {
  it.each([
    ['classifier', classifierTerms.map(({ id }) => id)],
    ['pair', pairTerms.map(({ id }) => id)],
    ['mask', maskTerms.map(({ id }) => id)],
  ])('of the family %s are one a file of that name, all of them listed', (family, ids) => {
    const files = memberFiles(`training/losses/${family}`).filter(name => name !== 'term');
    expect([...ids].sort()).toEqual(files);
  });

  it.each([
    ['classifier', classifierTerms.flatMap(({ logged }) => Object.entries(logged))],
    ['generator', pairTerms.flatMap(({ logged }) => Object.entries(logged))],
    ['mask', maskTerms.flatMap(({ logged }) => Object.entries(logged))],
  ] as const)(
    'of a %s are logged under names of their own, which the training page explains',
    (kind, logged) => {
      const names = logged.map(([name]) => name);
      expect(new Set(['loss', ...names]).size).toBe(names.length + 1);
      for (const [, meaning] of logged) expect(meaning.length).toBeGreaterThan(10);
      expect(loggedTerms({ kind })).toEqual(Object.fromEntries(logged));
    },
  );

  it.each(terms)(
    '$id has options that the command offers and docs/training.md describes',
    ({ options, offered }) => {
      const declared = declaredOptions(options);
      expect(declared.length).toBeGreaterThan(0);
      for (const { name, flag, help, required } of declared) {
        expect(Object.keys(offered)).toContain(name);
        expect(help, name).toBeTruthy();
        expect(required, name).toBe(false);
        expect(guide).toMatch(new RegExp(`\`${flag}[ \`]`));
      }
    },
  );

  it('are set by no other file, but for presets and a measured training', () => {
    const ambiguous = [
      'attenuation',
      'aeratedLung',
      'adversarial',
      'pair',
      'margin',
      'target',
      'realism',
      'cycle',
      'totalVariation',
    ];
    const names = terms.flatMap(({ options }) => Object.keys(options.shape));
    const words = names.filter(name => !ambiguous.includes(name));
    const elsewhere = spelledElsewhere('training/losses', words);
    expect(elsewhere.filter(found => !found.startsWith('training/presets.ts '))).toEqual([
      'cli/bench/nets.ts classificationEnd',
    ]);
  });
});

// Checkpoints are compared as text, so names and order of the settings stay.
describe('settings of the loss', () => {
  it('are recorded as earlier releases did', () => {
    expect(JSON.stringify(pairSettings(pairOptions.parse({}), trainedFor))).toBe(
      '{"similarity":{"similarL2":3,"similarL1":1,"adversarial":1,"pair":0.2},"classification":{"start":1,"end":0.05},' +
        '"weightDistance":0.002,"totalVariation":0.5,"classificationTerms":{"similar":1,"adversarial":1},' +
        '"classificationLoss":{"form":"bce"},"target":"score"}',
    );
    expect(JSON.stringify(maskSettings(maskOptions.parse({}), trainedFor))).toBe(
      '{"area":0.5,"areaPower":0.3,"totalVariation":0.5,"keep":1,"destroy":1,"destroyPower":0.3}',
    );
  });

  it('of a classifier are recorded as earlier releases did', () => {
    expect(JSON.stringify(classifierLossSettings(classifierLossOptions.parse({})))).toBe(
      '{"labelSmoothing":0.05,"classWeights":[1,1],"cellWeight":1,"positiveCellWeight":3}',
    );
  });

  it('hold what is asked for beside them, in its place', () => {
    const options = { ...pairOptions.parse({}), realism: 0.5, cycle: 1, margin: 2 };
    const { realism, cycle, classificationLoss, ...rest } = pairSettings(options, {
      ...trainedFor,
      classes: 3,
    });
    expect(realism).toEqual({ adversarial: 0.5, similar: 0, rateFactor: 0.4, views: ['AP'] });
    expect(cycle).toBe(1);
    expect(classificationLoss).toEqual({ form: 'carlini-wagner', margin: 2 });
    expect(Object.keys(rest).at(-1)).toBe('target');
    const three = { ...trainedFor, classes: 3 };
    expect(() => pairSettings({ ...options, classificationLoss: 'bce' }, three)).toThrow(
      '--classification-loss bce takes two classes; "m" has 3: take carlini-wagner.',
    );
  });

  it('of every preset are those of the table in docs/training.md', () => {
    const [, table] = /### Presets\n([^]*?)\n\n(?=[A-Z])/.exec(guide)!;
    const rows = new Map(
      [...table.matchAll(/^\| `(\w[\w-]*)` +\| (.*) \|$/gm)].map(([, id, cells]) => [
        id,
        cells.split('|').map(cell => cell.trim()),
      ]),
    );
    expect([...rows.keys()]).toEqual(lossPresets.map(({ id }) => id));
    for (const { id, kind, options } of lossPresets) {
      const full = { ...pairOptions.parse({}), ...options };
      const { classificationStart: start, classificationEnd: end } = full;
      const cells = [
        kind ? `\`${kind}\`` : 'any image',
        `${full.similarL2}, ${full.similarL1}`,
        `${full.adversarial}`,
        `${full.pair}`,
        start === end ? `${start}` : `${start} → ${end}`,
        `${full.weightDistance}`,
        `${full.totalVariation}`,
      ];
      // "–": the naive generator has neither x_s nor paired weights.
      rows.get(id)!.forEach((cell, k) => {
        if (cell !== '–') expect(cell, `${id}, column ${k}`).toBe(cells[k]);
        else expect(['0, 0', '0'], `${id}, column ${k}`).toContain(cells[k]);
      });
    }
  });
});
