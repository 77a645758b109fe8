import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { explainImage } from '../../src/explain';
import { prepareImage } from '../../src/models/preparation';
import { context, linearClassifier, scalingNaive, scalingPair, size } from './fixtures';

const pixels = size * size;

describe('explainImage', () => {
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
    const result = await explainImage(ctx, prepared, { methodId: 'similar-adversarial' });
    expect(result.logit).toBeCloseTo(1, 5);
    expect(result.score).toBeCloseTo(sigmoid(1), 5);
    expect(result.decision).toBe(1);
    expect(result.scoreSimilar).toBeCloseTo(sigmoid(2 * 0.9 - 1), 5);
    expect(result.scoreAdversarial).toBeCloseTo(sigmoid(2 * 0.4 - 1), 5);
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
    expect((await explainImage(ctx, prepared, { methodId: 'similar-adversarial' })).flip).toBe(false);
    const naive = await explainImage(ctx, prepared, { methodId: 'naive' });
    expect(naive.flip).toBe(false);
    expect('hold' in naive).toBe(false);
    const gradient = await explainImage(ctx, prepared, { methodId: 'gradient' });
    expect('flip' in gradient).toBe(false);
    expect(gradient.adversarial).toBeUndefined();
  });

  it('an x_s that is x keeps the decision by itself: no finding above 60 dB, and one below', async () => {
    // Scaling a ramp from 0 to 1 by s: MSE = (1 − s)² · mean(x²) ≈ (1 − s)² / 3.
    const explained = (similar: number) => {
      const ctx = context(classifier(), { single2: scalingPair(similar, 0.4) });
      const prepared = prepareImage(
        { values: ramp, rows: size, columns: size, photometric: 'MONOCHROME2' },
        ctx.card.input,
      );
      return explainImage(ctx, prepared, { methodId: 'similar-adversarial' });
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
    const augment = { count: 3, seed: 1 };
    const { map } = await explainImage(ctx, prepared, { methodId: 'similar-adversarial', augment });
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
    await expect(explainImage(ctx, prepared, { methodId: 'similar-adversarial' })).rejects.toThrow(
      /not finite/,
    );
    await expect(explainImage(ctx, prepared, { methodId: 'naive' })).rejects.toThrow(
      /needs a generator \(naive\)/,
    );
    await expect(explainImage(ctx, prepared, { methodId: 'none' })).rejects.toThrow(
      /There is no method "none"/,
    );
    await explainImage(ctx, prepared, { methodId: 'gradient' });
    await expect(
      explainImage(ctx, { ...prepared, input: new Float32Array(7) }, { methodId: 'gradient' }),
    ).rejects.toThrow(/prepared for 7 pixels/);
    expect(tf.memory().numTensors).toBe(before);
  });
});
