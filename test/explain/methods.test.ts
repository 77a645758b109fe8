import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  disposeExplanation,
  methodById,
  methods,
  whyUnavailable,
  type ExplainContext,
  type MethodOptions,
} from '../../src/explain';
import { generateImages } from '../../src/explain/generators';
import { smoothGradNoise } from '../../src/explain/methods/smoothgrad';
import { seededRandom } from '../../src/models/random';
import {
  context,
  linearClassifier,
  randomImages,
  residualClassifier,
  scalingNaive,
  scalingPair,
  size,
} from './fixtures';

const pixels = size * size;
const random = seededRandom('weights');
const weights = Float32Array.from({ length: pixels }, () => random() - 0.5);

/** Largest absolute difference of two arrays. */
function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, index) => Math.max(most, Math.abs(value - b[index])), 0);
}

/** 4 × 4 cells of 8 × 8 pixels, each a sixteenth brighter than the one before. */
function imageOfCells(): { cells: Float32Array; x: tf.Tensor4D } {
  const cells = Float32Array.from({ length: 16 }, (_, i) => i / 16);
  const image = Float32Array.from({ length: pixels }, (_, i) => {
    const [row, column] = [Math.floor(i / size), i % size];
    return cells[Math.floor(row / 8) * 4 + Math.floor(column / 8)];
  });
  return { cells, x: tf.tensor4d(image, [1, size, size, 1]) };
}

describe.each(['cpu', 'wasm'])('methods on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
    await tf.ready();
  });

  /** A_1 = 3x, A_2 = −2x + 1, logit = 0.5 mean(A_1) − 0.25 mean(A_2): α = (0.5, −0.25) / cells. */
  function knownClassifier(): tf.LayersModel {
    const input = tf.input({ shape: [size, size, 1] });
    const pooled = tf.layers.averagePooling2d({ poolSize: 8 }).apply(input) as tf.SymbolicTensor;
    const conv = tf.layers.conv2d({ filters: 2, kernelSize: 1, name: 'features' });
    const features = conv.apply(pooled) as tf.SymbolicTensor;
    const mean = tf.layers.globalAveragePooling2d({}).apply(features) as tf.SymbolicTensor;
    const dense = tf.layers.dense({ units: 1 });
    const model = tf.model({ inputs: input, outputs: dense.apply(mean) as tf.SymbolicTensor });
    conv.setWeights([tf.tensor4d([3, -2], [1, 1, 1, 2]), tf.tensor1d([0, 1])]);
    dense.setWeights([tf.tensor2d([0.5, -0.25], [2, 1]), tf.tensor1d([0])]);
    return model;
  }

  describe('on a linear classifier, where the gradient is the weights', () => {
    const absolute = weights.map(Math.abs);

    it('Gradient and SmoothGrad are |w|', () => {
      const ctx = context(linearClassifier(weights, 0.2));
      const x = randomImages(2);
      for (const id of ['gradient', 'smoothgrad']) {
        const { map } = methodById(id).explain(ctx, x, id === 'smoothgrad' ? { samples: 3 } : {});
        expect(map.shape).toEqual([2, size, size]);
        expect(worst(map.dataSync(), [...absolute, ...absolute])).toBeLessThan(1e-5);
      }
    });

    it('Input Gradient and Integrated Gradients from black are |w·x|, without a gap', () => {
      const ctx = context(linearClassifier(weights, 0.2));
      const x = randomImages(1);
      const expected = Array.from(x.dataSync(), (value, i) => Math.abs(value * weights[i]));
      expect(worst(methodById('input-gradient').explain(ctx, x).map.dataSync(), expected)).toBeLessThan(1e-5);
      const { map, completenessGap } = methodById('integrated-gradients').explain(ctx, x, { steps: 4 });
      expect(worst(map.dataSync(), expected)).toBeLessThan(1e-5);
      expect(Math.abs(completenessGap!.dataSync()[0])).toBeLessThan(1e-4);
    });

    it('Integrated Gradients from white are |w·(x − 1)|', () => {
      const ctx = context(linearClassifier(weights, 0.2));
      const x = randomImages(1);
      const expected = Array.from(x.dataSync(), (value, i) => Math.abs((value - 1) * weights[i]));
      const { map } = methodById('integrated-gradients').explain(ctx, x, { steps: 4, baseline: 1 });
      expect(worst(map.dataSync(), expected)).toBeLessThan(1e-5);
    });

    it('the gradient of the score is |w| · slope · s(1 − s)', () => {
      const ctx = context(linearClassifier(weights, 0.2));
      const x = randomImages(1);
      const logit = (ctx.classifier.predict(x) as tf.Tensor).dataSync()[0];
      const score = 1 / (1 + Math.exp(-(2 * logit - 1)));
      const expected = absolute.map(w => w * 2 * score * (1 - score));
      const { map } = methodById('gradient').explain(ctx, x, { target: 'score' });
      expect(worst(map.dataSync(), expected)).toBeLessThan(1e-5);
    });
  });

  describe('on a residual network', () => {
    it('Gradient agrees with central differences', () => {
      const ctx = context(residualClassifier());
      const x = randomImages(1);
      const map = methodById('gradient').explain(ctx, x).map.dataSync();
      const step = 3e-3; // larger steps cross the kinks of the ReLUs, smaller ones drown in rounding
      const logit = (values: Float32Array): number =>
        (ctx.classifier.predict(tf.tensor4d(values, [1, size, size, 1])) as tf.Tensor).dataSync()[0];
      const differences: number[] = [];
      const found: number[] = [];
      for (let i = 5; i < pixels; i += 97) {
        const up = Float32Array.from(x.dataSync());
        const down = Float32Array.from(up);
        up[i] += step;
        down[i] -= step;
        differences.push(Math.abs(logit(up) - logit(down)) / (2 * step));
        found.push(map[i]);
      }
      const largest = Math.max(...differences);
      expect(largest).toBeGreaterThan(1e-4);
      expect(worst(found, differences) / largest).toBeLessThan(0.02);
    });

    it('the gap of Integrated Gradients closes with more steps', () => {
      const ctx = context(residualClassifier());
      const x = randomImages(2);
      const gap = (steps: number): number => {
        const { completenessGap } = methodById('integrated-gradients').explain(ctx, x, { steps });
        return Math.max(...completenessGap!.dataSync().map(Math.abs));
      };
      expect(gap(64)).toBeLessThan(gap(1) / 4);
      expect(gap(64)).toBeLessThan(1e-3);
    });

    it('a result does not hang on the image’s place in the batch', () => {
      const ctx = context(residualClassifier());
      const pair = randomImages(2);
      const second = pair.slice([1, 0, 0, 0], [1, size, size, 1]);
      const few: Record<string, MethodOptions> = {
        smoothgrad: { samples: 2 },
        'integrated-gradients': { steps: 2 },
      };
      for (const id of ['gradient', 'smoothgrad', 'gradcam', 'integrated-gradients']) {
        const together = methodById(id).explain(ctx, pair, { ...few[id], seed: 5 }).map;
        const alone = methodById(id).explain(ctx, second, { ...few[id], seed: 5 }).map;
        const values = Array.from(alone.dataSync());
        expect(worst(together.dataSync().slice(pixels), values)).toBeLessThan(1e-5 * Math.max(1, ...values));
      }
    });
  });

  it('SmoothGrad’s noise is normal, and another in each copy and for each seed', () => {
    const shape: [number, number, number, number] = [1, 64, 64, 1];
    const draw = (seed: number, k: number): number[] =>
      Array.from(smoothGradNoise(shape, 0.15, seed, k).dataSync());
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    const first = draw(0, 0);
    expect(Math.abs(mean(first))).toBeLessThan((4 * 0.15) / 64); // four standard errors
    expect(Math.sqrt(mean(first.map(v => v * v)))).toBeCloseTo(0.15, 2);
    expect(mean(first.map(v => (v / 0.15) ** 4))).toBeCloseTo(3, 0); // kurtosis of a normal variable
    for (const other of [draw(0, 1), draw(1, 0)]) {
      const correlation = mean(other.map((v, i) => v * first[i])) / 0.15 ** 2;
      expect(Math.abs(correlation)).toBeLessThan(4 / 64);
    }
  });

  describe('GradCAM', () => {
    it('equals the weights worked out by hand, in the named and in the found layer', () => {
      const ctx = context(knownClassifier());
      const { cells, x } = imageOfCells();
      const cam = cells.map(v => Math.max(0, (0.5 * 3 * v - 0.25 * (1 - 2 * v)) / 16));
      const found = methodById('gradcam').explain(ctx, x).map.dataSync();
      // With half-pixel centres, output pixel 8c + 3.5 is the centre of cell c: the four pixels around it lie within
      // 1/16 of a cell, and a row or column past the outer centres repeats the outer cell.
      expect(found[0]).toBeCloseTo(cam[0], 6);
      expect(found[pixels - 1]).toBeCloseTo(cam[15], 6);
      const between = found[7]; // (7 + 0.5) / 8 − 0.5 = 0.4375 of the way from cell 0 to cell 1
      expect(between).toBeCloseTo(cam[0] + 0.4375 * (cam[1] - cam[0]), 6);

      const unnamed = {
        ...ctx,
        card: { ...ctx.card, classifier: { ...ctx.card.classifier, featureLayer: '' } },
      };
      expect(worst(methodById('gradcam').explain(unnamed, x).map.dataSync(), found)).toBe(0);
    });

    it('shows the evidence against the class when the decided class is negative', () => {
      const ctx = context(knownClassifier());
      const x = tf.zeros([1, size, size, 1]) as tf.Tensor4D; // A = (0, 1), logit −0.25: negative
      expect(Math.max(...methodById('gradcam').explain(ctx, x).map.dataSync())).toBe(0);
      const decided = methodById('gradcam').explain(ctx, x, { explainedClass: 'decided' }).map.dataSync();
      expect(decided[0]).toBeCloseTo(0.25 / 16, 6);
    });
  });

  describe('attributions between x_s and x_a', () => {
    const pair = (): ExplainContext['generators'] => ({ single2: scalingPair(0.9, 0.5) });

    it('Path is (x_s − x_a) ⊙ w on a linear network, with its direction and no gap', () => {
      const ctx = context(linearClassifier(weights, 0), pair());
      const x = randomImages(2);
      const image = x.dataSync();
      const expected = Array.from(image, (value, i) => 0.4 * value * weights[i % pixels]);
      const { map, signed, similar, adversarial, completenessGap } = methodById('path').explain(ctx, x);
      expect(worst(signed!.dataSync(), expected)).toBeLessThan(1e-6);
      expect(worst(map.dataSync(), expected.map(Math.abs))).toBeLessThan(1e-6);
      expect(similar!.dataSync()[5]).toBeCloseTo(0.9 * image[5], 6);
      expect(adversarial!.dataSync()[5]).toBeCloseTo(0.5 * image[5], 6);
      expect(Math.max(...completenessGap!.dataSync().map(Math.abs))).toBeLessThan(1e-3);
    });

    it('the gap of Path closes with more points', () => {
      const ctx = context(residualClassifier(), pair());
      const x = randomImages(2);
      const gap = (points: number): number =>
        Math.max(...methodById('path').explain(ctx, x, { points }).completenessGap!.dataSync().map(Math.abs));
      expect(gap(64)).toBeLessThan(gap(1) / 4);
      expect(gap(64)).toBeLessThan(1e-3);
    });

    it('Evidence change equals the cells worked out by hand, whatever the points: the head is linear', () => {
      const ctx = context(knownClassifier(), pair());
      const { x } = imageOfCells();
      // A_1 = 3x and A_2 = 1 − 2x change by 1.2x and −0.8x, F by 0.5/16 and −0.25/16 of that.
      const cell = (v: number): number => (0.5 * 1.2 * v + 0.25 * 0.8 * v) / 16;
      for (const points of [1, 4, 13]) {
        const { map, signed, completenessGap } = methodById('evidence-change').explain(ctx, x, { points });
        const found = signed!.dataSync();
        expect(found[0]).toBeCloseTo(cell(0), 6);
        expect(found[pixels - 1]).toBeCloseTo(cell(15 / 16), 6);
        expect(found[7]).toBeCloseTo(cell(0) + 0.4375 * (cell(1 / 16) - cell(0)), 6);
        expect(worst(map.dataSync(), Array.from(found, Math.abs))).toBe(0);
        expect(Math.abs(completenessGap!.dataSync()[0])).toBeLessThan(1e-5);
      }
    });

    it('Guided GradCAM equals the cells worked out by hand, whichever image shows the finding', () => {
      const { x } = imageOfCells();
      // A_1 = 3x and A_2 = 1 − 2x weigh 0.5/16 and −0.25/16; the image with the higher F is 0.9x, the change 0.4x.
      const v = 15 / 16;
      const expected = ((0.5 * 3 * 0.9 * v - 0.25 * (1 - 2 * 0.9 * v)) / 16) * 0.4 * v;
      for (const [ofSimilar, ofAdversarial] of [
        [0.9, 0.5],
        [0.5, 0.9],
      ]) {
        const ctx = context(knownClassifier(), { single2: scalingPair(ofSimilar, ofAdversarial) });
        for (const points of [1, 4]) {
          const { map, signed } = methodById('guided-gradcam').explain(ctx, x, { points });
          const found = map.dataSync();
          // Beyond the last cell's centre, and with the blur's reach inside the cell.
          expect(found[28 * size + 28]).toBeCloseTo(expected, 6);
          // A_2 speaks more against than A_1 for it below 0.25 / 1.8.
          expect(found[3 * size + 3]).toBe(0);
          expect(found[3 * size + 11]).toBe(0);
          expect(signed).toBeUndefined();
        }
      }
    });

    it('a pair in the other direction turns the sign and leaves the map', () => {
      const x = randomImages(1);
      for (const id of ['path', 'evidence-change']) {
        const there = methodById(id).explain(context(residualClassifier(), pair()), x);
        const reversed = { single2: scalingPair(0.5, 0.9) };
        const back = methodById(id).explain(context(residualClassifier(), reversed), x);
        const values = Array.from(there.signed!.dataSync());
        const largest = Math.max(...values.map(Math.abs));
        expect(largest).toBeGreaterThan(0);
        expect(
          worst(
            back.signed!.dataSync(),
            values.map(v => -v),
          ),
        ).toBeLessThan(1e-5 * largest);
        expect(worst(back.map.dataSync(), Array.from(there.map.dataSync()))).toBeLessThan(1e-5 * largest);
      }
    });

    it('an image alone and in a batch too large for all points at once get the same', () => {
      const ctx = context(residualClassifier(), pair());
      const x = randomImages(4); // two points at a time, then the third
      const last = x.slice([3, 0, 0, 0], [1, size, size, 1]);
      for (const id of ['path', 'evidence-change']) {
        const together = methodById(id).explain(ctx, x, { points: 3 }).signed!;
        const alone = Array.from(methodById(id).explain(ctx, last, { points: 3 }).signed!.dataSync());
        const largest = Math.max(...alone.map(Math.abs));
        expect(worst(together.dataSync().slice(3 * pixels), alone)).toBeLessThan(1e-5 * largest);
      }
    });

    it('refuses a segment without points', () => {
      const ctx = context(residualClassifier(), pair());
      expect(() => methodById('path').explain(ctx, randomImages(1), { points: 0 })).toThrow(
        /Option "points" of Path cannot be 0/,
      );
    });
  });

  it('options are checked by the method that has them', () => {
    const ctx = context(residualClassifier());
    const explain = (id: string, options: MethodOptions) => () =>
      methodById(id).explain(ctx, randomImages(1), options);
    expect(explain('smoothgrad', { sample: 3 })).toThrow(
      /SmoothGrad has no option "sample"; it has samples, noise/,
    );
    expect(explain('smoothgrad', { noise: NaN })).toThrow(/Option "noise" of SmoothGrad cannot be null/);
    expect(explain('rise', { seed: 1.5 })).toThrow(/Option "seed" of RISE cannot be 1.5/);
    expect(explain('gradient', { target: 'probability' })).toThrow(
      /Option "target" of Gradient cannot be "probability"/,
    );
    // Every film's settings carry these two.
    expect(explain('gradient', { seed: 3, generator: 'single2' })).not.toThrow();
  });

  describe('generator methods', () => {
    it('Similar–Adversarial is |x_s − x_a|, eq. (3), and gives both images', () => {
      const ctx = context(linearClassifier(weights, 0), { single2: scalingPair(0.9, 0.5) });
      const x = randomImages(2);
      const { map, similar, adversarial } = methodById('similar-adversarial').explain(ctx, x);
      const image = x.dataSync();
      expect(
        worst(
          map.dataSync(),
          image.map(v => 0.4 * v),
        ),
      ).toBeLessThan(1e-6);
      expect(
        worst(
          similar!.dataSync(),
          image.map(v => 0.9 * v),
        ),
      ).toBeLessThan(1e-6);
      expect(
        worst(
          adversarial!.dataSync(),
          image.map(v => 0.5 * v),
        ),
      ).toBeLessThan(1e-6);
    });

    it('Naive and the adversarial image alone are |x − x_a|, eq. (2)', () => {
      const ctx = context(linearClassifier(weights, 0), {
        naive: scalingNaive(0.3),
        duo: scalingPair(0.9, 0.5),
      });
      const x = randomImages(1);
      const image = x.dataSync();
      expect(
        worst(
          methodById('naive').explain(ctx, x).map.dataSync(),
          image.map(v => 0.7 * v),
        ),
      ).toBeLessThan(1e-6);
      const alone = methodById('adversarial-alone').explain(ctx, x).map.dataSync();
      expect(
        worst(
          alone,
          image.map(v => 0.5 * v),
        ),
      ).toBeLessThan(1e-6);
    });

    it('three channels become one map by their mean', () => {
      const ctx = context(linearClassifier(weights, 0), { single1: scalingPair(1, 0.5, 3) }, 3);
      const x = randomImages(1, 3);
      const image = x.dataSync();
      const { map } = methodById('similar-adversarial').explain(ctx, x);
      const expected = Array.from(
        { length: pixels },
        (_, i) => (image[3 * i] + image[3 * i + 1] + image[3 * i + 2]) / 6,
      );
      expect(worst(map.dataSync(), expected)).toBeLessThan(1e-6);
    });

    it('takes the card’s default, or the one asked for', () => {
      const generators = { single2: scalingPair(1, 0.9), duo: scalingPair(1, 0.2) };
      const ctx = context(linearClassifier(weights, 0), generators);
      const withDefault = { ...ctx, card: { ...ctx.card, defaultGenerator: 'duo' as const } };
      const x = tf.ones([1, size, size, 1]) as tf.Tensor4D;
      const method = methodById('similar-adversarial');
      expect(method.explain(ctx, x).map.dataSync()[0]).toBeCloseTo(0.1, 6);
      expect(method.explain(withDefault, x).map.dataSync()[0]).toBeCloseTo(0.8, 6);
      expect(method.explain(withDefault, x, { generator: 'single2' }).map.dataSync()[0]).toBeCloseTo(0.1, 6);
    });

    it('the Mask Generator’s map is its mask', () => {
      const ctx = context(linearClassifier(weights, 0), { mask: scalingNaive(0.4) });
      const x = randomImages(1);
      const { map } = methodById('mask-generator').explain(ctx, x);
      expect(map.shape).toEqual([1, size, size]);
      const expected = Array.from(x.dataSync(), value => 0.4 * value);
      expect(worst(map.dataSync(), expected)).toBeLessThan(1e-6);
    });

    it('tells generators of one kind apart by their ids', () => {
      const generators = { 'single2-plain': scalingPair(1, 0.9), single2: scalingPair(1, 0.2) };
      const ctx = context(linearClassifier(weights, 0), generators);
      const x = tf.ones([1, size, size, 1]) as tf.Tensor4D;
      const value = (generator: string): number =>
        methodById('similar-adversarial').explain(ctx, x, { generator }).map.dataSync()[0];
      expect(value('single2-plain')).toBeCloseTo(0.1, 6);
      expect(value('single2')).toBeCloseTo(0.8, 6);
      expect(() => value('single1')).toThrow(/no generator "single1"/);
    });

    it('says what is missing', () => {
      const ctx = context(linearClassifier(weights, 0), { naive: scalingNaive(0.3) });
      expect(whyUnavailable(methodById('similar-adversarial'), ctx)).toMatch(
        /single2 or single1 or duo.*naive/s,
      );
      const ofLabel = { ...ctx, card: { ...ctx.card, label: 'effusion' } };
      expect(whyUnavailable(methodById('similar-adversarial'), ofLabel)).toContain(
        'has for the label "effusion": naive (naive).',
      );
      expect(whyUnavailable(methodById('naive'), ctx)).toBeUndefined();
      expect(() => methodById('similar-adversarial').explain(ctx, randomImages(1))).toThrow(
        /no generator of the kind single2, single1, duo, syce, cyce \(loaded: naive\)/,
      );
    });
  });

  it.each(methods.filter(({ needs }) => needs.generator).map(({ id }) => id))(
    '%s shows the images that it says, also without its map',
    id => {
      const method = methodById(id);
      const generators = {
        single2: scalingPair(0.9, 0.4),
        naive: scalingNaive(0.3),
        mask: scalingNaive(0.5),
      };
      const ctx = context(residualClassifier(), generators);
      const x = randomImages(2);
      const explained = method.explain(ctx, x, {});
      const images = generateImages(method, ctx, x);
      expect(Object.keys(images).sort()).toEqual([...(method.images ?? [])].sort());
      for (const kind of ['similar', 'adversarial'] as const)
        expect(images[kind]?.dataSync()).toEqual(explained[kind]?.dataSync());
      disposeExplanation(explained);
      tf.dispose([x, { ...images }]);
    },
  );

  it.each(methods.map(method => method.id))('%s leaves no tensor behind', id => {
    const generators = { single2: scalingPair(1, 0.5), naive: scalingNaive(0.5), mask: scalingNaive(0.5) };
    const ctx = context(residualClassifier(), generators);
    const x = randomImages(2);
    const few = { samples: 2, steps: 2, iterations: 2 };
    const own = methodById(id).options.shape;
    const options = Object.fromEntries(Object.entries(few).filter(([name]) => name in own));
    disposeExplanation(methodById(id).explain(ctx, x, options));
    const before = tf.memory().numTensors;
    const explanation = methodById(id).explain(ctx, x, options);
    expect(Math.min(...explanation.map.dataSync())).toBeGreaterThanOrEqual(0);
    disposeExplanation(explanation);
    expect(tf.memory().numTensors).toBe(before);
  });
});
