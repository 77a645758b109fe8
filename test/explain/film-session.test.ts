import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { withFilm, type FilmSettings } from '../../src/explain';
import { prepareImage } from '../../src/models/preparation';
import { context, explainInput, linearClassifier, scalingNaive, scalingPair, size } from './fixtures';

const pixels = size * size;

describe('one film on the device', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  // logit = 2 · mean(x); x ramps from 0 to 1, so mean(x) = 0.5, logit 1, score sigmoid(2·1 − 1) = 0.731.
  const classifier = (): tf.LayersModel => linearClassifier(new Float32Array(pixels).fill(2 / pixels), 0);
  const ramp = Float32Array.from({ length: pixels }, (_, i) => 100 + i);
  const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));

  it('gives score, decision, hold, flip and the images', async () => {
    const ctx = context(classifier(), { single2: scalingPair(0.9, 0.4) });
    const prepared = prepareImage(
      { values: ramp, rows: size, columns: size, photometric: 'MONOCHROME2' },
      ctx.card.input,
    );
    const result = await explainInput(ctx, prepared, { methodId: 'similar-adversarial' });
    expect(result.decision).toMatchObject({ kind: 'operating-point', operatingPoint: 0.5, decided: 1 });
    expect(result.decision.logit).toBeCloseTo(1, 5);
    expect(result.decision.score).toBeCloseTo(sigmoid(1), 5);
    expect(result.decisionSimilar?.score).toBeCloseTo(sigmoid(2 * 0.9 - 1), 5);
    expect(result.decisionAdversarial?.score).toBeCloseTo(sigmoid(2 * 0.4 - 1), 5);
    expect(result.hold).toBe(true);
    expect(result.flip).toBe(true);
    expect(result.map[pixels - 1]).toBeCloseTo(0.5, 5);
    expect(result.similar![pixels - 1]).toBeCloseTo(0.9, 5);
  });

  it('says so when x_a does not flip, and leaves out what the method does not make', async () => {
    const ctx = context(classifier(), { single2: scalingPair(0.9, 0.8), naive: scalingNaive(0.8) });
    const prepared = prepareImage(
      { values: ramp, rows: size, columns: size, photometric: 'MONOCHROME2' },
      ctx.card.input,
    );
    expect((await explainInput(ctx, prepared, { methodId: 'similar-adversarial' })).flip).toBe(false);
    const naive = await explainInput(ctx, prepared, { methodId: 'naive' });
    expect(naive.flip).toBe(false);
    expect('hold' in naive).toBe(false);
    const gradient = await explainInput(ctx, prepared, { methodId: 'gradient' });
    expect('flip' in gradient).toBe(false);
    expect(gradient.adversarial).toBeUndefined();
  });

  it('an averaged map says how far it would come out again; a single pass does not', async () => {
    const ctx = context(classifier(), { single2: scalingPair(0.9, 0.4) });
    const film = { values: ramp, rows: size, columns: size, photometric: 'MONOCHROME2' as const };
    const prepared = prepareImage(film, ctx.card.input);
    const settings = { methodId: 'similar-adversarial', augment: 6, seed: 3 };
    const { spread, halfCorrelation } = await explainInput(ctx, prepared, settings);
    // x_s − x_a = 0.5 · x, whatever the transform: both halves rank the pixels alike, but for resampling.
    expect(halfCorrelation).toBeGreaterThan(0.98);
    expect(spread).toHaveLength(pixels);
    const single = await explainInput(ctx, prepared, { ...settings, augment: 0 });
    expect('spread' in single || 'halfCorrelation' in single).toBe(false);
    const one = await explainInput(ctx, prepared, { ...settings, augment: 1 });
    expect('halfCorrelation' in one).toBe(false);
  });

  it('a map that is averaged elsewhere: what is shown beside it is the same, made meanwhile or afterwards', async () => {
    const ctx = context(classifier(), { single2: scalingPair(0.9, 0.4) });
    const film = { values: ramp, rows: size, columns: size, photometric: 'MONOCHROME2' as const };
    const prepared = prepareImage(film, ctx.card.input);
    const averaged = {
      map: new Float32Array(pixels).fill(0.25),
      spread: new Float32Array(pixels),
      halves: new Float32Array(2 * pixels).fill(0.25),
    };
    const settings = { methodId: 'similar-adversarial', augment: 6 };
    const explained = (average: FilmSettings['average']) =>
      explainInput(ctx, prepared, { ...settings, average });
    const tensors = tf.memory().numTensors;
    const meanwhile = await explained(async (_input, rest) => (await rest(), averaged));
    const afterwards = await explained(async () => averaged);
    expect(tf.memory().numTensors).toBe(tensors);
    const { similar, adversarial, decisionAdversarial, hold, flip } = await explainInput(
      ctx,
      prepared,
      settings,
    );
    for (const made of [meanwhile, afterwards]) {
      expect(made).toMatchObject({ similar, adversarial, decisionAdversarial, hold, flip });
      expect(made.map[pixels - 1]).toBe(0.25);
    }
    const alone = { ...settings, withGenerated: false, average: async () => averaged };
    expect((await explainInput(ctx, prepared, alone)).similar).toBeUndefined();
  });

  it('an x_s that is x keeps the decision by itself: no finding above 60 dB, and one below', async () => {
    // Scaling a ramp from 0 to 1 by s: MSE = (1 − s)² · mean(x²) ≈ (1 − s)² / 3.
    const explained = (similar: number) => {
      const ctx = context(classifier(), { single2: scalingPair(similar, 0.4) });
      const prepared = prepareImage(
        { values: ramp, rows: size, columns: size, photometric: 'MONOCHROME2' },
        ctx.card.input,
      );
      return explainInput(ctx, prepared, { methodId: 'similar-adversarial' });
    };
    const same = await explained(0.999); // 64.8 dB
    expect(same.similarIsOriginal).toBe(true);
    expect('hold' in same).toBe(false);
    expect(same.flip).toBe(true);
    const near = await explained(0.997); // 55.2 dB
    expect(near.hold).toBe(true);
    expect('similarIsOriginal' in near).toBe(false);
  });

  it('keeps padding out of the map', async () => {
    const ctx = context(classifier(), { single2: scalingPair(1, 0.5) });
    // A corner: whole lines of padding are cropped off before.
    const inCorner = (i: number): boolean => (i % size) + Math.floor(i / size) < 6;
    const valid = Uint8Array.from({ length: pixels }, (_, i) => (inCorner(i) ? 0 : 1));
    const prepared = prepareImage(
      { values: ramp, rows: size, columns: size, photometric: 'MONOCHROME2', valid },
      ctx.card.input,
    );
    const { map } = await explainInput(ctx, prepared, {
      methodId: 'similar-adversarial',
      augment: 3,
      seed: 1,
    });
    const padding = map.filter((_, i) => inCorner(i));
    expect([...padding]).toEqual(Array.from(padding, () => 0));
    expect(Math.max(...map)).toBeGreaterThan(0.3);
  });

  it('leaves no tensor behind, also when it fails', async () => {
    const ctx = context(classifier(), { single2: scalingPair(0.9, Number.NaN) });
    const prepared = prepareImage(
      { values: ramp, rows: size, columns: size, photometric: 'MONOCHROME2' },
      ctx.card.input,
    );
    const before = tf.memory().numTensors;
    await expect(explainInput(ctx, prepared, { methodId: 'similar-adversarial' })).rejects.toThrow(
      /not finite/,
    );
    await expect(explainInput(ctx, prepared, { methodId: 'naive' })).rejects.toThrow(
      /needs a generator \(naive\)/,
    );
    await expect(explainInput(ctx, prepared, { methodId: 'none' })).rejects.toThrow(
      /There is no method "none"/,
    );
    await explainInput(ctx, prepared, { methodId: 'gradient' });
    await expect(
      explainInput(ctx, { ...prepared, input: new Float32Array(7) }, { methodId: 'gradient' }),
    ).rejects.toThrow(/prepared for 7 pixels/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('asks the classifier twice, for x and once for x_s and x_a together, and a generator once for all methods', async () => {
    const ctx = context(classifier(), { single2: scalingPair(0.9, 0.4) });
    const prepared = prepareImage(
      { values: ramp, rows: size, columns: size, photometric: 'MONOCHROME2' },
      ctx.card.input,
    );
    const asked = vi.spyOn(ctx.classifier, 'apply');
    const generated = vi.spyOn(ctx.generators.single2, 'apply');
    const batches = (): number[] => asked.mock.calls.map(([batch]) => (batch as tf.Tensor).shape[0]);
    await withFilm(ctx, prepared, async session => {
      const pair = await session.explain({ methodId: 'similar-adversarial' });
      expect(batches()).toEqual([1, 2]);
      const alone = await session.explain({ methodId: 'adversarial-alone' });
      const images = await session.generate('single2');
      expect(batches()).toEqual([1, 2, 1, 2]);
      expect(generated).toHaveBeenCalledTimes(1);
      expect(alone.adversarial).toEqual(pair.adversarial);
      expect(images).toMatchObject({
        similar: pair.similar,
        adversarial: pair.adversarial,
        hold: true,
        flip: true,
      });
      // Its time contains that of the generator, which had run before.
      const again = await session.explain({ methodId: 'similar-adversarial', withGenerated: false });
      expect(again.map).toEqual(pair.map);
      expect('adversarial' in again).toBe(false);
      // Augmented copies are other images: the generator sees each of them.
      await session.explain({ methodId: 'similar-adversarial', augment: 3, withGenerated: false });
    });
    const copies = generated.mock.calls.map(([batch]) => (batch as tf.Tensor).shape[0]);
    expect(copies.reduce((sum, count) => sum + count, 0)).toBe(1 + 3);
  });

  it('scores three-channel images as they are shown: the mean of their channels', async () => {
    const model = tf.sequential({
      layers: [tf.layers.flatten({ inputShape: [size, size, 3] }), tf.layers.dense({ units: 1 })],
    });
    // Only the first channel is read: unequal channels would score otherwise than the grey image.
    const first = Float32Array.from({ length: 3 * pixels }, (_, i) => (i % 3 === 0 ? 2 / pixels : 0));
    model.layers[1].setWeights([tf.tensor2d(first, [first.length, 1]), tf.zeros([1])]);
    const ctx = context(model, { single2: unequalPair() }, 3);
    const prepared = prepareImage(
      { values: ramp, rows: size, columns: size, photometric: 'MONOCHROME2' },
      ctx.card.input,
    );
    const { decisionAdversarial } = await explainInput(ctx, prepared, { methodId: 'similar-adversarial' });
    // Channels 0.1, 0.2, 0.3 of x: mean 0.2 · 0.5 = 0.1, logit 0.2.
    expect(decisionAdversarial?.logit).toBeCloseTo(0.2, 5);
  });
});

/** x_s = x, x_a = 0.1, 0.2 and 0.3 times x in the three channels. */
function unequalPair(): tf.LayersModel {
  const input = tf.input({ shape: [size, size, 3] });
  const outputs = [
    [1, 1, 1],
    [0.1, 0.2, 0.3],
  ].map(factors => {
    const layer = tf.layers.conv2d({ filters: 3, kernelSize: 1, useBias: false });
    const output = layer.apply(input) as tf.SymbolicTensor;
    layer.setWeights([tf.tidy(() => tf.diag(tf.tensor1d(factors)).reshape([1, 1, 3, 3]))]);
    return output;
  });
  return tf.model({ inputs: input, outputs });
}
