import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it } from 'vitest';
import { wasmHeapBytes } from '../../src/backends/heap';
import { prepareNodeBackend } from '../../src/backends/node';
import { buildResNet } from '../../src/models/networks/resnet';
import { ClassifierTask } from '../../src/training/classifier-task';
import { FlatWeights } from '../../src/training/flat-weights';
import { GeneratorTask } from '../../src/training/generator-task';
import { MaskTask } from '../../src/training/mask-task';
import { createSharedState, type SharedState } from '../../src/training/shared-state';
import type { TrainingTask } from '../../src/training/task';
import { TrainingMember } from '../../src/training/training-member';
import { classifierConfig, generatorConfig, maskConfig, schedule, size, toySource } from './task-fixtures';

function makeMaskTask(): MaskTask {
  const { model } = buildResNet({ depth: 18, width: 4, size, channels: 1, head: 'features', seed: 9 });
  return new MaskTask(maskConfig, toySource, model);
}

type Backend = 'cpu' | 'wasm';

afterEach(() => tf.disposeVariables());

/** SyCE; its x_s is a second pass, through which the gradient goes as well. */
function makeSyce(): GeneratorTask {
  return makeGeneratorTask({ network: { ...generatorConfig.network, kind: 'syce' } });
}

/** CyCE with its way back, and x_a wanted just beyond the operating point. */
function makeCyce(): GeneratorTask {
  const network = { ...generatorConfig.network, kind: 'cyce' } as const;
  return makeGeneratorTask({ network, cycle: 2, adversarialTarget: { beyond: 0.2 } });
}

function makeClassifierTask(config = classifierConfig, source = toySource): TrainingTask {
  return new ClassifierTask(config, source);
}

function makeGeneratorTask(changes: Partial<typeof generatorConfig> = {}): GeneratorTask {
  const { model } = buildResNet({ depth: 18, width: 4, size, channels: 1, head: 'features', seed: 9 });
  return new GeneratorTask({ ...generatorConfig, ...changes }, toySource, model);
}

/** Loss terms, gradients (flat) and moving statistics after one look at two images. */
async function look(
  backend: Backend,
  make: () => TrainingTask,
): Promise<{
  terms: Record<string, number>;
  gradients: Float32Array[];
  statistics: Float32Array;
}> {
  await prepareNodeBackend(backend);
  const task = make();
  const { terms, gradients } = await task.gradients([0, 1], 3);
  const flat = new FlatWeights(task.network);
  const statistics = new Float32Array(flat.statisticCount);
  await flat.readStatistics(statistics);
  const values = gradients.map(gradient => gradient.dataSync() as Float32Array);
  task.network.dispose();
  return { terms, gradients: values, statistics };
}

/** Largest difference over the largest value of both. */
function relativeDifference(a: Float32Array, b: Float32Array): number {
  const scale = Math.max(...a.map(Math.abs), ...b.map(Math.abs), 1e-6);
  return Math.max(...a.map((v, i) => Math.abs(v - b[i]))) / scale;
}

const cellHead = { ...classifierConfig.network, head: 'cells' } as const;

function makeThroughCellHead(): GeneratorTask {
  return new GeneratorTask(generatorConfig, toySource, buildResNet({ ...cellHead, seed: 9 }).model);
}

/** Single_2 at full resolution through a ResNet50, narrow. */
function makeThroughResNet50(): GeneratorTask {
  const network = { ...generatorConfig.network, inputPooling: 1, outputLevel: 0 };
  const { model } = buildResNet({ ...classifierConfig.network, depth: 50, seed: 9 });
  return new GeneratorTask({ ...generatorConfig, network }, toySource, model);
}

describe.each([
  ['classifier', makeClassifierTask],
  [
    'ResNet50 classifier',
    () => makeClassifierTask({ ...classifierConfig, network: { ...classifierConfig.network, depth: 50 } }),
  ],
  ['Single_2 generator at full resolution through a ResNet50', makeThroughResNet50],
  [
    'classifier that decides by its cells',
    () => makeClassifierTask({ ...classifierConfig, network: cellHead }),
  ],
  ['generator through a frozen classifier', makeGeneratorTask],
  ['generator through a classifier that decides by its cells', makeThroughCellHead],
  ['SyCE generator', makeSyce],
  ['CyCE generator', makeCyce],
  ['mask generator', makeMaskTask],
] as const)('the training loss of a %s', (_, make) => {
  it('has the same terms, gradients and statistics on wasm as on cpu', async () => {
    const cpu = await look('cpu', make);
    const wasm = await look('wasm', make);
    for (const [name, value] of Object.entries(cpu.terms)) {
      expect(Math.abs(wasm.terms[name] - value), name).toBeLessThan(1e-3 * Math.max(1, Math.abs(value)));
    }
    expect(wasm.gradients.length).toBe(cpu.gradients.length);
    const largest = Math.max(...cpu.gradients.map(g => Math.max(...g.map(Math.abs))));
    cpu.gradients.forEach((gradient, k) => {
      const worst = Math.max(...gradient.map((v, i) => Math.abs(v - wasm.gradients[k][i])));
      expect(worst / largest, `weight ${k}`).toBeLessThan(1e-3);
    });
    expect(relativeDifference(cpu.statistics, wasm.statistics)).toBeLessThan(1e-3);
  });
});

// A classifier that decides by its cells is left out: its image loss does not reach the features, by design.
describe.each([
  ['classifier', makeClassifierTask],
  ['generator through a frozen classifier', makeGeneratorTask],
  ['generator through a classifier that decides by its cells', makeThroughCellHead],
  ['SyCE generator', makeSyce],
  ['CyCE generator', makeCyce],
  ['mask generator', makeMaskTask],
] as const)('the training loss of a %s', (_, make) => {
  it('falls along its gradient as fast as the gradient says', async () => {
    await prepareNodeBackend('wasm');
    const task = make();
    const flat = new FlatWeights(task.network);
    const start = new Float32Array(flat.parameterCount);
    const statistics = new Float32Array(flat.statisticCount);
    await flat.read(start, statistics);
    const { gradients } = await task.gradients([0, 1, 2, 3], 3);
    const gradient = new Float32Array(flat.parameterCount);
    gradients.forEach((values, k) => gradient.set(values.dataSync(), flat.parameters[k].start));
    const norm = Math.sqrt(gradient.reduce((sum, v) => sum + v * v, 0));
    const lossAt = async (distance: number): Promise<number> => {
      flat.write(
        start.map((w, i) => w + (distance * gradient[i]) / norm),
        statistics,
      );
      return (await task.gradients([0, 1, 2, 3], 3)).terms.loss;
    };
    const distance = 5e-4;
    const slope = ((await lossAt(distance)) - (await lossAt(-distance))) / (2 * distance);
    expect(norm).toBeGreaterThan(0.05);
    expect(slope / norm).toBeGreaterThan(0.95);
    expect(slope / norm).toBeLessThan(1.05);
  });
});

describe('ClassifierTask', () => {
  it('has the loss image + weight · cells', async () => {
    await prepareNodeBackend('wasm');
    for (const cellWeight of [0, 2]) {
      const task = makeClassifierTask({ ...classifierConfig, cellWeight });
      const { terms } = await task.gradients([0, 1], 0);
      expect(terms.loss).toBeCloseTo(terms.image + cellWeight * terms.cells, 5);
      expect(terms.cells).toBeGreaterThan(0);
    }
  });

  it('gives every weight a gradient, also where no image has a known truth', async () => {
    await prepareNodeBackend('wasm');
    const blind = {
      ...toySource,
      draw: (position: number) => ({ ...toySource.draw(position), truth: undefined }),
    };
    const task = makeClassifierTask(classifierConfig, blind);
    const { terms, gradients } = await task.gradients([0, 1], 0);
    expect(terms.cells).toBe(0);
    expect(gradients).toHaveLength(task.network.trainableWeights.length);
    expect(gradients.every(g => [...g.dataSync()].every(Number.isFinite))).toBe(true);
  });

  it('teaches the features of a cell head by the cells alone, the image loss its last layer', async () => {
    await prepareNodeBackend('wasm');
    const task = makeClassifierTask({ ...classifierConfig, network: cellHead, cellWeight: 0 });
    const { gradients } = await task.gradients([0, 1], 0);
    task.network.trainableWeights.forEach((weight, k) => {
      const moves = gradients[k].dataSync().some(value => value !== 0);
      expect(moves, weight.originalName).toBe(weight.originalName.startsWith('logit/'));
    });
  });

  it('names a loss term that is no longer a number', async () => {
    await prepareNodeBackend('wasm');
    const task = makeClassifierTask();
    const bias = task.network.getLayer('logit').weights[1];
    bias.write(tf.tensor1d([NaN]));
    await expect(task.gradients([0], 0)).rejects.toThrow(/"(loss|image)" became NaN.*learning rate/);
  });
});

describe('GeneratorTask', () => {
  it('sums its terms with the weights of the settings, the classification annealed', async () => {
    await prepareNodeBackend('wasm');
    const task = makeGeneratorTask();
    // 20 steps: at the last one the classification weighs 0.05, at the first 1.
    for (const [step, weight] of [
      [0, 1],
      [19, 0.05],
    ]) {
      const { terms } = await task.gradients([0, 1], step);
      expect(terms.loss).toBeCloseTo(terms.sim + weight * terms.cls + 0.5 * terms.tv + 0.2 * terms.w, 4);
    }
  });

  it('leaves the classifier as it is', async () => {
    await prepareNodeBackend('wasm');
    const { model } = buildResNet({ depth: 18, width: 4, size, channels: 1, head: 'features', seed: 9 });
    const before = model.getWeights().map(w => [...w.dataSync()]);
    await new GeneratorTask(generatorConfig, toySource, model).gradients([0, 1], 0);
    expect(model.getWeights().map(w => [...w.dataSync()])).toEqual(before);
  });

  it.each(['naive', 'duo', 'single1'] as const)('trains %s too', async kind => {
    await prepareNodeBackend('wasm');
    const task = makeGeneratorTask({ network: { ...generatorConfig.network, kind } });
    const { terms, gradients } = await task.gradients([0, 1], 0);
    expect(gradients).toHaveLength(task.network.trainableWeights.length);
    if (kind === 'naive') expect(terms.w).toBe(0);
    else expect(terms.w).toBeGreaterThan(0);
  });

  it('shows x as x_s of CyCE, and x_a towards the decision that x does not have', async () => {
    await prepareNodeBackend('wasm');
    const task = makeCyce();
    const [x, similar, adversarial] = (await task.panels([0, 1])).map(panel => panel.images);
    expect(similar).toEqual(x);
    const images = tf.tensor4d(x, [2, size, size, 1]);
    const [negative, positive] = (task.network.predict(images) as tf.Tensor[]).map(image => image.dataSync());
    const rows = await task.validate([0, 1]);
    rows.forEach(([, logit], n) => {
      const own = (values: ArrayLike<number>): number[] =>
        Array.from(values).slice(n * size * size, (n + 1) * size * size);
      expect(own(adversarial)).toEqual(own(logit > 0 ? negative : positive));
    });
  });

  it('validates to decisions, errors and places', async () => {
    await prepareNodeBackend('wasm');
    const task = makeGeneratorTask();
    const rows = await task.validate([0, 1]);
    expect(rows.map(row => row.length)).toEqual([8, 8]);
    const [index, logit, similar, , error] = rows[0];
    expect(index).toBe(0);
    // An untrained residual generator hardly changes the image.
    expect(similar).toBeCloseTo(logit, 1);
    expect(error).toBeLessThan(1e-3);
    // By hand: the tenth of |x_s − x_a| that is largest beside the square of the truth, and where its maximum lies.
    const [, similarImage, adversarialImage] = (await task.panels([0])).map(panel => panel.images);
    const change = similarImage.map((value, i) => Math.abs(value - adversarialImage[i]));
    const { truth } = toySource.validation(0);
    const falling = [...change.keys()].sort((a, b) => change[b] - change[a]);
    const top = falling.slice(0, Math.round(change.length / 10));
    const met = top.filter(i => truth![i] === 1).length;
    expect(met).toBeGreaterThan(0);
    expect(rows[0][6]).toBeCloseTo(met / (top.length + 16 * 16 - met), 6);
    expect(rows[0][7]).toBe(truth![falling[0]]);
    expect(rows[1].slice(6)).toEqual([NaN, NaN]); // a negative has no place
    const hidden = {
      ...toySource,
      validation: (index: number) => ({
        ...toySource.validation(index),
        truth: new Float32Array(size * size),
      }),
    };
    const { model } = buildResNet({ ...classifierConfig.network, seed: 9 });
    const [row] = await new GeneratorTask(generatorConfig, hidden, model).validate([0]);
    expect(row.slice(6)).toEqual([NaN, NaN]); // nor has an opacity that lies outside the frame
  });
});

describe('FlatWeights', () => {
  it('writes back what it read, and knows which weights decay', async () => {
    await prepareNodeBackend('wasm');
    const { trainingModel } = buildResNet({
      depth: 18,
      width: 4,
      size,
      channels: 1,
      head: 'features',
      seed: 1,
    });
    const flat = new FlatWeights(trainingModel);
    const values = Float32Array.from({ length: flat.parameterCount }, (_, i) => i / 1000);
    const statistics = Float32Array.from({ length: flat.statisticCount }, (_, i) => -i / 1000);
    flat.write(values, statistics);
    const [readValues, readStatistics] = [
      new Float32Array(values.length),
      new Float32Array(statistics.length),
    ];
    await flat.read(readValues, readStatistics);
    expect(readValues).toEqual(values);
    expect(readStatistics).toEqual(statistics);
    const decayed = flat.ranges.filter(range => range.decays).reduce((n, r) => n + r.end - r.start, 0);
    // All but γ and β of the norms (7,936 at width 64) and the biases of logit and cells.
    expect(flat.parameterCount - decayed).toBe(7_936 / 16 + 2);
    expect(flat.ranges[flat.ranges.length - 1].end).toBe(flat.parameterCount);
  });
});

describe('TrainingMember', () => {
  it('stops before the heap ends, naming the micro-batch that fits', async () => {
    await prepareNodeBackend('wasm');
    const source = { kind: 'phantom', input: {} as never, options: {} as never } as const;
    const start = { rank: 0, workers: 1, backend: 'wasm', config: classifierConfig, source } as const;
    const member = new TrainingMember(start, makeClassifierTask(), wasmHeapBytes() * 0.75);
    const state = createSharedState(member.sizes.parameters, member.sizes.statistics, 1);
    await member.join(state, true);
    const before = state.parameters.slice();
    await expect(member.run({ from: 0, to: 1 }, () => {})).rejects.toThrow(
      /2 images at once: give --micro-batch 1/,
    );
    expect(state.parameters).toEqual(before);
  });

  async function train(
    steps: [number, number][],
    backend: Backend = 'wasm',
  ): Promise<{
    state: SharedState;
    losses: number[];
  }> {
    await prepareNodeBackend(backend);
    const source = { kind: 'phantom', input: {} as never, options: {} as never } as const;
    const start = { rank: 0, workers: 1, backend, config: classifierConfig, source };
    const losses: number[] = [];
    let state: SharedState | undefined;
    for (const [from, to] of steps) {
      const member = new TrainingMember(start, makeClassifierTask());
      state ??= createSharedState(member.sizes.parameters, member.sizes.statistics, 1);
      await member.join(state, from === 0);
      await member.run({ from, to }, (_, terms) => losses.push(terms.loss));
      tf.disposeVariables();
    }
    return { state: state as SharedState, losses };
  }

  it('ends with the same bits for the same seed, in one go or handed over in the middle', async () => {
    const one = await train([[0, 4]]);
    const again = await train([[0, 4]]);
    const handedOver = await train([
      [0, 2],
      [2, 4],
    ]);
    for (const other of [again, handedOver]) {
      expect(other.losses).toEqual(one.losses);
      for (const key of ['parameters', 'statistics', 'average', 'moment1', 'moment2'] as const) {
        expect(other.state[key], key).toEqual(one.state[key]);
      }
    }
  });

  it('learns: the loss falls', async () => {
    const steps = (schedule.epochs * schedule.imagesPerEpoch) / schedule.batch;
    const { losses } = await train([[0, steps]]);
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    expect(losses).toHaveLength(20);
    expect(mean(losses.slice(-5))).toBeLessThan(0.85 * mean(losses.slice(0, 5)));
  });
});
