import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { openTrainingData } from '../../src/cli/run-training';
import { calibratedAnswers } from '../../src/training/calibrated-answers';
import { ClassifierTask } from '../../src/training/classifier-task';
import { classifierFigures, generatorFigures } from '../../src/training/figures';
import { FindingsSource } from '../../src/training/findings-source';
import { FrozenClassifier, twoClasses } from '../../src/training/frozen-classifier';
import { generatorSchedule } from '../../src/training/generator-options';
import { GeneratorTask } from '../../src/training/generator-task';
import { image } from '../../src/training/losses/classifier/image';
import type { SeenClassified } from '../../src/training/losses/classifier/term';
import { trainingOptions } from '../../src/training/options';
import { pairOptions, pairSettings } from '../../src/training/losses/pair';
import { classification } from '../../src/training/losses/pair/classification';
import type { PairParts, SeenPair } from '../../src/training/losses/pair/term';
import { classifierConfig, generatorConfig, size } from './task-fixtures';

beforeAll(() => prepareNodeBackend('wasm'));

const input = {
  size,
  channels: 1 as const,
  range: [0, 1] as [0, 1],
  fit: 'stretch' as const,
  equalise: true,
};
const findings = ['effusion', 'enlarged heart', 'nodule'];
const options = { seed: 3, trainingCount: 8, validationCount: 6, findings };
const seen = (logits: number[][], labels: number[][]): SeenClassified => ({
  logits: tf.tensor2d(logits),
  labels,
  cells: tf.zeros([logits.length, 1, 1, 1]),
  truth: tf.zeros([logits.length, 1, 1, 1]),
  truthKnown: labels.map(row => row.map(() => false)),
});

describe('the image loss', () => {
  const term = image.open({ labelSmoothing: 0.1, classWeights: [1, 1] }, undefined)!;

  it('of several findings is the mean cross-entropy of their sigmoids', () => {
    // Logit ln 3: p = 3/4. Targets 0.9 and 0.1.
    const { shown } = term.loss(seen([[Math.log(3), 0]], [[1, 0]]));
    const expected = (-0.9 * Math.log(0.75) - 0.1 * Math.log(0.25) + Math.log(2)) / 2;
    expect(shown.image.dataSync()[0]).toBeCloseTo(expected, 5);
  });

  it('of several classes is the cross-entropy of their softmax', () => {
    // p = 1/6, 2/6, 3/6; targets 0.05, 0.9, 0.05.
    const { shown } = term.loss(seen([[0, Math.log(2), Math.log(3)]], [[1]]));
    const expected = -0.9 * Math.log(2 / 6) - 0.05 * Math.log(1 / 6) - 0.05 * Math.log(3 / 6);
    expect(shown.image.dataSync()[0]).toBeCloseTo(expected, 5);
  });
});

it('a label that was not learnt is recorded as uncalibrated, and does not lose the others', () => {
  const rows = [
    [0, 2, -1],
    [1, 1, -2],
    [2, -1, 2],
    [3, 1.5, 1],
    [4, -2, -3],
  ];
  const labels = (...all: (0 | 1)[]): (0 | 1)[] => all;
  const good = { name: 'good', labels: labels(1, 1, 0, 0, 0) };
  const bad = { name: 'bad', labels: labels(1, 1, 0, 0, 1) };
  const answersOf = (...findings: (typeof good)[]) =>
    calibratedAnswers(
      rows,
      { labels: [], findings, views: [], patients: [] },
      findings.map(({ name }) => ({ name })),
      { kind: 'labels', names: findings.map(({ name }) => name) },
      { rule: { rule: 'youden' }, permuted: false },
    );
  const { classes, uncalibrated } = answersOf(good, bad);
  expect(uncalibrated).toEqual([{ name: 'bad', why: 'ranked-below' }]);
  expect(classes[0].calibration?.slope).toBeGreaterThan(0);
  expect(classes[1]).toEqual({ name: 'bad', operatingPoint: 0.5, uncalibrated: 'ranked-below' });
  expect(() => answersOf({ ...bad, labels: labels(0, 0, 1, 0, 1) }, bad)).toThrow(
    /ranks positives below .* It has learnt nothing, or the labels are inverted .*log\.jsonl.*train longer/,
  );
  const everywhere = { name: 'everywhere', labels: labels(1, 1, 1, 1, 1) };
  expect(answersOf(good, everywhere).uncalibrated).toEqual([{ name: 'everywhere', why: 'one-class' }]);
  expect(answersOf(good, everywhere).classes[1].uncalibrated).toBe('one-class');
});

describe('phantoms for a classifier that was trained elsewhere', () => {
  const labels = [...Array.from({ length: 9 }, (_, k) => `unknown ${k}`), 'Nodule', 'Cardiomegaly', 'Hernia'];
  const data = (trained?: number[]) =>
    openTrainingData(
      { ...parsed, validationPhantoms: 6, trainingPhantoms: 8, backend: 'wasm' },
      input,
      { paintedShare: 0, boxedPositivesOnly: false },
      { kind: 'labels', names: labels, trained },
    );
  const parsed = trainingOptions(generatorSchedule).parse({ data: ['phantom'], out: 'out', seed: '3' });

  it('have the findings under the names of that library, with their places, whatever their number', () => {
    const own = new FindingsSource(input, options);
    const theirs = new FindingsSource(input, { ...options, findings: labels });
    for (let index = 0; index < 6; index++) {
      const [, heart, nodule] = own.validation(index).findings!;
      const told = theirs.validation(index).findings!;
      expect(told[9]).toEqual(nodule);
      expect(told[10]).toEqual(heart);
      for (const k of [0, 8, 11]) expect(told[k]).toEqual({ label: 0, truth: new Float32Array(size * size) });
    }
  });

  it('train a generator for the labels that they have, and say which they have not', async () => {
    const { truth } = await data([10]);
    const own = new FindingsSource(input, options);
    expect(truth.labels).toEqual([0, 1, 2, 3, 4, 5].map(index => own.validation(index).findings![1].label));
    expect(new Set(truth.labels).size).toBe(2);
    await expect(data([10, 11])).rejects.toThrow(/^Phantoms have no finding "Hernia"; they have opacity/);
    await expect(data()).rejects.toThrow(/no finding "unknown 0", .*"unknown 8", "Hernia"/);
  });
});

describe('a classifier of several findings', () => {
  it('learns from the truth of each, and answers one logit each', async () => {
    const source = new FindingsSource(input, options);
    const config = {
      ...classifierConfig,
      network: { ...classifierConfig.network, labels: 3 },
      photometric: {
        ...classifierConfig.photometric,
        erased: { count: 0, side: [0, 0] as [number, number] },
      },
    };
    const task = new ClassifierTask(config, source);
    const { terms, gradients } = await task.gradients([0, 1, 2, 3]);
    expect(Object.keys(terms)).toEqual(['loss', 'image', 'cells']);
    // Untrained: near ln 2 a finding.
    expect(terms.image).toBeGreaterThan(0.4);
    expect(terms.image).toBeLessThan(1.5);
    const largest = gradients.map(gradient => tf.max(tf.abs(gradient)).dataSync()[0]);
    expect(largest.filter(value => value > 0).length).toBe(gradients.length);
    tf.dispose(gradients);
    const rows = await task.validate([0, 1]);
    expect(rows.map(row => row.length)).toEqual([4, 4]);
  });

  it('tells the AUC of each by its name; the best epoch has the highest mean', () => {
    const rows = [
      [0, 3, 1],
      [1, 2, -1],
      [2, 1, 2],
      [3, 0, -2],
    ];
    const labels = (...all: (0 | 1)[]): (0 | 1)[] => all;
    const truth = {
      labels: [1, 1, 0, 0],
      findings: [
        { name: 'a', labels: labels(1, 1, 0, 0) },
        // 2 of 4 pairs the right way round
        { name: 'b', labels: labels(0, 1, 1, 0) },
      ],
      views: ['', '', '', ''],
      patients: ['a', 'b', 'c', 'd'],
    };
    const figures = classifierFigures(rows, truth);
    expect(figures['auc a']).toBe(1);
    expect(figures['auc b']).toBe(0.75);
    expect(figures.score).toBe(0.875);
    // Of one class alone no AUC is defined, and whichever epoch came first would be the best for ever.
    const everywhere = { name: 'c', labels: labels(1, 1, 1, 1) };
    expect(() => classifierFigures(rows, { ...truth, findings: [everywhere, truth.findings[1]] })).toThrow(
      'The validation images all have, or all lack',
    );
    expect(() => classifierFigures([...rows.slice(1), [0, NaN, 1]], truth)).toThrow('not finite');
  });

  it('of classes is judged by the share that is right', () => {
    const truth = { labels: [0, 1, 2], views: ['', '', ''], patients: ['a', 'b', 'c'] };
    const figures = classifierFigures(
      [
        [0, 1, 0, 0],
        [1, 1, 0, 0],
        [2, 0, 0, 1],
      ],
      truth,
    );
    expect(figures.accuracy).toBeCloseTo(2 / 3, 10);
    const right = Math.log(Math.E + 2);
    expect(figures.crossEntropy).toBeCloseTo((right - 1 + right + right - 1) / 3, 6);
  });
});

/** Logits: mean of the image times 8 less 4, and the same with other signs: known answers of three labels. */
function meanClassifier(): tf.LayersModel {
  const x = tf.input({ shape: [size, size, 1] });
  const pooled = tf.layers.globalAveragePooling2d({}).apply(x) as tf.SymbolicTensor;
  const dense = tf.layers.dense({ units: 3 });
  const model = tf.model({ inputs: x, outputs: dense.apply(pooled) as tf.SymbolicTensor });
  dense.setWeights([tf.tensor2d([[8, -8, 2]]), tf.tensor1d([-4, 4, -1])]);
  return model;
}

const rules = [
  { operatingPoint: 0.5 },
  {
    operatingPoint: 0.5,
    calibration: { method: 'platt' as const, slope: 2, intercept: 1, fittedOn: 'val', reliability: [] },
  },
  { operatingPoint: 0.2 },
];

describe('a classifier of labels that a generator is trained through', () => {
  it('reads each label by its own calibration and operating point, and tells the meant one from the others', () => {
    const classifier = new FrozenClassifier(meanClassifier(), { ofLabels: { trained: [1], rules } });
    const images = tf.fill([1, size, size, 1], 0.75) as tf.Tensor4D;
    const logits = classifier.labelLogits(images);
    const [first, second, third] = logits.dataSync();
    expect(first).toBeCloseTo(2, 4);
    expect(second).toBeCloseTo(2 * -2 + 1, 4);
    // sigmoid(0.5) = 0.622 above 0.2: 1 − m = (1 − p) / (2 · 0.8).
    const p = 1 / (1 + Math.exp(-0.5));
    const m = 1 - (1 - p) / 1.6;
    expect(third).toBeCloseTo(Math.log(m / (1 - m)), 4);
    expect(classifier.isBinary).toBe(true);
    expect(classifier.logit(images).dataSync()[0]).toBeCloseTo(-3, 4);
    const others = classifier.meanOfOthers(logits, classifier.meaning([1])).dataSync()[0];
    expect(others).toBeCloseTo((first + third) / 2, 5);
  });

  it('has x_a keep the other labels, and says how far it does', async () => {
    const classifier = new FrozenClassifier(meanClassifier(), { ofLabels: { trained: [0], rules } });
    const trainedFor = { model: 'm', classes: 2, views: ['PA'], hasLabels: true, classNames: findings };
    const settings = pairSettings(pairOptions.parse({}), trainedFor);
    expect(settings.otherLabels).toBe(1);
    const term = classification.open(settings, { classifier, steps: 10 } as PairParts)!;
    const x = tf.fill([1, size, size, 1], 0.75) as tf.Tensor4D;
    const originalLabels = classifier.labelLogits(x);
    const meant = classifier.meaning([0]);
    const original = twoClasses(classifier.ofMeant(originalLabels, meant));
    const loss = (adversarial: tf.Tensor4D): number =>
      term
        .loss({
          x,
          views: [],
          mirrored: [],
          original,
          originalLabels,
          meant,
          step: 0,
          similar: x,
          adversarial,
        } as SeenPair)
        .shown.others.dataSync()[0];
    const [kept, moved] = [loss(x), loss(tf.fill([1, size, size, 1], 0.2) as tf.Tensor4D)];
    // The entropies of the two other scores, which no image goes below.
    const entropy = (z: number): number => {
      const p = 1 / (1 + Math.exp(-z));
      return -p * Math.log(p) - (1 - p) * Math.log(1 - p);
    };
    const [, second, third] = originalLabels.dataSync();
    expect(kept).toBeCloseTo((entropy(second) + entropy(third)) / 2, 4);
    expect(moved).toBeGreaterThan(kept + 0.5);

    const config = {
      ...generatorConfig,
      calibration: undefined,
      ofLabels: { trained: [0], rules },
      ...settings,
    };
    const task = new GeneratorTask(
      config,
      new FindingsSource(input, { ...options, label: 0 }),
      meanClassifier(),
    );
    const { terms, gradients } = await task.gradients([0, 1], 0);
    expect(Object.keys(terms)).toContain('others');
    tf.dispose(gradients);
    const rows = await task.validate([0, 1, 2]);
    // Untrained, x_a is nearly x.
    expect(rows.map(row => row[8])).toEqual([1, 1, 1]);
    expect(generatorFigures(rows, { labels: [0, 0, 0], views: [], patients: [] }).othersKept).toBe(1);
  });
});

describe('a generator of several labels', () => {
  const config = {
    ...generatorConfig,
    network: { ...generatorConfig.network, labels: 2 },
    calibration: undefined,
    ofLabels: { trained: [2, 0], rules },
    ...pairSettings(pairOptions.parse({}), {
      model: 'm',
      classes: 2,
      views: ['PA'],
      hasLabels: true,
      classNames: findings,
    }),
  };
  const source = new FindingsSource(input, options);
  let task: GeneratorTask;
  beforeAll(() => {
    task = new GeneratorTask(config, source, meanClassifier());
  });
  /** Sets what the head of one label makes: x plus or minus a bit everywhere. */
  const setBias = (name: string, value: number): void => {
    const weight = task.network.trainableWeights.find(({ originalName }) => originalName === name)!;
    weight.write(tf.fill(weight.shape as number[], value));
  };

  it('makes one x_s and an x_a for each, told which label is meant of each image', async () => {
    expect(task.network.outputs).toHaveLength(3);
    setBias('adversarial1_head2/bias', 3);
    setBias('adversarial2_head2/bias', -3);
    // Validation images are for the labels 2, 0, 2 …: what the means of their x_a say of logits that rise with them.
    const rows = await task.validate([0, 1, 2]);
    const risen = rows.map(row => row[3] - row[1]);
    expect(risen[0]).toBeGreaterThan(0.05);
    expect(risen[1]).toBeLessThan(-0.05);
    expect(risen[2]).toBeGreaterThan(0.05);
  });

  it('asks of every image each label: the loss is the mean of those of generators for one', async () => {
    const { terms, gradients } = await task.gradients([0, 1], 0);
    tf.dispose(gradients);
    const alone: number[] = [];
    for (const [k, label] of [2, 0].entries()) {
      const one = new GeneratorTask(
        { ...config, network: generatorConfig.network, ofLabels: { trained: [label], rules } },
        source,
        meanClassifier(),
      );
      for (const weight of one.network.weights) {
        const name = weight.originalName.replace(/^adversarial_/, `adversarial${k + 1}_`);
        weight.write(task.network.weights.find(({ originalName }) => originalName === name)!.read());
      }
      const { terms: own, gradients: unused } = await one.gradients([0, 1], 0);
      tf.dispose(unused);
      alone.push(own.cls);
    }
    expect(terms.cls).toBeCloseTo((alone[0] + alone[1]) / 2, 4);
    expect(alone[0]).not.toBeCloseTo(alone[1], 2);
  });

  it('tells the figures of each label by its name', () => {
    const row = (index: number, x: number, x_a: number): number[] => [index, x, x, x_a, 0, 0, NaN, NaN, 1];
    const truth = { labels: [1, 0, 1], meant: ['a', 'b', 'a'], views: [], patients: [] };
    const figures = generatorFigures([row(0, 1, -1), row(1, 1, 1), row(2, 1, 1)], truth);
    expect(figures['flip a']).toBe(0.5);
    expect(figures['flip b']).toBe(0);
    expect(figures['othersKept a']).toBe(1);
  });

  it('is refused where x_a is made by the decision', () => {
    const network = { ...config.network, kind: 'cyce' as const };
    expect(() => new GeneratorTask({ ...config, network }, source, meanClassifier())).toThrow(
      /trained for one label/,
    );
  });
});

describe('a class that x_a shall be called', () => {
  const classes = ['healthy', 'effusion', 'nodule'];
  const trainedFor = { model: 'm', classes: 3, classNames: classes, views: ['PA'] };
  const parse = (targetClass: string) => pairSettings(pairOptions.parse({ targetClass }), trainedFor);

  it('is any other unless one is asked for, which must be there', () => {
    expect(parse('other').targetClass).toBeUndefined();
    expect(parse('second').targetClass).toBe('second');
    expect(parse('effusion').targetClass).toEqual({ index: 1 });
    expect(() => parse('hernia')).toThrow(/has no class "hernia"; it has healthy, effusion, nodule/);
    const two = { ...trainedFor, classes: 2 };
    expect(() => pairSettings(pairOptions.parse({ targetClass: 'second' }), two)).toThrow(
      /of carlini-wagner/,
    );
  });

  it('is what eq. (10) asks of x_a, in logits', () => {
    const settings = { ...parse('effusion'), classificationTerms: { similar: 0, adversarial: 1 } };
    const answers = [
      [3, 1, 0],
      [0, 2, 1],
    ];
    const classifier = { hasLabels: false, isBinary: false, logits: () => tf.tensor2d(answers) };
    const term = classification.open(settings, { classifier, steps: 1 } as unknown as PairParts)!;
    const x = tf.zeros([2, 1, 1, 1]) as tf.Tensor4D;
    const original = tf.tensor2d(answers);
    const { shown } = term.loss({
      x,
      views: [],
      mirrored: [],
      original,
      step: 0,
      adversarial: x,
    } as SeenPair);
    // First: 3 − 1 = 2 to effusion. Second is effusion: 2 − 1 = 1 away from it.
    expect(shown.cls.dataSync()[0]).toBeCloseTo((2 + 1) / 2, 6);
    const second = classification.open({ ...settings, targetClass: 'second' }, {
      classifier,
      steps: 1,
    } as unknown as PairParts)!;
    // Second likeliest: effusion (3 − 1), nodule (2 − 1).
    expect(
      second
        .loss({ x, views: [], mirrored: [], original, step: 0, adversarial: x } as SeenPair)
        .shown.cls.dataSync()[0],
    ).toBeCloseTo(1.5, 6);
  });
});
