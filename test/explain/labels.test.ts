import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { resultObjects } from '../../src/dicom/results/objects';
import { seriesUid } from '../../src/dicom/results/identifiers';
import { explainFilm, methods, requireAvailable, withFilm } from '../../src/explain';
import { resultFile } from '../../src/explain/result-file';
import { resultFileSchema } from '../../src/explain/result-schema';
import type { ModelCard } from '../../src/models/card';
import type { LabelDecision } from '../../src/models/decision';
import { rankLabels } from '../../src/models/decision';
import { asExplained, labelIndex } from '../../src/models/label';
import { ofLabel } from '../../src/models/label-package';
import { buildResNet } from '../../src/models/networks/resnet';
import { buildGenerator } from '../../src/models/networks/generator';
import type { ModelPackage } from '../../src/models/package';
import { seededRandom } from '../../src/models/random';
import { exampleCard } from '../models/card-fixture';

const size = 64;
const names = ['opacity', 'effusion', 'nodule'];
const input = { size, channels: 1, range: [0, 1], fit: 'stretch', equalise: true } as ModelCard['input'];
const random = seededRandom('labels');
const pixels = Float32Array.from({ length: size * size }, () => random());
const film = { values: pixels, rows: size, columns: size, photometric: 'MONOCHROME2' as const };

function generator(seed: number): tf.LayersModel {
  const net = { kind: 'single2', size, channels: 1, width: 4, levels: 3, inputPooling: 2 } as const;
  return buildGenerator({ ...net, outputLevel: 0, output: 'residual', residualBound: 0.35, seed }).model;
}

let model: ModelPackage;
beforeAll(async () => {
  await prepareNodeBackend('wasm');
  const entry = { kind: 'single2', title: 'Single_2', output: 'residual', training: {} } as const;
  const network = buildResNet({
    depth: 18,
    width: 4,
    size,
    channels: 1,
    head: 'features',
    seed: 5,
    labels: 3,
  });
  const card = exampleCard({
    input,
    classes: names.map((name, k) => ({ name, operatingPoint: 0.3 + 0.1 * k })),
    independent: true,
    operatingPoint: undefined,
    calibration: undefined,
    applicability: { ...exampleCard().applicability, minRows: 1, minColumns: 1 },
    generators: {
      'single2-effusion': { ...entry, path: 'a', labels: ['effusion'] },
      'single2-nodule': { ...entry, path: 'b', labels: ['nodule'] },
    },
    defaultGenerator: 'single2-effusion',
  });
  const generators = { 'single2-effusion': generator(1), 'single2-nodule': generator(2) };
  model = { card, classifier: network.model, generators, dispose: () => undefined };
});

describe('a model of independent labels', () => {
  it('is explained for a label that is named, as a model of two classes with what belongs to that label', () => {
    expect(() => labelIndex(model.card, undefined)).toThrow(/name one of opacity, effusion, nodule/);
    expect(() => labelIndex(model.card, 'hernia')).toThrow(/has no label "hernia"; it has opacity/);
    expect(labelIndex(model.card, 'Nodule')).toBe(2);
    expect(labelIndex(exampleCard(), undefined)).toBeUndefined();
    expect(() => labelIndex(exampleCard(), 'opacity')).toThrow(/exclude each other/);
    const card = asExplained(model.card, 'nodule');
    expect(card.classes.map(({ name }) => name)).toEqual(['no nodule', 'nodule']);
    expect(card.operatingPoint).toBe(0.5);
    expect(Object.keys(card.generators)).toEqual(['single2-nodule']);
    expect(card.defaultGenerator).toBe('single2-nodule');
    const preferring = model.card.classes.map((label, k) =>
      k === 2 ? { ...label, defaultMethod: 'path' } : label,
    );
    const methodOf = (label: string): string | undefined =>
      asExplained({ ...model.card, classes: preferring, defaultMethod: 'gradcam' }, label).defaultMethod;
    expect(names.map(methodOf)).toEqual(['gradcam', 'gradcam', 'path']);
    const both = {
      ...model.card,
      defaultGenerator: 'shared',
      generators: {
        ...model.card.generators,
        shared: { ...model.card.generators['single2-nodule'], labels: ['effusion', 'nodule'] },
      },
    };
    const withOwn = both.classes.map(label =>
      label.name === 'nodule' ? { ...label, defaultGenerator: 'single2-nodule' } : label,
    );
    const generatorOf = (label: string): string | undefined =>
      asExplained({ ...both, classes: withOwn }, label).defaultGenerator;
    expect(asExplained(both, 'nodule').defaultGenerator).toBe('shared');
    expect(names.map(generatorOf)).toEqual([undefined, 'shared', 'single2-nodule']);
    expect(asExplained(model.card).label).toBe('opacity');
    expect(asExplained(model.card).defaultGenerator).toBeUndefined();
  });

  it('answers for the label what the whole network does, by layers and by kernels', () => {
    const x = tf.tensor4d(pixels, [1, size, size, 1]);
    const all = (model.classifier.apply(x) as tf.Tensor).dataSync();
    names.forEach((_, k) => {
      const one = ofLabel(model, k).classifier;
      expect((one.apply(x) as tf.Tensor).dataSync()[0]).toBeCloseTo(all[k], 6);
      const slope = tf.grad((image: tf.Tensor) => tf.sum(one.apply(image) as tf.Tensor))(x);
      const expected = tf.grad((image: tf.Tensor) =>
        tf.sum(tf.slice(model.classifier.apply(image) as tf.Tensor2D, [0, k], [-1, 1])),
      )(x);
      expect(tf.max(tf.abs(tf.sub(slope, expected))).dataSync()[0]).toBeLessThan(1e-6);
    });
  });

  it('is explained by every method, whose map is that of the label', async () => {
    const steps: Record<string, Record<string, number>> = {
      lime: { samples: 20 },
      rise: { masks: 20 },
      bbmp: { steps: 3 },
    };
    for (const method of methods.filter(({ needs }) => !needs.generator?.includes('mask'))) {
      const view = ofLabel(model, 1);
      const available = (() => {
        try {
          requireAvailable(method, view);
          return true;
        } catch {
          return false;
        }
      })();
      if (!available || !method.oneShot) continue;
      const made = await withFilm(
        view,
        { input: pixels, valid: new Uint8Array(size * size).fill(1) },
        session => session.explain({ methodId: method.id, method: steps[method.id] }),
      );
      expect(made.map.length, method.id).toBe(size * size);
      expect(made.decision, method.id).toMatchObject({ kind: 'labels', label: 1, operatingPoint: 0.4 });
      expect((made.decision as LabelDecision).labels).toHaveLength(3);
      if (!made.decisionAdversarial) continue;
      // What x_a does to the others is told beside.
      expect((made.decisionAdversarial as LabelDecision).labels, method.id).toHaveLength(3);
      expect(made.flip).toBe(
        (made.decisionAdversarial as LabelDecision).decided !== (made.decision as LabelDecision).decided,
      );
    }
  });

  it('has results that name the label, each of its own identifiers', async () => {
    const explained = await Promise.all(
      [1, 2].map(label =>
        explainFilm({ image: film, attributes: {} }, ofLabel(model, label), { methodId: 'gradient' }),
      ),
    );
    expect(explained.map(({ settings }) => settings.label)).toEqual(['effusion', 'nodule']);
    expect(explained.map(({ model: identity }) => identity.classes)).toEqual([names, names]);
    const [first, second] = explained.map(one => resultFile(one, {}));
    expect(resultFileSchema.parse(JSON.parse(JSON.stringify(first))).method.label).toBe('effusion');
    expect(second.method.label).toBe('nodule');
    const source = { SOPInstanceUID: '1.2.3', StudyInstanceUID: '1.2', SeriesInstanceUID: '1.2.4' };
    const uids = explained.map(({ model: of, settings }) =>
      resultObjects.map(({ id }) => seriesUid(id, { source, model: of, settings, software: '0' })),
    );
    expect(new Set(uids.flat()).size).toBe(2 * resultObjects.length);
  });

  it('says nothing of a label that was not learnt, and cautions where it explains another', async () => {
    const classes = model.card.classes.map((label, k) =>
      k === 2 ? { ...label, calibration: undefined, uncalibrated: 'ranked-below' as const } : label,
    );
    const learnt = { ...model, card: { ...model.card, classes } };
    const explain = (label: number) =>
      explainFilm({ image: film, attributes: {} }, ofLabel(learnt, label), { methodId: 'gradient' });
    const words =
      'says nothing of nodule: on its validation images it scored those with the finding below those without';
    await expect(explain(2)).rejects.toThrow(words);
    expect((await explain(1)).cautions.join(' ')).toContain(words);
  });

  it('says nothing of a label where that does not apply', async () => {
    const classes = model.card.classes.map((label, k) =>
      k === 2 ? { ...label, applicability: { views: ['PA'], minAgeYears: 30 } } : label,
    );
    const limited = { ...model, card: { ...model.card, classes } };
    const explain = (label: number, attributes: object) =>
      explainFilm({ image: film, attributes }, ofLabel(limited, label), { methodId: 'gradient' });
    await expect(explain(2, { viewPosition: 'AP' })).rejects.toThrow(
      /says nothing of nodule here: the view is AP; it is made for PA/,
    );
    await expect(explain(2, { viewPosition: 'PA', patientAgeYears: 20 })).rejects.toThrow(
      /age, in years, is 20; it is made for 30 to /,
    );
    await expect(explain(2, {})).rejects.toThrow(/the view is not stated; it is made for PA/);
    await expect(explain(1, { viewPosition: 'AP' })).resolves.toBeDefined();
    await expect(explain(2, { viewPosition: 'PA' })).resolves.toBeDefined();
  });
});

it('labels are told those found first, of each group the higher score first', () => {
  const of = (score: number, operatingPoint: number) =>
    ({ score, operatingPoint, decided: score > operatingPoint ? 1 : 0 }) as const;
  expect(rankLabels([of(0.6, 0.7), of(0.3, 0.2), of(0.9, 0.5), of(0.1, 0.5)])).toEqual([2, 1, 0, 3]);
});
