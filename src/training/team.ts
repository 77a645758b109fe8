import { startThread } from '../workers/node';
import type { RemoteWorker } from '../workers/remote-worker';
import type { ExportedNetwork, TrainingCalls, WorkerStart } from './protocol';
import { createSharedState, type SharedState } from './shared-state';
import type { LossTerms, Panel, ValidationRow } from './task';

const words = {
  name: 'A training worker',
  advice:
    'Give the same command again to resume, with fewer --workers or another --backend if it happens again.',
};

/** How long a worker may be silent, milliseconds: at other work than steps, and between two steps. */
const usual = { patienceMs: 2 * 3_600_000 };
const stepPatienceMs = 3_600_000;

type TrainingWorker = RemoteWorker<TrainingCalls>;

/** Workers that train one network together. */
export class TrainingTeam {
  private constructor(
    private readonly workers: readonly TrainingWorker[],
    readonly state: SharedState,
    readonly validationCount: number,
  ) {}

  /**
   * Starts the workers and fills the shared state with the network's initial weights.
   *
   * @throws RemoteError with the worker's own message when one cannot start
   */
  static async start(start: Omit<WorkerStart, 'rank'>): Promise<TrainingTeam> {
    const ranks = Array.from({ length: start.workers }, (_, rank) => rank);
    const starting = ranks.map(() => startThread<TrainingCalls>('training-worker.js', words));
    try {
      const workers = await Promise.all(starting);
      const sizes = await Promise.all(
        workers.map((worker, rank) => worker.call('start', { ...start, rank }, usual)),
      );
      const { parameters, statistics, validationCount } = sizes[0];
      const state = createSharedState(parameters, statistics, start.workers);
      for (const [rank, worker] of workers.entries()) {
        await worker.call('join', { state, initialise: rank === 0 }, usual);
      }
      return new TrainingTeam(workers, state, validationCount);
    } catch (error) {
      await Promise.allSettled(starting.map(async worker => (await worker).stop()));
      throw error;
    }
  }

  /**
   * Trains steps [from, to); reports the loss terms of the first worker's share.
   *
   * @param learningRate of all these steps; undefined: the one-cycle schedule
   * @returns mean loss terms over the steps and workers
   */
  async run(
    from: number,
    to: number,
    learningRate: number | undefined,
    onStep: (step: number, terms: LossTerms) => void,
  ): Promise<LossTerms> {
    const request = { from, to, learningRate };
    // The first tells of every step, for which it needs the others: where one hangs, it is silent.
    const first = {
      patienceMs: stepPatienceMs,
      onReport: ({ step, terms }: TrainingCalls['steps']['report']) => onStep(step, terms),
    };
    const sums = await this.orStop(
      Promise.all(this.workers.map((worker, rank) => worker.call('steps', request, rank === 0 ? first : {}))),
    );
    return meanTerms(sums, sums.length * (to - from));
  }

  /** Validates the averaged weights on all validation images, shared out among the workers. */
  async validate(): Promise<ValidationRow[]> {
    const indexes = Array.from({ length: this.validationCount }, (_, i) => i);
    const answers = this.workers.map((worker, rank) => {
      const share = indexes.filter(i => i % this.workers.length === rank);
      return worker.call('validate', { indexes: share }, usual);
    });
    const rows = (await this.orStop(Promise.all(answers))).flat();
    return rows.sort((a, b) => a[0] - b[0]);
  }

  /** Pictures of validation images with the averaged weights; none where the task makes none. */
  panels(indexes: readonly number[]): Promise<Panel[]> {
    return this.orStop(this.workers[0].call('panels', { indexes: [...indexes] }, usual));
  }

  /** The network with the given parameters and statistics, in the tfjs format. */
  export(weights: Float32Array): Promise<ExportedNetwork> {
    return this.orStop(this.workers[0].call('export', { weights }, usual));
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map(worker => worker.stop()));
  }

  /** When one worker fails the others wait at the barrier for it: end them all. */
  private async orStop<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }
}

function meanTerms(sums: readonly LossTerms[], count: number): LossTerms {
  const means: LossTerms = { loss: 0 };
  for (const terms of sums) {
    for (const [name, sum] of Object.entries(terms)) means[name] = (means[name] ?? 0) + sum / count;
  }
  return means;
}
