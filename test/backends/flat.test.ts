import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readEach } from '../../src/backends/heap-values';
import { adamWithKernels, scaleWithKernels, type AdamNumbers } from '../../src/backends/kernels/flat';
import { prepareNodeBackend } from '../../src/backends/node';
import { seededTensor } from './helpers';

/** More than a block, and no multiple of four. */
const length = 20_003;

function shared(seed: number, count = length): Float32Array {
  const values = new Float32Array(new SharedArrayBuffer(4 * count));
  values.set(seededTensor([count], seed).dataSync<'float32'>());
  return values;
}

describe('flat vectors on wasm', () => {
  beforeAll(() => prepareNodeBackend('wasm'));

  it.each([0, 1, 2])('are scaled into their place and added to it, from %i on', async start => {
    const source = seededTensor([length], 1);
    const values = source.dataSync<'float32'>().slice();
    const target = shared(2, length + 8);
    const before = target.slice();
    await readEach([source], view => scaleWithKernels(view, target, start, 0.3, false));
    await readEach([source], view => scaleWithKernels(view, target, start, 0.2, true));
    const outside = (all: Float32Array): number[] => [...all.slice(0, start), ...all.slice(start + length)];
    expect(outside(target)).toEqual(outside(before));
    const worst = values.reduce((most, v, i) => Math.max(most, Math.abs(target[start + i] - v / 2)), 0);
    expect(worst).toBeLessThan(1e-6);
    source.dispose();
  });

  it('take a step of AdamW as in double precision', () => {
    const numbers: AdamNumbers = {
      beta1: 0.9,
      beta2: 0.999,
      rate: 1e-2,
      correction2: 0.3,
      epsilon: 1e-8,
      decay: 1e-5,
      keep: 0.99,
    };
    const state = { parameters: shared(1), moment1: shared(2), moment2: shared(3), average: shared(4) };
    for (const [i, v] of state.moment2.entries()) state.moment2[i] = Math.abs(v);
    const rows = [shared(5), shared(6), shared(7)];
    const [from, to] = [3, length - 2];
    const old = Object.fromEntries(Object.entries(state).map(([name, all]) => [name, all.slice()]));
    const untouched = tf.memory().numTensors;
    adamWithKernels({ ...state, contributions: rows }, from, to, numbers);
    expect(tf.memory().numTensors).toBe(untouched);
    let worst = 0;
    for (let i = 0; i < length; i++) {
      const inside = i >= from && i < to;
      const gradient = rows.reduce((sum, row) => sum + row[i], 0);
      const m = inside ? 0.9 * old.moment1[i] + 0.1 * gradient : old.moment1[i];
      const v = inside ? 0.999 * old.moment2[i] + 0.001 * gradient ** 2 : old.moment2[i];
      const change = (1e-2 * m) / (Math.sqrt(v) / 0.3 + 1e-8) + 1e-5 * old.parameters[i];
      const parameter = inside ? old.parameters[i] - change : old.parameters[i];
      const average = inside ? 0.99 * old.average[i] + 0.01 * parameter : old.average[i];
      for (const [actual, expected] of [
        [state.moment1[i], m],
        [state.moment2[i], v],
        [state.parameters[i], parameter],
        [state.average[i], average],
      ]) {
        worst = Math.max(worst, Math.abs(actual - expected));
      }
    }
    expect(worst).toBeLessThan(2e-6);
  });
});
