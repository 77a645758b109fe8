import { describe, expect, it } from 'vitest';
import { mapSource } from '../../src/evaluation/measure/map-cache';
import {
  leftOutMethods,
  parseRequests,
  whyNot,
  type MapRequest,
} from '../../src/evaluation/plan/map-requests';
import { mapTitles, referenceNote, referenceRequest } from '../../src/evaluation/map-titles';
import { methods } from '../../src/explain';
import type { ModelCard } from '../../src/models/card';
import { exampleCard } from '../models/card-fixture';

const entry = (kind: ModelCard['generators'][string]['kind'], path: string) =>
  ({ kind, path, title: path, output: 'plain', training: {} }) as const;
const card: ModelCard = {
  ...exampleCard(),
  defaultGenerator: 'single2-plain',
  generators: {
    single2: entry('single2', 'generators/single2/model.json'),
    'single2-plain': entry('single2', 'generators/single2-plain/model.json'),
    naive: entry('naive', 'generators/naive/model.json'),
  },
  files: {
    'classifier/model.json': '1'.repeat(64),
    'generators/single2/model.json': '2'.repeat(64),
    'generators/single2-plain/model.json': '3'.repeat(64),
    'generators/naive/model.json': '4'.repeat(64),
  },
};
const options = { augment: 10, seed: 4 };

describe('parseRequests', () => {
  it('"all" asks for each method with every generator that fits, and averages the one-shot ones', () => {
    const requests = parseRequests('all', card, options);
    const keys = requests.map(({ key }) => key);
    for (const key of [
      'similar-adversarial:single2',
      'similar-adversarial:single2+aug',
      'similar-adversarial:single2-plain+aug',
      'naive',
      'naive+aug',
      'gradcam+aug',
      'smoothgrad',
    ]) {
      expect(keys).toContain(key);
    }
    expect(keys).not.toContain('similar-adversarial');
    expect(keys).not.toContain('mask-generator');
    expect(new Set(keys).size).toBe(keys.length);
    expect(requests.every(request => whyNot(request, card) === undefined)).toBe(true);
    expect(leftOutMethods(card)).toEqual([
      expect.stringMatching(/^Mask Generator \(no generator of the kind mask/),
    ]);
  });

  it('takes every method of many passes for slow, by what the method says of itself', () => {
    const requests = parseRequests('all', card, options);
    for (const { id, oneShot } of methods) {
      for (const request of requests.filter(({ methodId }) => methodId === id))
        expect(request.slow).toBe(!oneShot);
    }
    const [full] = parseRequests('smoothgrad', card, { ...options, inFull: ['smoothgrad'] });
    expect(full.slow).toBe(false);
  });

  it('averages a slow method where that is asked for, names methods once, and refuses what it does not know', () => {
    const requests = parseRequests('all, smoothgrad+aug, gradient', card, options);
    const averaged = requests.find(({ key }) => key === 'smoothgrad+aug');
    expect(averaged).toMatchObject({ slow: true, augment: { count: 10, seed: 4 }, seed: 4 });
    expect(requests.filter(({ key }) => key === 'gradient').length).toBe(1);
    expect(() => parseRequests('magic', card, options)).toThrow(/no method "magic"/);
    expect(() => parseRequests('gradient+aug', card, { augment: 0, seed: 0 })).toThrow(/needs --augment/);
    expect(whyNot(parseRequests('naive:single2', card, options)[0], card)).toMatch(
      /needs a generator "single2" of the kind naive/,
    );
  });
});

describe('rows and reference', () => {
  it('knows the family and the generator of a row', () => {
    const titles = mapTitles(parseRequests('all', card, options), card);
    const of = (key: string) => titles.find(title => title.key === key);
    expect(of('naive')).toMatchObject({ family: 'image-generator', generator: 'naive', averaged: false });
    expect(of('gradient+aug')).toMatchObject({ family: 'baseline', generator: undefined, averaged: true });
    expect(of('edges')).toMatchObject({ family: 'trivial' });
  });

  it('compares with the package’s own method, averaged, unless told otherwise, whatever the order of methods', () => {
    const requests = parseRequests('all', card, options);
    const keyOf = (
      list: readonly MapRequest[],
      wanted?: string,
      defaultMethod?: string,
    ): string | undefined => referenceRequest(list, wanted, { ...card, defaultMethod })?.key;
    expect(keyOf(requests)).toBe('similar-adversarial:single2-plain+aug');
    expect(keyOf(requests, undefined, 'gradient')).toBe('gradient+aug');
    expect(keyOf([...requests].reverse(), undefined, 'gradient')).toBe('gradient+aug');
    expect(keyOf(requests, 'naive')).toBe('naive');
    expect(() => keyOf(requests, 'nothing')).toThrow(/--reference "nothing" is not among/);
    expect(keyOf(parseRequests('gradcam', card, { augment: 0, seed: 0 }))).toBe('gradcam');
  });

  it('says which map is compared with, and why, where none was named', () => {
    const requests = parseRequests('gradcam,gradient', card, { augment: 0, seed: 0 });
    const note = (wanted?: string, defaultMethod?: string): string | undefined =>
      referenceNote(requests, wanted, { ...card, defaultMethod });
    expect(note('gradcam')).toBeUndefined();
    expect(note(undefined, 'gradient')).toMatch(/\(gradient\), the package’s own method\.$/);
    expect(note()).toMatch(
      /\(gradcam\), the first of --methods, since .*\(similar-adversarial\) is not among them/,
    );
  });
});

describe('mapSource', () => {
  const [plain, averaged] = parseRequests('similar-adversarial:single2', card, options);
  const changed = (file: string): ModelCard => ({
    ...card,
    files: { ...card.files, [file]: 'a'.repeat(64) },
  });

  it('changes with all that a map depends on, and with nothing else', () => {
    const source = mapSource(card, plain);
    expect(source).toMatch(/^similar-adversarial_single2-[0-9a-f]{12}$/);
    expect(mapSource({ ...card, title: 'Another title' }, plain)).toBe(source);
    expect(mapSource(changed('generators/naive/model.json'), plain)).toBe(source);
    const others = [
      mapSource(card, averaged),
      mapSource(card, { ...plain, seed: 5 }),
      mapSource(changed('generators/single2/model.json'), plain),
      mapSource(changed('classifier/model.json'), plain),
      mapSource({ ...card, operatingPoint: 0.4 }, plain),
    ];
    expect(new Set([source, ...others]).size).toBe(6);
  });
});
