import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { buildResNet } from '../../src/models/networks/resnet';
import { seededRandom } from '../../src/models/random';
import { detach } from '../../src/training/detach';
import { Discriminator, frozen, patchScores } from '../../src/training/discriminator';
import { GeneratorTask } from '../../src/training/generator-task';
import { loggedTerms } from '../../src/training/losses/logged';
import { domainsOf, realismLoss } from '../../src/training/losses/realism';
import { applyAdamW } from '../../src/training/optimiser';
import { createSharedState } from '../../src/training/shared-state';
import { generatorConfig, size, toySource } from './task-fixtures';

beforeAll(() => prepareNodeBackend('wasm'));
afterEach(() => tf.disposeVariables());

function noise(shape: [number, number, number, number], seed: string): tf.Tensor4D {
  const random = seededRandom(seed);
  const length = shape.reduce((product, side) => product * side);
  return tf.tensor4d(Float32Array.from({ length }, random), shape);
}

describe('detach', () => {
  it('passes values and no gradient', () => {
    const gradient = tf.grad(x =>
      tf.sum(
        tf.mul(
          x,
          detach(() => tf.square(x)),
        ),
      ),
    );
    // d/dx of x · c with c = x² held fixed.
    expect([...gradient(tf.tensor1d([1, 2, 3])).dataSync()]).toEqual([1, 4, 9]);
  });
});

describe('realismLoss', () => {
  it('is the mean squared distance over patches, of each image in its own domain', () => {
    const scores = tf.tensor4d([0.5, 9, 1, 9, 0, 9, 2, 9, 9, 3, 9, 1, 9, 1, 9, 1], [2, 2, 2, 2]);
    const domains = tf.tensor2d([1, 0, 0, 1], [2, 2]);
    // (.25 + 0 + 1 + 1) / 4 and (4 + 0 + 0 + 0) / 4, averaged
    expect(realismLoss(scores, domains, 1).dataSync()[0]).toBeCloseTo((0.5625 + 1) / 2, 6);
    // (.25 + 1 + 0 + 4) / 4 and (9 + 1 + 1 + 1) / 4, averaged
    expect(realismLoss(scores, domains, 0).dataSync()[0]).toBeCloseTo((1.3125 + 3) / 2, 6);
  });

  it('places each decision among images of its view', () => {
    const domains = domainsOf(tf.tensor1d([0, 1, 1]), tf.tensor2d([1, 0, 1, 0, 0, 1], [3, 2]));
    expect([...domains.dataSync()]).toEqual([1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  });
});

describe('Discriminator', () => {
  it('has one output a patch for each domain, whatever the scale of its kernels', () => {
    const discriminator = new Discriminator({ seed: 1, size, domains: 4 });
    const images = noise([2, size, size, 1], 'images');
    const before = patchScores(images, discriminator.layers());
    expect(before.shape).toEqual([2, 2, 2, 4]);
    for (const weight of discriminator.model.trainableWeights) {
      if (weight.originalName.endsWith('/kernel')) weight.write(tf.mul(weight.read(), 3));
    }
    const after = patchScores(images, discriminator.layers());
    expect(tf.max(tf.abs(tf.sub(before, after))).dataSync()[0]).toBeLessThan(1e-5);
  });

  it('lets its first layer change no image by more than its norm allows', () => {
    // With all kernels of norm 1 and slopes of at most 1 the scores are Lipschitz: each layer's pixels are seen by at most
    // four 4 × 4 windows of stride 2, so a layer's constant is at most 2, the averaging's 1/2, the last one's 1.
    const discriminator = new Discriminator({ seed: 2, size, domains: 1 });
    const a = noise([1, size, size, 1], 'a');
    const b = noise([1, size, size, 1], 'b');
    const norm = (x: tf.Tensor): number => Math.sqrt(tf.sum(tf.square(x)).dataSync()[0]);
    const change = norm(
      tf.sub(patchScores(a, discriminator.layers()), patchScores(b, discriminator.layers())),
    );
    expect(change).toBeGreaterThan(0);
    expect(change).toBeLessThanOrEqual((2 ** 4 / 2) * norm(tf.sub(a, b)));
  });

  it('has the gradients of finite differences', () => {
    const discriminator = new Discriminator({ seed: 3, size: 32, domains: 2 });
    const images = noise([1, 32, 32, 1], 'gradient');
    const loss = (): tf.Scalar =>
      tf.mean(tf.square(tf.sub(patchScores(images, discriminator.layers()), 0.7))) as tf.Scalar;
    for (const weight of discriminator.model.trainableWeights) {
      const variable = weight.read() as tf.Variable;
      const { grads } = tf.variableGrads(loss, [variable]);
      const gradient = grads[variable.name].dataSync() as Float32Array;
      const values = weight.read().dataSync().slice();
      const place = gradient.reduce(
        (best, value, i) => (Math.abs(value) > Math.abs(gradient[best]) ? i : best),
        0,
      );
      const step = 2e-3;
      const at = (shift: number): number => {
        const moved = values.slice();
        moved[place] += shift;
        weight.write(tf.tensor(moved, weight.shape as number[]));
        return loss().dataSync()[0];
      };
      const slope = (at(step) - at(-step)) / (2 * step);
      at(0);
      // Kinks of the leaky ReLU lie within a step, and singular vectors count as constants.
      expect(Math.abs(slope - gradient[place])).toBeLessThan(0.1 * Math.abs(gradient[place]) + 1e-5);
    }
  });

  it('is not trained by what it judges frozen', () => {
    const discriminator = new Discriminator({ seed: 4, size, domains: 2 });
    const images = tf.variable(noise([1, size, size, 1], 'frozen'));
    const kernels = discriminator.model.trainableWeights.map(weight => weight.read() as tf.Variable);
    const loss = (): tf.Scalar =>
      tf.mean(patchScores(images as tf.Tensor4D, frozen(discriminator.layers()))) as tf.Scalar;
    expect(() => tf.variableGrads(loss, kernels)).toThrow(/Cannot find a connection/);
    const { grads } = tf.variableGrads(loss, [images as tf.Variable]);
    expect(tf.max(tf.abs(grads[images.name])).dataSync()[0]).toBeGreaterThan(0);
  });
});

describe('GeneratorTask with realism, a way back and a direction', () => {
  const make = (changes: Partial<typeof generatorConfig> = {}): GeneratorTask => {
    const { model } = buildResNet({ depth: 18, width: 4, size, channels: 1, head: 'features', seed: 9 });
    const realism = { adversarial: 0.5, similar: 0.25, rateFactor: 0.4, views: ['AP', 'PA'] };
    return new GeneratorTask(
      {
        ...generatorConfig,
        realism,
        cycle: 0.3,
        attenuation: 2,
        aeratedLung: 3,
        universalChange: 0.7,
        ownEvidence: 0.6,
        ...changes,
      },
      toySource,
      model,
    );
  };

  it('sums its terms and reaches generator and discriminator', async () => {
    const task = make();
    const { terms, gradients } = await task.gradients([0, 1], 0);
    const { totalVariation, weightDistance, classification } = generatorConfig;
    const sum =
      terms.sim +
      terms.cls * classification.start +
      terms.tv * totalVariation +
      terms.w * weightDistance +
      terms.real +
      terms.critic +
      0.3 * terms.cycle +
      2 * terms.wrong +
      3 * terms.dark +
      0.7 * terms.alike +
      0.6 * terms.own;
    expect(terms.loss).toBeCloseTo(sum, 4);
    expect(Object.keys(terms)).toEqual([
      'loss',
      ...Object.keys(loggedTerms(generatorConfig)).filter(name => name !== 'others'),
    ]);
    expect(gradients).toHaveLength(task.trained.trainableWeights.length);
    const largest = gradients.map(gradient => tf.max(tf.abs(gradient)).dataSync()[0]);
    task.trained.trainableWeights.forEach(({ originalName }, k) => {
      if (!originalName.endsWith('bias') && !originalName.endsWith('gamma')) {
        expect(largest[k], originalName).toBeGreaterThan(0);
      }
    });
  });

  it('teaches the discriminator to tell films from what is made of them', async () => {
    const task = make();
    const weights = task.trained.trainableWeights.slice(task.network.trainableWeights.length);
    const losses: number[] = [];
    for (let step = 0; step < 12; step++) {
      const { terms, gradients } = await task.gradients([0, 1, 2, 3], 0);
      losses.push(terms.critic);
      const own = gradients.slice(-weights.length);
      tf.tidy(() => weights.forEach((weight, k) => weight.write(tf.sub(weight.read(), tf.mul(own[k], 0.3)))));
      tf.dispose(gradients);
    }
    expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]);
  });

  it('judges by the same decisions whichever form the classification loss has', async () => {
    const bce = await make().gradients([0, 1, 2, 3], 0);
    tf.disposeVariables();
    const margin = make({ classificationLoss: { form: 'carlini-wagner', margin: 1 } });
    const { terms } = await margin.gradients([0, 1, 2, 3], 0);
    expect(terms.real).toBeCloseTo(bce.terms.real, 6);
    expect(terms.critic).toBeCloseTo(bce.terms.critic, 6);
  });

  it('leaves no tensor behind', async () => {
    const task = make();
    tf.dispose((await task.gradients([0, 1], 0)).gradients);
    const before = tf.memory().numTensors;
    tf.dispose((await task.gradients([2, 3], 1)).gradients);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('applyAdamW', () => {
  it('gives some weights a rate and a momentum of their own', () => {
    const state = createSharedState(2, 0, 1);
    state.parameters.set([1, 1]);
    const ranges = [
      { start: 0, end: 1, decays: false },
      { start: 1, end: 2, decays: false, adam: { rateFactor: 0.4, beta1: 0.5 } },
    ];
    const step = (k: number, gradient: number): void => {
      state.contributions[0].fill(gradient);
      applyAdamW(state, ranges, [0, 2], k, 0.1, { weightDecay: 0, averageDecay: 0 });
    };
    step(0, 2);
    // Adam's first step is the rate itself.
    expect(state.parameters[0]).toBeCloseTo(0.9, 6);
    expect(state.parameters[1]).toBeCloseTo(0.96, 6);
    step(1, -2);
    // v is the same whatever the sign: m = .9·.2 − .1·2 = −.02 over 1 − .81; m = .5·1 − .5·2 = −.5 over 1 − .25.
    expect(state.parameters[0]).toBeCloseTo(0.9 + (0.1 * 0.02) / 0.19 / 2, 5);
    expect(state.parameters[1]).toBeCloseTo(0.96 + (0.04 * 0.5) / 0.75 / 2, 5);
  });
});
