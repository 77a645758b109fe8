import { describe, expect, it } from 'vitest';
import { flipText } from '../../src/cli/flip-text';
import { settingsText } from '../../src/cli/settings-text';

describe('what x_a does to the decisions, on the terminal', () => {
  const small =
    ' (the map is of a change too small for another answer: compare --method gradcam or occlusion, which need no x_a)';
  it.each([
    [{ flip: undefined }, ''],
    [{ flip: true }, ', x_a flips the decision'],
    [{ flip: true, instead: 'effusion' }, ', x_a flips the decision to effusion'],
    [{ flip: false }, `, x_a does not flip the decision${small}`],
    [{ flip: true, others: [] }, ', x_a flips the decision on this label and on no other'],
    [
      { flip: true, others: ['nodule', 'mass'] },
      ', x_a flips the decision on this label and also on nodule, mass',
    ],
    [
      { flip: false, others: [] },
      `, x_a does not flip the decision on this label${small}, nor that on any other`,
    ],
    [
      { flip: false, others: ['nodule'] },
      `, x_a does not flip the decision on this label${small}, but that on nodule`,
    ],
  ])('%o', (facts, said) => expect(flipText(facts)).toBe(said));
});

it('settings are lines to read, one a setting', () => {
  const settings = {
    similarity: { similarL2: 3, similarL1: 1, pair: 0.2 },
    weightDistance: 0.002,
    realism: undefined,
    classificationLoss: { form: 'bce', terms: { past: [0, 1] } },
    views: ['AP', 'PA'],
  };
  expect(settingsText(settings)).toEqual([
    'similarity: similar L2 3, similar L1 1, pair 0.2',
    'weight distance: 0.002',
    'classification loss: form bce, terms (past 0, 1)',
    'views: AP, PA',
  ]);
});
