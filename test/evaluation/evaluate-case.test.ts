import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { evaluateCase, type CaseSet, type EvaluationPlan } from '../../src/evaluation/measure/evaluate-case';
import { mapRecord } from '../../src/evaluation/measure/map-record';
import { MapCache } from '../../src/evaluation/measure/map-cache';
import type { MapRequest } from '../../src/evaluation/plan/map-requests';
import { storedPixels, type EvaluationSet } from '../../src/evaluation/set/set';
import { summariseGenerators } from '../../src/evaluation/statistics/summary';
import { explainFilm } from '../../src/explain';
import type { ModelCard } from '../../src/models/card';
import { prepareImage } from '../../src/models/preparation';
import { validRuns } from '../../src/datasets/valid-runs';
import { context, linearClassifier, scalingPair, size } from '../explain/fixtures';

const pixels = size * size;

/** Twice as wide as high: letterboxed, a quarter above and a quarter below are no film. */
const film = {
  values: Float32Array.from({ length: 40 * 80 }, (_, i) => 100 + ((i * 7) % 80) + Math.floor(i / 80)),
  rows: 40,
  columns: 80,
  photometric: 'MONOCHROME2' as const,
};
const applicability = {
  modalities: [],
  bodyParts: [],
  views: [],
  photometric: [],
  minRows: 1,
  minColumns: 1,
};

function model(): ReturnType<typeof context> {
  const networks = context(linearClassifier(new Float32Array(pixels).fill(8 / pixels), -1), {
    single2: scalingPair(0.9, 0.4),
  });
  const card = {
    ...networks.card,
    classes: [{ name: 'no' }, { name: 'yes' }],
    files: {},
    input: { ...networks.card.input, fit: 'letterbox' },
    applicability: { ...applicability, minAgeYears: 0, maxAgeYears: 120, phantomOnly: false },
  } as ModelCard;
  return { ...networks, card };
}

const request = (methodId: string): MapRequest => ({
  key: methodId,
  title: methodId,
  methodId,
  seed: 0,
  slow: false,
});
const plan: EvaluationPlan = {
  requests: ['similar-adversarial', 'adversarial-alone', 'gradient'].map(request),
  slowCases: [],
  controls: [[1, 2]],
  seed: 0,
  deletionSteps: 0,
};

describe('one case of an evaluation', () => {
  let folder: string;
  beforeAll(async () => {
    await tf.setBackend('cpu');
    folder = await mkdtemp(path.join(tmpdir(), 'case-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const networks = model;
  /** The film with its own truth, another truth on the film, and one that lies in the letterbox alone. */
  function caseSet(card: ModelCard): CaseSet {
    const prepared = prepareImage(film, card.input);
    const truths = new Uint8Array(3 * pixels);
    const mark = (truth: number, from: number, to: number): void => {
      for (let y = from; y < to; y++)
        truths.fill(1, truth * pixels + y * size + 4, truth * pixels + y * size + 14);
    };
    mark(0, 4, 14); // half of it above the film
    mark(1, 16, 22);
    mark(2, 0, 6);
    const about = { patient: 'p', label: 1 as const, view: '', collection: '', sex: '', reader: '' as const };
    return {
      size,
      cases: [{ ...about, id: 'a', boxes: [], truth: 0, validRuns: validRuns(prepared.valid) }],
      planes: {
        kind: 'memory',
        values: Uint16Array.from(prepared.input, value => Math.round(value * 65535)),
      },
      truths,
    };
  }

  it('is scored by the map that viewer and command show, where the film is', async () => {
    const ctx = networks();
    const set = caseSet(ctx.card);
    const generated = vi.spyOn(ctx.generators.single2, 'apply');
    const before = tf.memory().numTensors;
    const record = await evaluateCase(ctx, set, plan, 0, new MapCache(folder));
    expect(tf.memory().numTensors, 'nothing stays in memory').toBe(before);
    expect(generated, 'one generation for the generator’s figures and all its methods').toHaveBeenCalledTimes(
      1,
    );

    const explained = await explainFilm({ image: film, attributes: {} }, ctx, {
      methodId: 'similar-adversarial',
    });
    const { valid } = explained.prepared;
    // Film lies in rows 8 to 23, the truth in rows 4 to 13: rows 8 to 13 of it count.
    const truth = set.truths.slice(0, pixels).map((inside, i) => (valid[i] ? inside : 0));
    expect(truth.reduce((sum, value) => sum + value, 0)).toBe(6 * 10);
    const shown = mapRecord({ map: explained.map, size, valid }, truth, [], 0);
    const { right, control } = record.maps['similar-adversarial'];
    expect(right.values.iou90).toBeCloseTo(shown.right.values.iou90, 2);
    expect(right.values.mass).toBeCloseTo(shown.right.values.mass, 3);
    // The truth that lies in the letterbox alone is no control of this film: one of two is left.
    expect(control?.values.mass).toBeGreaterThan(0);
    expect(record.generators.single2.scoreAdversarial).toBeCloseTo(explained.decisionAdversarial!.score, 4);
    expect(record.score).toBeCloseTo(explained.decision.score, 4);
  });

  // Logits 0, a m and b m + c of the image's mean m, and the softmax of a film, its x_s (0.9 x) and its x_a (0.4 x) by hand.
  it('of a model of three classes keeps the decided class and every score, of x, x_s and x_a', async () => {
    const two = networks();
    const set = caseSet(two.card);
    const input = Array.from(
      storedPixels(set as CaseSet & Pick<EvaluationSet, 'size' | 'planes'>, 0),
      v => v / 65535,
    );
    const m = input.reduce((sum, value) => sum + value, 0) / pixels;
    const rows = [
      [0, 0],
      [4 / m, 0],
      [20 / m, -12],
    ];
    const kernel = Array.from({ length: pixels }, () => rows.map(([slope]) => slope / pixels)).flat();
    const dense = tf.layers.dense({ units: 3, inputShape: [pixels] });
    const classifier = tf.sequential({
      layers: [tf.layers.flatten({ inputShape: [size, size, 1] }), dense],
    });
    dense.setWeights([tf.tensor2d(kernel, [pixels, 3]), tf.tensor1d(rows.map(([, bias]) => bias))]);
    const { operatingPoint: _point, calibration: _calibration, ...card } = two.card;
    const classes = ['normal', 'effusion', 'pneumonia'].map(name => ({ name }));
    const ctx = { ...two, classifier, card: { ...card, classes } as ModelCard };
    const record = await evaluateCase(ctx, set, { ...plan, requests: [] }, 0, new MapCache(folder));

    const softmax = (share: number): number[] => {
      const odds = rows.map(([slope, bias]) => Math.exp(slope * m * share + bias));
      return odds.map(value => value / odds.reduce((sum, each) => sum + each, 0));
    };
    // x: logits 0, 4, 8; x_s: 0, 3.6, 6; x_a: 0, 1.6, −4.
    const expected = (share: number, decided: number) => ({
      decided,
      score: expect.closeTo(softmax(share)[decided], 4),
      scores: softmax(share).map(value => expect.closeTo(value, 4)),
    });
    expect(record).toMatchObject(expected(1, 2));
    const { answers, ...scores } = record.generators.single2;
    expect(answers).toEqual({ similar: expected(0.9, 2), adversarial: expected(0.4, 1) });
    expect(scores.scoreAdversarial).toBeCloseTo(softmax(0.4)[1], 4);
    const summary = {
      decidedBy: { kind: 'classes', names: ['a', 'b', 'c'] },
      resamples: 10,
      seed: 1,
    } as const;
    expect(summariseGenerators([record], summary)[0]).toMatchObject({ hold: 1, flip: 1 });
    classifier.dispose();
  });

  it('of two classes holds nothing but their score', async () => {
    const ctx = networks();
    const record = await evaluateCase(
      ctx,
      caseSet(ctx.card),
      { ...plan, requests: [] },
      0,
      new MapCache(folder),
    );
    expect(Object.keys(record)).not.toContain('decided');
    expect(Object.keys(record)).not.toContain('scores');
    expect(Object.keys(record.generators.single2)).not.toContain('answers');
  });

  it('finds its maps again in the cache, the same', async () => {
    const ctx = networks();
    const set = caseSet(ctx.card);
    const first = await evaluateCase(ctx, set, plan, 0, new MapCache(folder));
    const origins: string[] = [];
    const again = await evaluateCase(ctx, set, plan, 0, new MapCache(folder), (_key, _seconds, from) => {
      origins.push(from);
    });
    expect(origins).toEqual(['cache', 'cache', 'cache']);
    expect(again.maps).toEqual(first.maps);
  });
});
