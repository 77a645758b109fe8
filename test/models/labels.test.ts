import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { describeStored, makeResults, modelIdentity, usualKinds, sourceAttributes } from '../../src/dicom/results';
import { parseModelCard, type ModelCard } from '../../src/models/card';
import { decisionsOf } from '../../src/models/classify';
import {
  decideBy,
  decideLabels,
  namedClass,
  otherLabelsChanged,
  sameDecision,
  scoreOfClass,
  type LabelDecision,
} from '../../src/models/decision';
import { verdictText } from '../../src/models/verdict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

beforeAll(() => prepareNodeBackend('cpu'));

const names = ['effusion', 'pneumonia', 'cardiomegaly'];
const points = [0.5, 0.2, 0.7];

describe('a decision of independent labels', () => {
  it('decides each label by its own operating point, and is that of the explained one', () => {
    const decision = decideLabels([0.5, 0.3, 0.9], points, 1);
    expect(decision).toMatchObject({ kind: 'labels', label: 1, score: 0.3, operatingPoint: 0.2, decided: 1 });
    // 0.5 does not lie above 0.5.
    expect(decision.labels?.map(({ decided }) => decided)).toEqual([0, 1, 1]);
    expect([0, 1, 2].map(index => scoreOfClass(decision, index))).toEqual([0.5, 0.3, 0.9]);
    expect(namedClass(decision)).toBe(1);
    expect(() => decideLabels([0.5], points, 0)).toThrow(/1 labels have 3 operating points/);
    expect(() => decideLabels([0.5, 0.3, 0.9], points, 3)).toThrow(/no label 3 among 3/);
  });

  it('flips where the explained label does, whatever the others do; their changes are told apart', () => {
    const film = decideLabels([0.6, 0.3, 0.9], points, 1);
    const flipped = decideLabels([0.6, 0.1, 0.9], points, 1);
    const beside = decideLabels([0.1, 0.3, 0.6], points, 1);
    expect(sameDecision(film, flipped)).toBe(false);
    expect(otherLabelsChanged(film, flipped)).toEqual([]);
    expect(sameDecision(film, beside)).toBe(true);
    expect(otherLabelsChanged(film, beside)).toEqual([0, 2]);
    // Of another label, or by another kind of decision: not the same, though both say 1.
    expect(sameDecision(film, decideLabels([0.6, 0.3, 0.9], points, 2))).toBe(false);
    expect(sameDecision(film, decideBy(0.3, 0.2))).toBe(false);
    expect(otherLabelsChanged(film, { ...beside, labels: undefined })).toBeUndefined();
  });

  it('is said in words of its label', () => {
    const found = decideLabels([0.6, 0.3, 0.9], points, 1);
    const not = decideLabels([0.6, 0.1, 0.9], points, 1);
    expect(verdictText(names, found)).toBe('Found by this classifier: pneumonia');
    expect(verdictText(names, not)).toBe('No pneumonia found by this classifier');
  });
});

const folder = path.resolve(__dirname, '../../models');
const shipped = readFileSync(path.join(folder, 'cxr-pneumonia/model-card.json'), 'utf8');
/** The shipped card with independent labels for its classes. */
function labelCard(change: Record<string, unknown> = {}): ModelCard {
  const card = JSON.parse(shipped) as ModelCard;
  const classes = names.map((name, k) => ({ name, operatingPoint: points[k] }));
  return { ...card, classes, independent: true, operatingPoint: undefined, calibration: undefined, ...change };
}

describe('a card of independent labels', () => {
  it('makes decisions of the sigmoid of each logit', async () => {
    // sigmoid(0) = 1/2; sigmoid(ln 3) = 3/4; sigmoid(-ln 3) = 1/4.
    const logits = tf.tensor2d([[0, Math.log(3), -Math.log(3)]]);
    const [decision] = (await decisionsOf(labelCard(), logits, 1)) as LabelDecision[];
    expect(decision.logit).toBeCloseTo(Math.log(3), 6);
    expect(decision.labels?.map(({ score }) => Number(score.toFixed(6)))).toEqual([0.5, 0.75, 0.25]);
    expect(decision.labels?.map(({ decided }) => decided)).toEqual([0, 1, 0]);
    logits.dispose();
  });

  it('calibrates each label by itself', async () => {
    // 2 · 0 + ln 3: sigmoid(ln 3) = 3/4; the others as they are.
    const calibration = { method: 'platt' as const, slope: 2, intercept: Math.log(3), fittedOn: 'val', reliability: [] };
    const classes = labelCard().classes.map((label, k) => (k === 2 ? { ...label, calibration } : label));
    const logits = tf.tensor2d([[0, 0, 0]]);
    const [decision] = (await decisionsOf(labelCard({ classes }), logits, 2)) as LabelDecision[];
    expect(decision.labels?.map(({ score }) => Number(score.toFixed(6)))).toEqual([0.5, 0.5, 0.75]);
    expect(decision.score).toBeCloseTo(0.75, 6);
    expect(decision).toMatchObject({ operatingPoint: 0.7, decided: 1 });
    logits.dispose();
  });

  it('is refused where it does not fit, with the reason', () => {
    const [[id, shippedEntry]] = Object.entries(labelCard().generators);
    expect(() => parseModelCard(JSON.stringify(labelCard()))).not.toThrow();
    const generators = { [id]: { ...shippedEntry, labels: ['hernia'] } };
    expect(() => parseModelCard(JSON.stringify(labelCard({ generators })))).toThrow(`"${id}" is for a label that is none of the classes`);
    const [name] = names;
    const preferring = labelCard().classes.map((label, k) =>
      k === 0 ? { ...label, defaultGenerator: id } : label,
    );
    const ofName = { generators: { [id]: { ...shippedEntry, labels: [name] } }, classes: preferring };
    expect(() => parseModelCard(JSON.stringify(labelCard(ofName)))).not.toThrow();
    const ofAnother = { ...ofName, generators: { [id]: { ...shippedEntry, labels: [names[1]] } } };
    expect(() => parseModelCard(JSON.stringify(labelCard(ofAnother)))).toThrow(
      `"${id}" is no generator that was trained for "${name}"`,
    );
    const classes = [{ name: 'effusion' }, { name: 'pneumonia' }];
    expect(() => parseModelCard(JSON.stringify(labelCard({ classes })))).toThrow(/each independent label needs an operating point/);
    expect(() => parseModelCard(JSON.stringify({ ...labelCard(), independent: undefined }))).toThrow(/label of "independent": true alone/);
    expect(() => parseModelCard(shipped)).not.toThrow();
  });
});

describe('a stored map of an independent label', () => {
  it('gives back label, score, operating point and both generated decisions', () => {
    const source = {
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.1',
      SOPInstanceUID: '1.2.3.4.5',
      StudyInstanceUID: '1.2.3',
      SeriesInstanceUID: '1.2.3.4',
    };
    const model = modelIdentity(labelCard());
    const map = Float32Array.of(0, 1, 2, 3);
    const decision = decideLabels([0.6, 0.3, 0.9], points, 1);
    const figures = {
      decision,
      decisionSimilar: decideLabels([0.6, 0.25, 0.9], points, 1),
      decisionAdversarial: decideLabels([0.6, 0.1, 0.9], points, 1),
      hold: true,
      flip: true,
    };
    const objects = makeResults(
      {
        source,
        model,
        settings: { methodId: 'gradient', methodTitle: 'Gradient', augment: 0, seed: 0, backend: 'wasm' },
        created: new Date(2026, 0, 1),
        software: '0.0.0',
      },
      {
        film: { values: map, rows: 2, columns: 2, photometric: 'MONOCHROME2' },
        map,
        top: Math.max(...map),
        figures,
        mask: () => Uint8Array.of(0, 0, 0, 1),
        notice: 'For research use only.',
        cautions: [],
      },
      { kinds: usualKinds, percentiles: [75] },
    );
    const stored = describeStored(sourceAttributes(objects[1].bytes));
    expect(stored?.model.classes).toEqual(names);
    expect(stored?.figures.decision).toEqual({ kind: 'labels', label: 1, score: 0.3, operatingPoint: 0.2, decided: 1 });
    expect(stored?.figures.decisionSimilar).toMatchObject({ label: 1, score: 0.25, decided: 1 });
    expect(stored?.figures.decisionAdversarial).toMatchObject({ label: 1, score: 0.1, decided: 0 });
    expect(sameDecision(stored!.figures.decision, stored!.figures.decisionAdversarial!)).toBe(false);
    // The report names the label as its finding.
    expect(new TextDecoder().decode(objects[3].bytes)).toMatch(/class-1.*pneumonia/s);
  });
});
