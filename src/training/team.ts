import { Worker } from 'node:worker_threads';
import { bundledFile } from '../workers/bundled-file';
import { duration, SilenceWatch } from '../workers/silence';
import type { Answer, ExportedNetwork, Order, WorkerStart } from './protocol';
import { createSharedState, type SharedState } from './shared-state';
import type { LossTerms, Panel, ValidationRow } from './task';

/** Workers that train one network together. */
export class TrainingTeam {
  private constructor(
    private readonly workers: Worker[],
    readonly state: SharedState,
    readonly validationCount: number,
  ) {}

  /**
   * Starts the workers and fills the shared state with the network's initial weights.
   *
   * @throws Error with the worker's own message when one cannot start
   */
  static async start(start: Omit<WorkerStart, 'rank'>): Promise<TrainingTeam> {
    const workers = Array.from(
      { length: start.workers },
      (_, rank) =>
        new Worker(bundledFile('training-worker.js'), {
          workerData: { ...start, rank } satisfies WorkerStart,
        }),
    );
    try {
      const ready = await Promise.all(workers.map(worker => expectAnswer(worker, 'ready')));
      const { parameters, statistics, validationCount } = ready[0];
      const state = createSharedState(parameters, statistics, start.workers);
      for (const [rank, worker] of workers.entries()) {
        worker.postMessage({ type: 'state', state, initialise: rank === 0 } satisfies Order);
        await expectAnswer(worker, 'initialised');
      }
      return new TrainingTeam(workers, state, validationCount);
    } catch (error) {
      await Promise.all(workers.map(worker => worker.terminate()));
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
    const done = this.workers.map((worker, rank) =>
      expectAnswer(
        worker,
        'stepsDone',
        answer => {
          if (rank === 0 && answer.type === 'step') onStep(answer.step, answer.terms);
        },
        // The first tells of every step, for which it needs the others: where one hangs, it is silent.
        rank === 0 ? stepPatience : noLimit,
      ),
    );
    const order: Order = { type: 'steps', from, to, learningRate };
    this.workers.forEach(worker => worker.postMessage(order));
    const answers = await this.orStop(Promise.all(done));
    return meanTerms(
      answers.map(answer => answer.sums),
      answers.length * (to - from),
    );
  }

  /** Validates the averaged weights on all validation images, shared out among the workers. */
  async validate(): Promise<ValidationRow[]> {
    const shares = this.workers.map((_, rank) =>
      Array.from({ length: this.validationCount }, (__, i) => i).filter(
        i => i % this.workers.length === rank,
      ),
    );
    const answers = this.workers.map((worker, rank) => {
      worker.postMessage({ type: 'validate', indexes: shares[rank] } satisfies Order);
      return expectAnswer(worker, 'validated');
    });
    const rows = (await this.orStop(Promise.all(answers))).flatMap(answer => answer.rows);
    return rows.sort((a, b) => a[0] - b[0]);
  }

  /** Pictures of validation images with the averaged weights; none where the task makes none. */
  async panels(indexes: readonly number[]): Promise<Panel[]> {
    this.workers[0].postMessage({ type: 'panels', indexes: [...indexes] } satisfies Order);
    return (await this.orStop(expectAnswer(this.workers[0], 'panels'))).panels;
  }

  /** The network with the given parameters and statistics, in the tfjs format. */
  async export(weights: Float32Array): Promise<ExportedNetwork> {
    this.workers[0].postMessage({ type: 'export', weights } satisfies Order);
    return (await this.orStop(expectAnswer(this.workers[0], 'exported'))).network;
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map(worker => worker.terminate()));
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

/** How long a worker may be silent, milliseconds: at other work than steps, and between two steps. */
const usualPatience = 2 * 3_600_000;
const stepPatience = 3_600_000;
/** Nobody waits longer than a timer can. */
const noLimit = 2 ** 31 - 1;

type AnswerOf<T extends Answer['type']> = Extract<Answer, { type: T }>;

function expectAnswer<T extends Answer['type']>(
  worker: Worker,
  type: T,
  onOther: (answer: Answer) => void = () => {},
  patienceMs = usualPatience,
): Promise<AnswerOf<T>> {
  return new Promise((resolve, reject) => {
    const watch = new SilenceWatch(
      () => patienceMs,
      () =>
        settle(() =>
          reject(
            new Error(
              `A training worker has not answered for ${duration(patienceMs)}. Give the same command again to resume, with ` +
                'fewer --workers or another --backend if it happens again.',
            ),
          ),
        ),
    );
    const settle = (finish: () => void): void => {
      watch.stop();
      worker.off('message', onMessage);
      worker.off('error', onError);
      worker.off('exit', onExit);
      finish();
    };
    const onMessage = (answer: Answer): void => {
      if (answer.type === type) settle(() => resolve(answer as AnswerOf<T>));
      else if (answer.type === 'failed') settle(() => reject(new Error(answer.message)));
      else {
        watch.heard();
        onOther(answer);
      }
    };
    const onError = (error: Error): void => settle(() => reject(error));
    const onExit = (code: number): void =>
      settle(() => reject(new Error(`A training worker ended unexpectedly (exit code ${code}).`)));
    watch.heard();
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.on('exit', onExit);
  });
}
