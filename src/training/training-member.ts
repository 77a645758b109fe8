import * as tf from '@tensorflow/tfjs';
import { readEach } from '../backends/heap-values';
import { assertHeapBelow, trainingHeapLimit } from '../backends/heap';
import { scaleWithKernels } from '../backends/kernels/flat';
import { hasKernels } from '../backends/kernels/module';
import { totalSteps } from './config';
import { FlatWeights } from './flat-weights';
import { applyAdamW, applyStatistics } from './optimiser';
import type { WorkerStart } from './protocol';
import { oneCycle } from './schedule';
import { waitForAll, type SharedState } from './shared-state';
import type { LossTerms, Panel, TrainingTask, ValidationRow } from './task';

const validationBatchSize = 8;

/** One of the workers that train a network together: each takes its share of every batch and its slice of the update. */
export class TrainingMember {
  private readonly weights: FlatWeights;
  private state?: SharedState;

  constructor(
    private readonly start: WorkerStart,
    private readonly task: TrainingTask,
    private readonly heapLimit = trainingHeapLimit,
  ) {
    this.weights = new FlatWeights(task.trained ?? task.network);
  }

  get sizes(): { parameters: number; statistics: number } {
    return { parameters: this.weights.parameterCount, statistics: this.weights.statisticCount };
  }

  /** Takes on the shared state; `initialise`: fills it with this network's initial weights first. */
  async join(state: SharedState, initialise: boolean): Promise<void> {
    this.state = state;
    if (initialise) {
      await this.weights.read(state.parameters, state.statistics);
      state.average.set(state.parameters);
      state.average.set(state.statistics, state.parameters.length);
    }
  }

  /**
   * Trains steps [from, to).
   *
   * @param order `learningRate` of all these steps; absent: the one-cycle schedule
   * @returns sums of the loss terms of this worker's shares
   */
  async run(
    { from, to, learningRate }: { from: number; to: number; learningRate?: number },
    onStep: (step: number, terms: LossTerms) => void,
  ): Promise<LossTerms> {
    const state = this.shared();
    const { schedule } = this.start.config;
    const sums: LossTerms = { loss: 0 };
    this.weights.write(state.parameters, state.statistics);
    for (let step = from; step < to; step++) {
      const rate = learningRate ?? oneCycle(step, totalSteps(schedule), schedule.learningRate);
      const terms = await this.step(state, step, rate);
      for (const [name, value] of Object.entries(terms)) sums[name] = (sums[name] ?? 0) + value;
      onStep(step, terms);
    }
    return sums;
  }

  /** Pictures of validation images with the averaged weights; none where the task makes none. */
  async panels(indexes: readonly number[]): Promise<Panel[]> {
    this.useAverage(this.shared().average);
    return (await this.task.panels?.(indexes)) ?? [];
  }

  async validate(indexes: readonly number[]): Promise<ValidationRow[]> {
    this.useAverage(this.shared().average);
    const rows: ValidationRow[] = [];
    for (let i = 0; i < indexes.length; i += validationBatchSize) {
      rows.push(...(await this.task.validate(indexes.slice(i, i + validationBatchSize))));
    }
    return rows;
  }

  /** The network with the given parameters and statistics. */
  withWeights(weights: Float32Array): tf.LayersModel {
    this.useAverage(weights);
    return this.task.network;
  }

  private useAverage(weights: Float32Array): void {
    const { parameterCount } = this.weights;
    this.weights.write(weights.subarray(0, parameterCount), weights.subarray(parameterCount));
  }

  private async step(state: SharedState, step: number, rate: number): Promise<LossTerms> {
    const { rank, workers, config } = this.start;
    const { schedule } = config;
    const terms = await this.contribute(state, step);
    waitForAll(state.barrier, workers);

    const { parameterCount } = this.weights;
    const slice = [rank, rank + 1].map(r => Math.floor((r * parameterCount) / workers)) as [number, number];
    applyAdamW(state, this.weights.ranges, slice, step, rate, schedule);
    if (rank === 0) applyStatistics(state, schedule.averageDecay);
    waitForAll(state.barrier, workers);

    this.weights.write(state.parameters, state.statistics);
    return terms;
  }

  /** Writes this worker's share of the batch gradient, and its statistics, into the shared state. */
  private async contribute(state: SharedState, step: number): Promise<LossTerms> {
    const { rank, workers, config } = this.start;
    const { batch, microBatch } = config.schedule;
    const contribution = state.contributions[rank];
    const [first, end] = [rank, rank + 1].map(r => Math.floor((r * batch) / workers));
    const sums: LossTerms = { loss: 0 };
    for (let slot = first; slot < end; slot += microBatch) {
      const count = Math.min(microBatch, end - slot);
      const positions = Array.from({ length: count }, (_, k) => step * batch + slot + k);
      const { terms, gradients } = await this.task.gradients(positions, step);
      // After every micro-batch: the heap only grows, and a full one can be found out too late.
      assertHeapBelow(this.heapLimit, count);
      await this.accumulate(contribution, gradients, count / batch, slot > first);
      for (const [name, value] of Object.entries(terms)) {
        sums[name] = (sums[name] ?? 0) + (value * count) / (end - first);
      }
      tf.dispose(gradients);
    }
    await this.weights.readStatistics(contribution.subarray(this.weights.parameterCount));
    return sums;
  }

  private async accumulate(
    contribution: Float32Array,
    gradients: readonly tf.Tensor[],
    share: number,
    add: boolean,
  ): Promise<void> {
    await readEach(gradients, (values, index) => {
      const { start, length } = this.weights.parameters[index];
      if (hasKernels()) scaleWithKernels(values, contribution, start, share, add);
      else
        for (let i = 0; i < length; i++) {
          contribution[start + i] = share * values[i] + (add ? contribution[start + i] : 0);
        }
    });
  }

  private shared(): SharedState {
    if (!this.state) throw new Error('This worker has not joined a training.');
    return this.state;
  }
}
