import { adamWithKernels, type AdamNumbers, type AdamVectors } from '../backends/kernels/flat';
import { hasKernels } from '../backends/kernels/module';
import type { SharedState } from './shared-state';
import type { AdamChanges } from './task';

export interface OptimiserOptions {
  /** Decoupled weight decay (AdamW, Loshchilov & Hutter 2019), for kernels alone. 0 gives plain Adam. */
  weightDecay: number;
  /** Factor of the moving average of the weights, a step. */
  averageDecay: number;
}

/** Where one weight lies in the flat parameters. */
export interface ParameterRange {
  start: number;
  end: number;
  /** Whether weight decay applies: kernels yes, biases and batch norm no. */
  decays: boolean;
  /** Absent: the common settings. */
  adam?: AdamChanges;
}

const commonAdam: AdamChanges = { rateFactor: 1, beta1: 0.9 };
const beta2 = 0.999;
const epsilon = 1e-8;

/**
 * One AdamW step and one step of the weight average on a worker's slice of the shared state. Contributions are summed in
 * the order of the workers, so the result does not depend on which one is faster.
 *
 * @param slice [from, to) of the parameters
 * @param step 0-based
 */
export function applyAdamW(
  state: SharedState,
  ranges: readonly ParameterRange[],
  slice: readonly [number, number],
  step: number,
  learningRate: number,
  options: OptimiserOptions,
): void {
  const apply = hasKernels() ? adamWithKernels : adamInPlace;
  for (const range of ranges) {
    const { rateFactor, beta1 } = range.adam ?? commonAdam;
    apply(state, Math.max(range.start, slice[0]), Math.min(range.end, slice[1]), {
      beta1,
      beta2,
      rate: (learningRate * rateFactor) / (1 - beta1 ** (step + 1)),
      correction2: Math.sqrt(1 - beta2 ** (step + 1)),
      epsilon,
      decay: range.decays ? learningRate * rateFactor * options.weightDecay : 0,
      keep: options.averageDecay,
    });
  }
}

/** What {@link adamWithKernels} does, without them. */
function adamInPlace(
  { parameters, moment1, moment2, average, contributions }: AdamVectors,
  from: number,
  to: number,
  { beta1, rate, correction2, decay, keep }: AdamNumbers,
): void {
  for (let i = from; i < to; i++) {
    let gradient = 0;
    for (const row of contributions) gradient += row[i];
    const m = beta1 * moment1[i] + (1 - beta1) * gradient;
    const v = beta2 * moment2[i] + (1 - beta2) * gradient * gradient;
    moment1[i] = m;
    moment2[i] = v;
    const value = parameters[i] * (1 - decay) - (rate * m) / (Math.sqrt(v) / correction2 + epsilon);
    parameters[i] = value;
    average[i] = keep * average[i] + (1 - keep) * value;
  }
}

/** Averages the workers' batch norm statistics and steps their moving average. */
export function applyStatistics(state: SharedState, averageDecay: number): void {
  const { statistics, average, contributions, parameters } = state;
  const offset = parameters.length;
  for (let i = 0; i < statistics.length; i++) {
    let sum = 0;
    for (const contribution of contributions) sum += contribution[offset + i];
    statistics[i] = sum / contributions.length;
    average[offset + i] = averageDecay * average[offset + i] + (1 - averageDecay) * statistics[i];
  }
}
