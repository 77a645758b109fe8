import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';
import { bundledFile } from '../../workers/bundled-file';
import type { NodeBackendName } from '../../backends/node';
import {
  coverOfTransforms,
  inputTensor,
  meanOfSums,
  methodById,
  sumOverTransforms,
  type ExplainContext,
  type TransformRange,
} from '../../explain';
import { finiteValues } from '../../models/finite';
import { duration, withPatience } from '../../workers/silence';
import type { AveragingSource } from './source';
import type { Averaging, AveragingAnswer, AveragingStart, AveragingTask } from './protocol';

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
    private readonly workers: readonly Worker[],
    private readonly patienceMs: number,
  ) {}

  /**
   * @param context the networks of `source`, for this thread's share
   * @param threads with this one, at least 1
   * @param patienceMs how long a thread may take for its share of a map before it is taken for hung
   * @throws Error with a worker's own message
   */
  static async start(
    context: ExplainContext,
    source: AveragingSource,
    backend: NodeBackendName,
    threads: number,
    patienceMs = usualPatienceMs,
  ): Promise<AveragingTeam> {
    const start: AveragingStart = { backend, source };
    const workers = Array.from(
      { length: threads - 1 },
      () => new Worker(bundledFile('averaging-worker.js'), { workerData: start }),
    );
    const team = new AveragingTeam(context, workers, patienceMs);
    try {
      await Promise.all(workers.map(worker => nextAnswer(worker, startPatienceMs)));
      return team;
    } catch (error) {
      await team.stop();
      throw error;
    }
  }

  /**
   * @param input size × size, in [0, 1]
   * @returns the averaged map, size × size
   */
  async average(averaging: Averaging, input: Float32Array): Promise<Float32Array> {
    const [own, ...others] = shares(averaging.augment.count, this.workers.length + 1);
    const answers = Promise.all(
      others.map((range, k) => {
        this.workers[k].postMessage({ ...averaging, range, input } satisfies AveragingTask);
        return nextAnswer(this.workers[k], this.patienceMs);
      }),
    );
    // Looked at below, when this thread's own share is done.
    answers.catch(() => undefined);
    const { context } = this;
    const options = { ...averaging.augment, ranges: context.card.augmentation };
    const x = inputTensor(context, input);
    const method = methodById(averaging.methodId);
    const sum = sumOverTransforms(method, context, x, options, own, averaging.method);
    let mean: tf.Tensor | undefined;
    try {
      // Asked for at once: on most backends the work is done when the values are.
      await sum.data();
      const { size } = context.card.input;
      const cover = await this.coverOf(averaging.augment, size);
      const parts = (await answers).flatMap(answer => (answer.type === 'sum' ? [answer.sum] : []));
      mean = tf.tidy(() => {
        const all = parts.reduce<tf.Tensor3D>(
          (total, part) => tf.add(total, tf.tensor(part, sum.shape)),
          sum,
        );
        return meanOfSums(all, tf.tensor2d(cover, [size, size]));
      });
      return await finiteValues(mean, `The averaged map of ${method.title}`);
    } finally {
      tf.dispose([x, sum, ...(mean ? [mean] : [])]);
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
    await Promise.all(this.workers.map(worker => worker.terminate()));
  }
}

/** Neighbouring ranges, as equal as they can be; empty ones are left out. */
function shares(count: number, threads: number): TransformRange[] {
  const bound = (k: number): number => Math.round((k * count) / threads);
  const ranges = Array.from({ length: threads }, (_, k) => ({ from: bound(k), to: bound(k + 1) }));
  return ranges.filter(({ from, to }) => to > from);
}

/** The next message of a worker. @throws Error with its own message when it failed or ended */
function nextAnswer(worker: Worker, patienceMs: number): Promise<AveragingAnswer> {
  const answer = new Promise<AveragingAnswer>((resolve, reject) => {
    const settle = (action: () => void): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      action();
    };
    const onMessage = (answer: AveragingAnswer): void =>
      settle(() => (answer.type === 'failed' ? reject(new Error(answer.message)) : resolve(answer)));
    const onError = (error: Error): void => settle(() => reject(error));
    const onExit = (code: number): void =>
      settle(() => reject(new Error(`An averaging worker ended unexpectedly (exit code ${code}).`)));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
  const late = (): Error =>
    new Error(
      `An averaging worker has not answered for ${duration(patienceMs)}. Run it again, with fewer --workers.`,
    );
  return withPatience(answer, patienceMs, late);
}
