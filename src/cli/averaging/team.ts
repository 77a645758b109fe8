import * as tf from '@tensorflow/tfjs';
import type { NodeBackendName } from '../../backends/node';
import {
  averageOfSums,
  coverOfTransforms,
  inputTensor,
  methodById,
  sumOverTransforms,
  type AveragedMaps,
  type AveragedValues,
  type ExplainContext,
  type TransformRange,
} from '../../explain';
import { finiteValues } from '../../models/finite';
import { startThread } from '../../workers/node';
import type { RemoteWorker } from '../../workers/remote-worker';
import type { AveragingSource } from './source';
import type { Averaging, AveragingCalls } from './protocol';

const words = { name: 'An averaging worker', advice: 'Run it again, with fewer --workers.' };

const startPatienceMs = 300_000;
const usualPatienceMs = 1_800_000;

/**
 * Averages maps over random transforms on several threads, this one among them: each takes its share of the transforms. The
 * sums are added in another order than on one thread, so maps differ by rounding.
 */
export class AveragingTeam {
  private cover?: { key: string; values: Float32Array };

  private constructor(
    private readonly context: ExplainContext,
    private readonly workers: readonly RemoteWorker<AveragingCalls>[],
    private readonly patienceMs: number,
  ) {}

  /**
   * @param context the networks of `source`, for this thread's share
   * @param threads with this one, at least 1
   * @param patienceMs how long a thread may take for its share of a map before it is taken for hung
   * @throws RemoteError with a worker's own message
   */
  static async start(
    context: ExplainContext,
    source: AveragingSource,
    backend: NodeBackendName,
    threads: number,
    patienceMs = usualPatienceMs,
  ): Promise<AveragingTeam> {
    const starting = Array.from({ length: threads - 1 }, () =>
      startThread<AveragingCalls>('averaging-worker.js', words),
    );
    try {
      const workers = await Promise.all(starting);
      const request = { backend, source };
      await Promise.all(
        workers.map(worker => worker.call('start', request, { patienceMs: startPatienceMs })),
      );
      return new AveragingTeam(context, workers, patienceMs);
    } catch (error) {
      await Promise.allSettled(starting.map(async worker => (await worker).stop()));
      throw error;
    }
  }

  /**
   * @param input size × size, in [0, 1]
   */
  async average(averaging: Averaging, input: Float32Array): Promise<AveragedValues> {
    const [own, ...others] = shares(averaging.augment.count, this.workers.length + 1);
    const answers = Promise.all(
      others.map((range, k) => {
        const { patienceMs } = this;
        return this.workers[k].call('sum', { ...averaging, range, input }, { patienceMs });
      }),
    );
    // Looked at below, when this thread's own share is done.
    answers.catch(() => undefined);
    const { context } = this;
    const options = { ...averaging.augment, ranges: context.card.augmentation };
    const x = inputTensor(context, input);
    const method = methodById(averaging.methodId);
    const sums = sumOverTransforms(method, context, x, options, own, averaging.method);
    let averaged: AveragedMaps | undefined;
    try {
      // Asked for at once: on most backends the work is done when the values are.
      await sums.data();
      const { size } = context.card.input;
      const cover = await this.coverOf(averaging.augment, size);
      const parts = await answers;
      averaged = tf.tidy(() => {
        const all = parts.reduce<tf.Tensor4D>(
          (total, part) => tf.add(total, tf.tensor(part, sums.shape)),
          sums,
        );
        return averageOfSums(all, tf.tensor3d(cover, [2, size, size]));
      });
      const what = `The averaged map of ${method.title}`;
      return {
        map: await finiteValues(averaged.map, what),
        spread: await finiteValues(averaged.spread, what),
        halves: await finiteValues(averaged.halves, what),
        ...(method.map.isSigned && { signed: await finiteValues(averaged.signed, what) }),
      };
    } finally {
      tf.dispose([x, sums]);
      if (averaged) tf.dispose({ ...averaged });
    }
  }

  /** The same for every image of one seed, so it is kept. */
  private async coverOf(augment: Averaging['augment'], size: number): Promise<Float32Array> {
    const key = `${augment.count}/${augment.seed}`;
    if (this.cover?.key !== key) {
      const options = { ...augment, ranges: this.context.card.augmentation };
      const tensor = coverOfTransforms(options, size);
      this.cover = { key, values: (await tensor.data()) as Float32Array };
      tensor.dispose();
    }
    return this.cover.values;
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map(worker => worker.stop()));
  }
}

/** Neighbouring ranges, as equal as they can be; empty ones are left out. */
function shares(count: number, threads: number): TransformRange[] {
  const bound = (k: number): number => Math.round((k * count) / threads);
  const ranges = Array.from({ length: threads }, (_, k) => ({ from: bound(k), to: bound(k + 1) }));
  return ranges.filter(({ from, to }) => to > from);
}
