import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { disposeExplanation, methodById, type MethodOptions } from '../../src/explain';
import { drawMask } from '../../src/explain/methods/rise';
import { evaluate, evaluateModel, reluActivations } from '../../src/models/graph';
import { upsampleMasks } from '../../src/explain/upsample';
import { buildResNet } from '../../src/models/networks/resnet';
import { context, linearClassifier, randomImages, residualClassifier, size } from './fixtures';

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
/** The fixtures' calibration: slope 2, intercept −1. */
const score = (logit: number): number => sigmoid(2 * logit - 1);

/** Weights that look at a square of 8 × 8 at (row 8, column 16) alone. */
const [top, left, side] = [8, 16, 8];
const inside = (i: number): boolean => {
  const [y, x] = [Math.floor(i / size), i % size];
  return y >= top && y < top + side && x >= left && x < left + side;
};
const localWeights = Float32Array.from({ length: size * size }, (_, i) => (inside(i) ? 0.1 : 0));

/** Grey 0.3, the square bright or as it is. */
function squareImage(value: number): tf.Tensor4D {
  const pixels = Float32Array.from({ length: size * size }, (_, i) => (inside(i) ? value : 0.3));
  return tf.tensor4d(pixels, [1, size, size, 1]);
}

/** Share of a map's sum that lies in the square or within a margin of it. */
function massNear(map: ArrayLike<number>, margin: number): number {
  const values = Array.from(map);
  const total = values.reduce((a, b) => a + b, 0);
  const near = (i: number): boolean => {
    const [y, x] = [Math.floor(i / size), i % size];
    const within = (at: number, start: number): boolean => at >= start - margin && at < start + side + margin;
    return within(y, top) && within(x, left);
  };
  return values.reduce((sum, v, i) => sum + (near(i) ? v : 0), 0) / total;
}

describe.each(['cpu', 'wasm'] as const)('perturbation methods on %s', backend => {
  beforeAll(() => prepareNodeBackend(backend));

  it('Occlusion is the fall of the score, averaged over the squares that cover a pixel', () => {
    const ctx = context(linearClassifier(localWeights, -2));
    const x = squareImage(0.9);
    const { map } = methodById('occlusion').explain(ctx, x, { patch: 8, stride: 8 });
    const values = map.dataSync();
    // The one square that hides all of it makes 0.9 grey 0.5; no other square touches it.
    const fall = score(64 * 0.1 * 0.9 - 2) - score(64 * 0.1 * 0.5 - 2);
    values.forEach((value, i) => expect(value).toBeCloseTo(inside(i) ? fall : 0, 5));
  });

  it('Occlusion of an image called negative asks for the negative class', () => {
    const ctx = context(linearClassifier(localWeights, -2));
    const { map } = methodById('occlusion').explain(ctx, squareImage(0.1), { patch: 8, stride: 8 });
    const fall = score(64 * 0.1 * 0.5 - 2) - score(64 * 0.1 * 0.1 - 2);
    expect(map.dataSync()[top * size + left]).toBeCloseTo(fall, 5);
  });

  it('Occlusion refuses squares that leave pixels out', () => {
    const ctx = context(linearClassifier(localWeights, -2));
    for (const options of [{ patch: 40 }, { patch: 0 }, { patch: 4, stride: 5 }, { patch: 4, stride: 0 }]) {
      expect(() => methodById('occlusion').explain(ctx, squareImage(0.9), options)).toThrow(
        /do not cover|of Occlusion cannot be/,
      );
    }
  });

  it('RISE weights each mask with the score that it leaves', () => {
    const ctx = context(linearClassifier(localWeights, -2));
    const x = squareImage(0.9);
    const rise = (batch: tf.Tensor4D, samples: number, seed = 0): Float32Array =>
      methodById('rise').explain(ctx, batch, { samples, cells: 4, seed }).map.dataSync() as Float32Array;
    const map = rise(x, 300);
    const mean = (keep: (i: number) => boolean): number => {
      const kept = Array.from(map).filter((_, i) => keep(i));
      return kept.reduce((a, b) => a + b, 0) / kept.length;
    };
    // Where nothing matters the map is the mean score; inside, the score given that the pixel is kept.
    expect(mean(inside)).toBeGreaterThan(1.15 * mean(i => !inside(i)));
    expect(Math.max(...map)).toBeLessThanOrEqual(1.3);
    expect(rise(x, 20)).toEqual(rise(x, 20));
    expect(rise(x, 20, 1)).not.toEqual(rise(x, 20));
    // One after the other, or as a batch, with other chunks of copies: the same masks.
    const both = rise(tf.concat([x, squareImage(0.1)], 0), 20);
    rise(x, 20).forEach((value, i) => expect(both[i]).toBeCloseTo(value, 4));
  });

  it('RISE keeps half of the cells and shifts by less than one', () => {
    const draws = Array.from({ length: 400 }, (_, number) => drawMask(number, 7, 32, 0));
    const kept = draws.flatMap(draw => draw.kept);
    const share = kept.reduce((a, b) => a + b, 0) / kept.length;
    expect(Math.abs(share - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / kept.length)); // four standard errors
    for (const side of ['top', 'left'] as const) {
      const shifts = draws.map(draw => draw[side]);
      expect([Math.min(...shifts), Math.max(...shifts)]).toEqual([0, 31]);
    }
  });

  it('RISE of a classifier that looks nowhere is flat on average: score times the mean mask', () => {
    const ctx = context(linearClassifier(new Float32Array(size * size), 2));
    const { map: tensor } = methodById('rise').explain(ctx, squareImage(0.9), { samples: 400, cells: 4 });
    const map = tensor.dataSync() as Float32Array;
    const mean = map.reduce((a, b) => a + b, 0) / map.length;
    expect(mean).toBeGreaterThan(0.95 * score(2));
    expect(mean).toBeLessThan(1.05 * score(2));
  });

  it('BBMP leaves alone what does not matter', () => {
    const ctx = context(linearClassifier(new Float32Array(size * size), 2));
    const { map } = methodById('bbmp').explain(ctx, squareImage(0.9), { iterations: 3, cells: 8 });
    expect(Math.max(...map.dataSync())).toBe(0);
  });

  it('BBMP blurs the bright square that makes the decision, and little else', () => {
    const ctx = context(linearClassifier(localWeights, -4.9));
    const x = squareImage(0.9);
    const { map } = methodById('bbmp').explain(ctx, x, { iterations: 120, cells: 16 });
    const values = map.dataSync();
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThanOrEqual(1);
    expect(Math.max(...values)).toBeGreaterThan(0.3);
    // A blur reaches two pixels over the border.
    expect(massNear(values, 2)).toBeGreaterThan(0.4);
    expect(massNear(values, 2)).toBeGreaterThan(
      2.5 *
        massNear(
          values.map(() => 1),
          2,
        ),
    );
  });

  it('says why a method cannot run', () => {
    const { card, ...networks } = context(linearClassifier(localWeights, -2));
    const flat = {
      ...networks,
      card: { ...card, classifier: { ...card.classifier, featureLayer: undefined } },
    };
    const x = squareImage(0.9);
    const before = tf.memory().numTensors;
    const run = (id: string) => () => methodById(id).explain(flat, x);
    expect(run('perceptual-perturbation')).toThrow(/of "test-model" has no ReLU over places.*such as BBMP/);
    expect(run('gradcam')).toThrow(/of "test-model" has no activation with spatial extent/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('Perceptual Perturbation takes the decision away and stays near the image', () => {
    const ctx = context(residualClassifier());
    const x = randomImages(2);
    const before = evaluateModel(ctx.classifier, x).dataSync();
    const { map, adversarial } = methodById('perceptual-perturbation').explain(ctx, x, { iterations: 150 });
    const after = evaluateModel(ctx.classifier, adversarial!).dataSync();
    before.forEach((logit, n) => {
      const towards = logit > 0.5 ? logit - after[n] : after[n] - logit;
      expect(towards).toBeGreaterThan(0.002);
    });
    // Inside the perceptual ball: a random change of the same size moves the activations further.
    const activations = (images: tf.Tensor4D): tf.Tensor[] =>
      reluActivations(ctx.classifier).map(layer =>
        evaluate(layer, new Map([[ctx.classifier.inputs[0].id, images]])),
      );
    const originals = activations(x);
    const distance = (images: tf.Tensor4D): number =>
      activations(images).reduce(
        (sum, a, l) => sum + tf.sum(tf.squaredDifference(a, originals[l])).dataSync()[0],
        0,
      );
    const signs = tf.sign(tf.randomNormal(x.shape, 0, 1, 'float32', 7)) as tf.Tensor4D;
    const random = tf.add(x, tf.mul(signs, tf.abs(tf.sub(adversarial!, x)))) as tf.Tensor4D;
    expect(distance(adversarial!)).toBeLessThan(0.9 * distance(random));
    const change = map.dataSync();
    expect(Math.max(...change)).toBeLessThan(0.8);
    const expected = tf.abs(tf.sub(x, adversarial!)).dataSync();
    change.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 6));
  });

  it.each<[string, MethodOptions]>([
    ['bbmp', { iterations: 2, cells: 8 }],
    ['perceptual-perturbation', { iterations: 2 }],
    ['occlusion', { patch: 16 }],
    ['rise', { samples: 5, cells: 8 }],
  ])('%s leaves no tensor behind', (id, options) => {
    const ctx = context(residualClassifier());
    const x = randomImages(2);
    disposeExplanation(methodById(id).explain(ctx, x, options));
    const before = tf.memory().numTensors;
    disposeExplanation(methodById(id).explain(ctx, x, options));
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('upsampleMasks', () => {
  it('equals bilinear resizing with half-pixel centres', async () => {
    await prepareNodeBackend('cpu');
    const masks = tf.randomUniform<tf.Rank.R3>([2, 5, 5], 0, 1, 'float32', 3);
    const expected = tf.image.resizeBilinear(tf.expandDims(masks, 3) as tf.Tensor4D, [23, 23], false, true);
    const difference = tf.max(tf.abs(tf.sub(upsampleMasks(masks, 23), expected))).dataSync()[0];
    expect(difference).toBeLessThan(1e-6);
  });
});

describe('reluActivations', () => {
  it('finds the first ReLU of each block of a ResNet', async () => {
    await prepareNodeBackend('cpu');
    const { model } = buildResNet({ depth: 18, width: 4, size: 64, channels: 1, head: 'features', seed: 1 });
    const names = reluActivations(model).map(tensor => tensor.name.split('/')[0]);
    const blocks = [1, 2, 3, 4].flatMap(stage => [1, 2].map(block => `stage${stage}_block${block}`));
    expect(names).toHaveLength(blocks.length);
    names.forEach((name, k) => expect(name).toMatch(new RegExp(`^${blocks[k]}_in`)));
  });

  it.each(['all before it', 'the join before it'])(
    'finds the entry of each block of a DenseNet whose layers join %s',
    async kind => {
      await prepareNodeBackend('cpu');
      const names = reluActivations(denseClassifier(kind === 'all before it')).map(
        tensor => tensor.name.split('/')[0],
      );
      expect(names).toEqual(['block1_layer1_relu', 'block2_layer1_relu']);
    },
  );

  it('takes every ReLU of a network without blocks', async () => {
    await prepareNodeBackend('cpu');
    const convolution = (name: string, inputShape?: number[]): tf.layers.Layer =>
      tf.layers.conv2d({ name, filters: 2, kernelSize: 3, activation: 'relu', inputShape });
    const plain = tf.sequential({
      layers: [
        convolution('first', [16, 16, 1]),
        convolution('second'),
        tf.layers.flatten(),
        tf.layers.dense({ units: 1 }),
      ],
    });
    expect(reluActivations(plain).map(tensor => tensor.name.split('/')[0])).toEqual(['first', 'second']);
  });
});

/**
 * Two dense blocks of 24 layers, each two convolutions, a transition between them.
 *
 * @param flat whether a layer joins the outputs of all before it, as torchvision's do, or its own to the join before
 */
function denseClassifier(flat: boolean): tf.LayersModel {
  const input = tf.input({ shape: [16, 16, 1] });
  const apply = (layer: tf.layers.Layer, x: tf.SymbolicTensor | tf.SymbolicTensor[]): tf.SymbolicTensor =>
    layer.apply(x) as tf.SymbolicTensor;
  const step = (x: tf.SymbolicTensor, name: string, filters: number): tf.SymbolicTensor =>
    apply(
      tf.layers.conv2d({ filters, kernelSize: 1 }),
      apply(tf.layers.activation({ name: `${name}_relu`, activation: 'relu' }), x),
    );
  let x = apply(tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same' }), input);
  for (const block of [1, 2]) {
    const parts = [x];
    for (let layer = 1; layer <= 24; layer++) {
      const own = step(step(x, `block${block}_layer${layer}`, 8), `block${block}_layer${layer}_second`, 2);
      x = apply(tf.layers.concatenate(), flat ? [...parts, own] : [x, own]);
      parts.push(own);
    }
    if (block === 1) x = step(x, 'transition', 4);
  }
  return tf.model({
    inputs: input,
    outputs: apply(tf.layers.dense({ units: 1 }), apply(tf.layers.globalAveragePooling2d({}), x)),
  });
}
