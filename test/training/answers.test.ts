import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { ModelCard } from '../../src/models/card';
import { hasHeadOf } from '../../src/training/answers';

const cardOf = async (id: string): Promise<ModelCard> =>
  JSON.parse(await readFile(`models/${id}/model-card.json`, 'utf8')) as ModelCard;

it('lends its last layers to a network of the same answers and the same head alone', async () => {
  const [cells, features, findings] = await Promise.all(
    ['cxr-pneumonia', 'cxr-pneumonia-plain', 'phantom-findings'].map(cardOf),
  );
  expect(hasHeadOf({ head: 'cells' }, cells)).toBe(true);
  expect(hasHeadOf({ head: 'features' }, cells)).toBe(false);
  expect(hasHeadOf({ head: 'cells' }, features)).toBe(false);
  expect(hasHeadOf({ head: 'features' }, features)).toBe(true);
  expect(hasHeadOf({ head: 'features', classes: 3 }, features)).toBe(false);
  expect(hasHeadOf({ head: 'cells', labels: 4 }, findings)).toBe(true);
  expect(hasHeadOf({ head: 'cells', labels: 3 }, findings)).toBe(false);
  // A classifier that was trained elsewhere.
  const imported = { ...cells, classifier: { ...cells.classifier, training: {} } };
  expect(hasHeadOf({ head: 'features' }, imported)).toBe(true);
});
