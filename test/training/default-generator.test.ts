import { describe, expect, it } from 'vitest';
import type { ModelCard } from '../../src/models/card';
import { generatorCautions, withDefault } from '../../src/training/default-generator';

type Card = Pick<ModelCard, 'generators' | 'defaultGenerator' | 'classes' | 'independent'>;
type Entry = ModelCard['generators'][string];

const entry = (val: Record<string, number> = {}, labels?: string[]): Entry => ({
  path: '',
  kind: 'single2',
  title: '',
  output: 'residual',
  training: {},
  figures: { val },
  ...(labels && { labels }),
});

const empty: Card = { classes: [{ name: 'no' }, { name: 'yes' }], generators: {} };

function added(card: Card, id: string, found: Entry, asDefault = false): Card {
  return withDefault({ ...card, generators: { ...card.generators, [id]: found } }, id, asDefault);
}

describe('the generator that is used where none is asked for', () => {
  const weak = added(empty, 'weak', entry({ flip: 0.1 }));

  it('is the first, and stays it beside another that flips', () => {
    const first = added(empty, 'first', entry({ flip: 0.5 }));
    expect(first.defaultGenerator).toBe('first');
    expect(added(first, 'second', entry({ flip: 0.9 })).defaultGenerator).toBe('first');
    expect(added(first, 'second', entry({ flip: 0.9 }), true).defaultGenerator).toBe('second');
  });

  it('is one that flips fewer than half only while no other flips more, and that is said', () => {
    expect(weak.defaultGenerator).toBe('weak');
    expect(generatorCautions(empty, weak, 'weak')).toEqual([
      expect.stringMatching(
        /^Caution: weak changes the answer on 10\.0 % .* It is the only generator, so it is used/,
      ),
    ]);
    const better = added(weak, 'better', entry({ flip: 0.9 }));
    expect(better.defaultGenerator).toBe('better');
    expect(generatorCautions(weak, better, 'better')).toEqual([
      'better is used where none is asked for, no longer weak, which changes fewer than half of the answers.',
    ]);
    const third = added(better, 'third', entry({ flip: 0 }));
    expect(third.defaultGenerator).toBe('better');
    expect(generatorCautions(better, third, 'third')).toEqual([
      expect.stringContaining('Where none is asked for, better is used.'),
    ]);
    // Trained anew in place, and worse.
    expect(added(third, 'better', entry({ flip: 0.2 })).defaultGenerator).toBe('better');
    expect(added(better, 'weak', entry({ flip: 0.2 })).defaultGenerator).toBe('better');
    // Asked for.
    expect(added(better, 'asked', entry({ flip: 0.2 }), true).defaultGenerator).toBe('asked');
  });

  it('of a label is judged by the flips of that label', () => {
    const labels: Card = { ...empty, classes: [{ name: 'a' }, { name: 'b' }], independent: true };
    const both = added(labels, 'both', entry({ flip: 0.6, 'flip a': 0.9, 'flip b': 0.3 }, ['a', 'b']));
    expect(generatorCautions(labels, both, 'both')).toEqual([
      expect.stringMatching(/answer of b on 30\.0 % .* It is the only generator of b, so/),
    ]);
    const two = added(both, 'own', entry({ flip: 0.8 }, ['b']));
    expect(two.classes).toEqual([{ name: 'a' }, { name: 'b', defaultGenerator: 'own' }]);
    expect(two.defaultGenerator).toBe('both');
  });

  it('is taken as it is where its card does not say how many it flips', () => {
    const silent = added(empty, 'silent', { ...entry(), figures: undefined });
    expect(added(silent, 'second', entry({ flip: 0.9 })).defaultGenerator).toBe('silent');
    expect(generatorCautions(empty, silent, 'silent')).toEqual([]);
  });

  it('is said to be far from the film where no epoch was near', () => {
    const far = added(empty, 'far', entry({ flip: 0.9, score: -7.2 }));
    expect(generatorCautions(empty, far, 'far')).toEqual([
      'Caution: images of far are not near the film: 10.8 dB on average, below 18 dB.',
    ]);
  });
});
