import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { buildResNet } from '../../src/models/networks/resnet';
import { seededRandom, uniform } from '../../src/models/random';
import { generatorFigures } from '../../src/training/figures';
import { GeneratorTask } from '../../src/training/generator-task';
import { MaskTask } from '../../src/training/mask-task';
import type { Sample, SampleSource } from '../../src/training/samples';
import { createSharedState } from '../../src/training/shared-state';
import type { TrainingTask } from '../../src/training/task';
import { TrainingMember } from '../../src/training/training-member';
import { generatorConfig, schedule, toySource } from './task-fixtures';

const size = 32;
const thirds = [
  [0, 10],
  [11, 21],
  [22, 32],
];

/** Three classes: which third of a noisy image is brightest. */
const source: SampleSource = {
  size,
  draw: position => sample(`draw/${position}`, position % 3),
  validationCount: 9,
  validation: index => ({ ...sample(`val/${index}`, index % 3), view: 'PA' }),
};

function sample(seed: string, bright: number): Sample {
  const random = seededRandom(seed);
  const [from, to] = thirds[bright];
  const pixels = Float32Array.from({ length: size * size }, (_, i) => {
    const inside = i % size >= from && i % size < to;
    return uniform(random, 0.3, 0.5) + (inside ? 0.15 : 0);
  });
  return { pixels, truth: undefined, label: 0, view: '' };
}

/** Logits 20 × mean of each third: a linear softmax classifier whose answer is known. */
function brightestThird(): tf.LayersModel {
  const input = tf.input({ shape: [size, size, 1] });
  const flat = tf.layers.flatten().apply(input) as tf.SymbolicTensor;
  const dense = tf.layers.dense({ units: 3 });
  const model = tf.model({ inputs: input, outputs: dense.apply(flat) as tf.SymbolicTensor });
  const kernel = Array.from({ length: size * size }, (_, i) =>
    thirds.map(([from, to]) => (i % size >= from && i % size < to ? 20 / (size * (to - from)) : 0)),
  );
  dense.setWeights([tf.tensor2d(kernel), tf.zeros([3])]);
  return model;
}

const config = {
  ...generatorConfig,
  network: { ...generatorConfig.network, size, outputLevel: 0 },
  geometric: {
    rotationDegrees: 0,
    shiftFraction: 0,
    zoom: [1, 1] as [number, number],
    horizontalFlip: false,
    verticalFlip: false,
  },
  classification: { start: 1, end: 0.3 },
  classificationLoss: { form: 'carlini-wagner', margin: 1 } as const,
  weightDistance: 0,
  calibration: undefined,
  schedule: { ...schedule, batch: 6, microBatch: 6, epochs: 1, imagesPerEpoch: 360, learningRate: 1e-2 },
};

async function trained(task: TrainingTask): Promise<{ losses: number[]; member: TrainingMember }> {
  const start = {
    rank: 0,
    workers: 1,
    backend: 'wasm',
    config,
    source: { kind: 'phantom', input: {} as never, options: {} as never },
  } as const;
  const member = new TrainingMember(start, task);
  const state = createSharedState(member.sizes.parameters, member.sizes.statistics, 1);
  await member.join(state, true);
  const losses: number[] = [];
  await member.run({ from: 0, to: 60 }, (_, terms) => losses.push(terms.cls));
  return { losses, member };
}

describe('a generator through a classifier of three classes', () => {
  beforeAll(() => prepareNodeBackend('wasm'));

  it('learns to flip the likeliest class and to keep it, by the Carlini–Wagner loss', async () => {
    const { losses, member } = await trained(new GeneratorTask(config, source, brightestThird()));
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(losses.slice(-5))).toBeLessThan(mean(losses.slice(0, 5)) - 0.5);
    const rows = await member.validate(Array.from({ length: 9 }, (_, i) => i));
    expect(rows.every(([, sign]) => sign > 0)).toBe(true); // x leads by its own class
    const figures = generatorFigures(rows, { labels: rows.map(() => 0), views: [], patients: [] });
    expect(figures.hold).toBeGreaterThan(0.9);
    expect(figures.flip).toBeGreaterThan(0.8);
  });

  it('refuses the binary cross-entropy', () => {
    const bce = { ...config, classificationLoss: { form: 'bce' } as const };
    expect(() => new GeneratorTask(bce, source, brightestThird())).toThrow(/carlini-wagner/);
  });

  it('has a mask generator as well', async () => {
    const weights = {
      area: 0.5,
      areaPower: 0.3,
      totalVariation: 0.5,
      keep: 1,
      destroy: 1,
      destroyPower: 0.3,
    };
    const { schedule: _schedule, ...rest } = config;
    const network = { ...config.network, kind: 'mask', output: 'plain' } as const;
    const task = new MaskTask(
      { ...rest, kind: 'mask', network, schedule: config.schedule, weights },
      source,
      brightestThird(),
    );
    const { terms, gradients } = await task.gradients([0, 1, 2]);
    expect(terms.keep).toBeGreaterThan(0);
    expect(gradients).toHaveLength(task.network.trainableWeights.length);
  });
});

describe('an operating point away from one half', () => {
  beforeAll(() => prepareNodeBackend('wasm'));

  it('is where the decisions of the training change', async () => {
    const { model } = buildResNet({ depth: 18, width: 4, size: 64, channels: 1, head: 'features', seed: 9 });
    const rowsAt = async (operatingPoint: number): Promise<number[]> => {
      const task = new GeneratorTask({ ...generatorConfig, operatingPoint }, toySource, model);
      return (await task.validate([0, 1, 2, 3])).map(([, z]) => z);
    };
    const scores = (await rowsAt(0.5)).map(z => 1 / (1 + Math.exp(-z)));
    const middle =
      [...scores]
        .sort((a, b) => a - b)
        .slice(1, 3)
        .reduce((a, b) => a + b) / 2;
    expect((await rowsAt(middle)).map(z => z > 0)).toEqual(scores.map(score => score > middle));
  });

  it('takes the Carlini–Wagner loss for two classes too', async () => {
    const { model } = buildResNet({ depth: 18, width: 4, size: 64, channels: 1, head: 'features', seed: 9 });
    const loss = { form: 'carlini-wagner', margin: 2 } as const;
    const { terms, gradients } = await new GeneratorTask(
      { ...generatorConfig, classificationLoss: loss },
      toySource,
      model,
    ).gradients([0, 1], 0);
    expect(Number.isFinite(terms.cls)).toBe(true);
    expect(gradients.some(g => g.dataSync().some(v => v !== 0))).toBe(true);
  });
});
