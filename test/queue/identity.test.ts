import { expect, it } from 'vitest';
import { difference, type SharedIdentity } from '../../src/evaluation/shared/identity';
import { Handoff } from '../../src/evaluation/shared/handoff';

const own: SharedIdentity = {
  software: '1.0.0',
  model: '2',
  weights: 'a'.repeat(64),
  data: 'b'.repeat(64),
  pixels: 'c'.repeat(64),
  backend: 'wasm',
  key: 'd'.repeat(64),
};

it.each<[keyof SharedIdentity, string, string]>([
  ['software', '1.0.1', 'version of explain: 1.0.0 here, 1.0.1 there'],
  ['model', '3', 'version of the model package: 2 here, 3 there'],
  ['weights', 'f'.repeat(64), 'files of the model package: aaaaaaaaaaaa here, ffffffffffff there'],
  ['data', 'f'.repeat(64), 'list of images, labels and splits: bbbbbbbbbbbb here, ffffffffffff there'],
  ['pixels', 'f'.repeat(64), 'pixels or truths: cccccccccccc here, ffffffffffff there'],
  ['backend', 'cpu', '--backend: wasm here, cpu there'],
])('a process that has another %s is told so', (field, value, words) => {
  // The plan's key follows from most of them; what it follows from is named.
  expect(difference(own, { ...own, key: 'e'.repeat(64), [field]: value })).toBe(words);
});

it('a process that has the same is told nothing', () => {
  expect(difference(own, { ...own })).toBeUndefined();
});

it('jobs are handed to whoever is free, each once, and their results go back', async () => {
  const handoff = new Handoff<number, string>();
  const early = handoff.next();
  const results = [handoff.give(1), handoff.give(2), handoff.give(1)];
  expect(await early).toEqual({ done: false, value: 1 });
  expect(await handoff.next()).toEqual({ done: false, value: 2 });
  handoff.settle(2, 'two');
  handoff.settle(1, 'one');
  expect(await Promise.all(results)).toEqual(['one', 'two', 'one']);
  const [idle, lost] = [handoff.next(), handoff.give(3)];
  expect(await idle).toEqual({ done: false, value: 3 });
  const last = handoff.next();
  handoff.end(new Error('The worker crashed.'));
  expect(await last).toEqual({ done: true, value: undefined });
  await expect(lost).rejects.toThrow('crashed');
  await expect(handoff.give(4)).rejects.toThrow('crashed');
});
