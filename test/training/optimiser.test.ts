import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { applyAdamW, applyStatistics, type ParameterRange } from '../../src/training/optimiser';
import { annealed, oneCycle } from '../../src/training/schedule';
import { createSharedState, waitForAll } from '../../src/training/shared-state';

/*
 * Reference (python3, torch 1.13, float64): torch.optim.AdamW([p], lr=0.01 / (k + 1) at step k, weight_decay=wd) from
 * p = [1, -0.5, 2, 0.25], six steps of gradient [0.1 (k + 1), -0.2, 0.5 (-1)^k, 0]; average = 0.9 average + 0.1 p.
 */
const reference = {
  decayed: {
    parameters: [0.9748045559623782, -0.47489905833108453, 1.9865129206669643, 0.24969389094032501],
    average: [0.9906070267985946, -0.490671936857233, 1.994096187611243, 0.2498862431268562],
  },
  plain: {
    parameters: [0.9760178664202495, -0.475500001225, 1.9889543151029527, 0.25],
    average: [0.9910589965940124, -0.490896360455182, 1.9950039968822564, 0.25],
  },
};

function sixSteps(
  ranges: ParameterRange[],
  weightDecay: number,
  slices: [number, number][],
): ReturnType<typeof createSharedState> {
  const state = createSharedState(4, 0, 2);
  state.parameters.set([1, -0.5, 2, 0.25]);
  state.average.set(state.parameters);
  for (let k = 0; k < 6; k++) {
    const gradient = [0.1 * (k + 1), -0.2, (-1) ** k * 0.5, 0];
    state.contributions[0].set(gradient.map(g => 0.25 * g + 1));
    state.contributions[1].set(gradient.map(g => 0.75 * g - 1));
    for (const slice of slices)
      applyAdamW(state, ranges, slice, k, 0.01 / (k + 1), { weightDecay, averageDecay: 0.9 });
  }
  return state;
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  expected.forEach((value, i) => expect(actual[i], `parameter ${i}`).toBeCloseTo(value, 5));
}

describe.each(['cpu', 'wasm'] as const)('applyAdamW on %s', backend => {
  beforeAll(() => prepareNodeBackend(backend));

  const kernel = [{ start: 0, end: 4, decays: true }];

  it('follows PyTorch’s AdamW, gradients summed over the workers', () => {
    const state = sixSteps(kernel, 0.05, [[0, 4]]);
    expectClose(state.parameters, reference.decayed.parameters);
    expectClose(state.average, reference.decayed.average);
  });

  it('is Adam without weight decay', () => {
    expectClose(sixSteps(kernel, 0, [[0, 4]]).parameters, reference.plain.parameters);
  });

  it('decays kernels alone', () => {
    const ranges = [
      { start: 0, end: 2, decays: true },
      { start: 2, end: 4, decays: false },
    ];
    const { parameters, average } = sixSteps(ranges, 0.05, [[0, 4]]);
    const mixed = (key: 'parameters' | 'average'): number[] => [
      ...reference.decayed[key].slice(0, 2),
      ...reference.plain[key].slice(2),
    ];
    expectClose(parameters, mixed('parameters'));
    expectClose(average, mixed('average'));
  });

  it('gives the same bits whatever slices the workers take, across the ranges', () => {
    const ranges = [
      { start: 0, end: 1, decays: true },
      { start: 1, end: 4, decays: false },
    ];
    const whole = sixSteps(ranges, 0.05, [[0, 4]]);
    const parts = sixSteps(ranges, 0.05, [
      [2, 4],
      [0, 2],
    ]);
    expect(parts.parameters).toEqual(whole.parameters);
    expect(parts.moment2).toEqual(whole.moment2);
  });

  it('touches nothing outside its slice', () => {
    const state = sixSteps(kernel, 0.05, [[1, 2]]);
    expect([...state.parameters].map(v => Math.fround(v) === v)).toEqual([true, true, true, true]);
    expect([state.parameters[0], state.parameters[2], state.parameters[3]]).toEqual([1, 2, 0.25]);
    expect(state.parameters[1]).not.toBe(-0.5);
  });
});

describe('applyStatistics', () => {
  it('averages the workers’ statistics and steps their moving average', () => {
    const state = createSharedState(1, 2, 2);
    state.contributions[0].set([99, 1, 4]);
    state.contributions[1].set([99, 3, 8]);
    state.average.set([5, 0, 6]);
    applyStatistics(state, 0.9);
    expect([...state.statistics]).toEqual([2, 6]);
    expect(state.average[0]).toBe(5);
    expect(state.average[1]).toBeCloseTo(0.2, 6);
    expect(state.average[2]).toBeCloseTo(6, 6);
  });
});

describe('waitForAll', () => {
  it('does not wait for others when there are none', () => {
    const { barrier } = createSharedState(1, 1, 1);
    waitForAll(barrier, 1);
    waitForAll(barrier, 1);
    expect([...barrier]).toEqual([0, 2]);
  });
});

describe('oneCycle', () => {
  // torch.optim.lr_scheduler.OneCycleLR(max_lr=0.01, total_steps=n, pct_start=(peak + 1) / n): step `peak` has the maximum,
  // here step 0.3·n (PyTorch's own 30 % has it one step earlier).
  it.each([
    [
      20,
      {
        0: 0.0004,
        1: 0.001043078,
        3: 0.0052,
        5: 0.009356922,
        6: 0.01,
        7: 0.00985471,
        10: 0.007840332,
        15: 0.002159708,
        18: 0.0001453303,
        19: 4e-8,
      },
    ],
    [
      50,
      {
        0: 0.0004,
        7: 0.004698263,
        14: 0.009895108,
        15: 0.01,
        16: 0.009978671,
        30: 0.005918764,
        48: 2.136903e-5,
        49: 4e-8,
      },
    ],
  ])('follows PyTorch’s OneCycleLR over %i steps', (steps, expected) => {
    for (const [step, rate] of Object.entries(expected)) {
      expect(oneCycle(Number(step), steps, 0.01), `step ${step}`).toBeCloseTo(rate, 7);
    }
  });

  it('is positive and finite for the shortest trainings', () => {
    for (const steps of [1, 2, 3]) {
      for (let step = 0; step < steps; step++) {
        const rate = oneCycle(step, steps, 0.01);
        expect(rate).toBeGreaterThan(0);
        expect(rate).toBeLessThanOrEqual(0.01);
      }
    }
  });
});

describe('annealed', () => {
  it('goes geometrically from start to end', () => {
    // 1 → 0.01 over five steps: each divides by √10.
    const weights = [0, 1, 2, 3, 4].map(step => annealed(step, 5, 1, 0.01));
    [1, 0.31622777, 0.1, 0.031622777, 0.01].forEach((v, i) => expect(weights[i]).toBeCloseTo(v, 8));
    expect(annealed(0, 1, 0.3, 0.1)).toBe(0.3);
    expect(annealed(7, 20, 0.5, 0.5)).toBe(0.5);
  });
});
