import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { seededRandom } from '../../src/models/random';
import { clearingChanges, DistractedSource, foreignChange, streaks } from '../../src/training/distractors';
import { exampleCard } from '../models/card-fixture';
import { size, toySource } from './task-fixtures';

const side = size / 4;
const constant = (value: number): Float32Array => new Float32Array(side * side).fill(value);

describe('DistractedSource', () => {
  it('adds a change of another image to the pixels alone', () => {
    const source = new DistractedSource(toySource, 'a', 1, foreignChange([constant(0.1)]));
    const strengths = Array.from({ length: 20 }, (_, position) => {
      const [plain, drawn] = [toySource.draw(position), source.draw(position)];
      expect([drawn.label, drawn.truth]).toEqual([plain.label, plain.truth]);
      const added = Array.from(drawn.pixels, (value, i) => value - plain.pixels[i]);
      // One strength for the whole image, but where the sum is clipped at 1.
      const clipped = drawn.pixels.some(value => value === 1);
      if (!clipped) expect(Math.max(...added) - Math.min(...added)).toBeLessThan(1e-6);
      return Math.max(...added) / 0.1;
    });
    expect(Math.min(...strengths)).toBeGreaterThanOrEqual(0.2999);
    expect(Math.max(...strengths)).toBeLessThanOrEqual(1.3001);
    expect(new Set(strengths.map(s => s.toFixed(3))).size).toBeGreaterThan(10);
  });

  it('keeps a change where it was, or mirrors it, and stays inside [0, 1]', () => {
    const left = Float32Array.from({ length: side * side }, (_, i) => (i % side < side / 2 ? -5 : 0));
    const source = new DistractedSource(toySource, 'a', 1, foreignChange([left]));
    const sides = Array.from({ length: 20 }, (_, position) => {
      const { pixels } = source.draw(position);
      expect(pixels.every(value => value >= 0 && value <= 1)).toBe(true);
      const row = pixels.subarray(0, size);
      expect([row[1], row[size - 2]].filter(value => value === 0)).toHaveLength(1);
      return row[1] === 0 ? 'left' : 'right';
    });
    expect(new Set(sides)).toEqual(new Set(['left', 'right']));
  });

  it('leaves the other images, and all validation images, as they are', () => {
    const half = new DistractedSource(toySource, 'a', 0.5, foreignChange([constant(0.1)]));
    const changed = Array.from({ length: 200 }, (_, position) =>
      Number(half.draw(position).pixels[0] !== toySource.draw(position).pixels[0]),
    ).reduce((a, b) => a + b);
    expect(Math.abs(changed - 100)).toBeLessThan(4 * Math.sqrt(50));
    expect(half.draw(3)).toEqual(half.draw(3));
    expect(half.validation(0)).toEqual(toySource.validation(0));
  });
});

describe('streaks', () => {
  it('adds a few soft bars, long and narrow, darker or brighter', () => {
    const grey = new Float32Array(224 * 224).fill(0.5);
    const signs = new Set<number>();
    for (let k = 0; k < 20; k++) {
      const changed = streaks(grey, 224, seededRandom(`${k}`));
      expect(changed.every(value => value >= 0 && value <= 1)).toBe(true);
      const share = changed.filter(value => Math.abs(value - 0.5) > 0.02).length / grey.length;
      expect(share).toBeGreaterThan(0.001);
      expect(share).toBeLessThan(0.5);
      if (changed.some(value => value > 0.52)) signs.add(1);
      if (changed.some(value => value < 0.48)) signs.add(-1);
    }
    expect(signs.size).toBe(2);
    expect(grey.every(value => value === 0.5)).toBe(true);
  });
});

describe('clearingChanges', () => {
  it('is x_a − x_s of the images called positive, averaged over blocks of 4 × 4', async () => {
    await prepareNodeBackend('wasm');
    const input = tf.input({ shape: [size, size, 1] });
    const [kernel, mean] = [tf.tensor4d([0.5], [1, 1, 1, 1]), tf.layers.globalAveragePooling2d({})];
    const half = tf.layers.conv2d({ filters: 1, kernelSize: 1, useBias: false, weights: [kernel] });
    const generator = tf.model({ inputs: input, outputs: [input, half.apply(input) as tf.SymbolicTensor] });
    const classifier = tf.model({ inputs: input, outputs: mean.apply(input) as tf.SymbolicTensor });
    // A bright square makes the mean of a toy positive 0.378, that of a negative 0.35.
    const card = exampleCard({
      calibration: { method: 'platt', slope: 1000, intercept: -364, fittedOn: 'val', reliability: [] },
    });
    const changes = await clearingChanges({ card, classifier }, generator, toySource, 10);
    expect(changes).toHaveLength(10);
    changes.forEach((change, k) => {
      const { pixels, label } = toySource.draw(2 * k);
      expect(label).toBe(1);
      const block = [0, 1, 2, 3].flatMap(y => [4, 5, 6, 7].map(x => pixels[y * size + x]));
      expect(change[1]).toBeCloseTo(-0.5 * (block.reduce((a, b) => a + b) / 16), 5);
      expect(change).toHaveLength(side * side);
    });
    card.calibration!.intercept = -1000;
    expect(await clearingChanges({ card, classifier }, generator, toySource, 2)).toEqual([]);
  });
});
