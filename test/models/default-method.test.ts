import { expect, test } from 'vitest';
import { defaultMethodOf } from '../../src/models/default-method';
import { exampleCard } from './card-fixture';

const { classifier } = exampleCard();
const generator = (kind: 'single2' | 'naive' | 'mask') => ({
  path: 'generators/one',
  kind,
  outputMode: 'residual' as const,
  training: {},
});
const imported = {
  format: 'layers' as const,
  input: { channels: 1 as const, size: [32, 32] as [number, number], scaling: { low: 0, high: 1 } },
  answer: { output: 'logit' as const },
};

test('without a method in the card it is Similar–Adversarial of a pair, else GradCAM where there are features, else Gradient', () => {
  const of = (change: object) => defaultMethodOf(exampleCard(change as Parameters<typeof exampleCard>[0]));
  expect(of({ defaultMethod: 'occlusion' })).toBe('occlusion');
  expect(of({ generators: { one: generator('single2') } })).toBe('similar-adversarial');
  // Neither makes x_s.
  for (const kind of ['naive', 'mask'] as const)
    expect(of({ generators: { one: generator(kind) } })).toBe('gradcam');
  expect(of({})).toBe('gradcam');
  expect(of({ classifier: { ...classifier, imported } })).toBe('gradcam');
  expect(of({ classifier: { ...classifier, imported, featureLayer: undefined } })).toBe('gradient');
});

test('a method of the card that a label lacks the generator for is not taken', () => {
  const card = exampleCard({ defaultMethod: 'guided-gradcam' });
  expect(defaultMethodOf(card, id => id !== 'guided-gradcam')).toBe('gradcam');
  expect(defaultMethodOf(card, () => true)).toBe('guided-gradcam');
});
