import { expect, it } from 'vitest';
import { generatedLabel } from '../../src/drawing/generated-label';
import { decideBy } from '../../src/models/decision';

const model = {
  id: 'cxr',
  version: '1.2.3',
  title: 'Chest',
  weightsSha256: 'a'.repeat(64),
  classes: ['healthy', 'opacity'],
  operatingPoint: 0.5,
};
const settings = {
  methodId: 'evidence-change',
  methodTitle: 'Evidence change',
  generator: 'single2',
  augment: 0,
  seed: 0,
  backend: 'wasm',
};
const created = new Date(2026, 10, 30, 2, 7, 43);
const figures = { decision: decideBy(0.469, 0.5), decisionAdversarial: decideBy(0.886, 0.5), flip: true };
const about = {
  title: 'NOT A RADIOGRAPH',
  place: 'Opposite image (x_a)',
  shown: figures.decisionAdversarial,
};

it('names the generator as what made the image, both scores with the threshold, and the backend', () => {
  const label = generatedLabel(
    { model, settings, created },
    { figures, cautions: ['Age is missing.'] },
    about,
  );
  expect(label).toEqual({
    title: 'NOT A RADIOGRAPH',
    lines: [
      'AI - research use only. Not for diagnosis.',
      'Opposite image (x_a)',
      'This image: score 0.886 (operating point 0.500), Found by this classifier: opacity',
      'The film: score 0.469 (operating point 0.500), No opacity found by this classifier',
      'Model cxr 1.2.3, generator single2   backend wasm   2026-11-30 02:07:43',
      'Made for the map of Evidence change',
    ],
    cautions: ['Caution: Age is missing.'],
  });
});

it('says of an averaged map that the image is not, and warns where x_a does not flip', () => {
  const { lines, cautions } = generatedLabel(
    { model, settings: { ...settings, augment: 10 }, created },
    { figures: { ...figures, flip: false }, cautions: [] },
    { ...about, shown: undefined },
  );
  expect(lines.at(-1)).toBe(
    'The map is the mean of 10 transforms; this image is of the film as it is, not averaged',
  );
  expect(lines.filter(line => line.startsWith('This image'))).toEqual([]);
  expect(cautions[0]).toContain('x_a does NOT flip the decision');
});
