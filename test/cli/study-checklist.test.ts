import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseModelCard, type ModelCard } from '../../src/models/card';
import {
  checklistMarkdown,
  checklists,
  fillChecklist,
  type ChecklistId,
} from '../../src/cli/study/checklist';
import { analyseStudy } from '../../src/study/analysis';
import { vanDyke } from '../study/van-dyke';

const read = (id: string): ModelCard =>
  parseModelCard(readFileSync(new URL(`../../models/${id}/model-card.json`, import.meta.url), 'utf8'));
const card = read('cxr-pneumonia');
const lists = Object.keys(checklists) as ChecklistId[];

describe('reporting checklists', () => {
  const item = (list: ChecklistId, number: string, sources: Parameters<typeof fillChecklist>[1] = { card }) =>
    fillChecklist(list, sources).find(each => each.number === number)!;

  it('have every item once: 44 of CLAIM 2024, 52 of TRIPOD+AI, 34 of STARD 2015 and five topics of STARD-AI', () => {
    const numbers = lists.map(list => fillChecklist(list, { card }).map(each => each.number));
    expect(numbers.map(list => new Set(list).size)).toEqual(numbers.map(list => list.length));
    expect(numbers[0]).toEqual(Array.from({ length: 44 }, (_, i) => String(i + 1)));
    expect(numbers[1].filter(number => !number.startsWith('AI'))).toHaveLength(34);
    expect(numbers[2]).toHaveLength(52);
  });

  it('say what the card says', () => {
    expect(item('claim', '7').text).toEqual([card.trainingData.description]);
    const performance = item('claim', '32').text.join();
    const { test } = card.classifier.figures as { test: { all: { auc: number; positives: number } } };
    expect(performance).toContain(`AUC ${test.all.auc.toFixed(3)}`);
    expect(performance).toContain(`${test.all.positives} positive`);
    expect(item('tripod', '15').text.join()).toContain(`class 1 above ${card.operatingPoint}`);
  });

  it('name what is missing instead of guessing', () => {
    expect(item('claim', '33')).toMatchObject({ status: 'authors', text: [] });
    expect(item('claim', '30').missing.join()).toContain('trust checks');
    const bare: ModelCard = {
      ...card,
      trainingData: { description: 'films', counts: {} },
      classifier: { ...card.classifier, training: {}, figures: undefined },
      outOfDistribution: undefined,
    };
    const sources = { card: bare };
    expect(item('claim', '20', sources)).toMatchObject({
      status: 'gap',
      missing: ['a split manifest in the card'],
    });
    expect(item('claim', '25', sources).status).toBe('gap');
    expect(item('tripod', '23a', sources).status).toBe('gap');
    expect(item('tripod', '27a', sources).status).toBe('gap');
  });

  it('take a reader study', () => {
    const study = analyseStudy(vanDyke(), { resamples: 100 });
    const { status, text } = item('stard', 'AI: use', { card, study });
    expect(status).toBe('partly');
    expect(text[0]).toContain('AUC 1 − 2 -0.044 (-0.088 to 0.000)');
    expect(text[0]).toContain('mean kappa between readers: 2 0.64, 1 0.');
    // They read the films; who made the reference is another question, and its item is of them.
    expect(item('claim', '18', { card, study })).toMatchObject({ status: 'authors', text: [] });
  });

  it('are tables of Markdown whose cells hold', () => {
    const text = checklistMarkdown(lists, { card: { ...card, intendedUse: 'a | b\nc' } });
    const rows = text.split('\n').filter(line => line.startsWith('| '));
    expect(rows.length).toBe(44 + 39 + 52 + 2 * 3);
    for (const row of rows) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(7);
    expect(text).toContain('a \\| b c');
  });

  it.each(['cxr-pneumonia-plain', 'phantom'])('fill for %s without a figure that is not finite', id => {
    expect(checklistMarkdown(lists, { card: read(id) })).not.toMatch(/undefined|NaN|\[object/);
  });
});
