import { setTimeout as pause } from 'node:timers/promises';
import type * as BullMq from 'bullmq';
import { HarmlessError, said, type HarmlessText } from '../io/harmless';
import { longestEnd, persist, QueueError, redisReason, requireRedis, retryStrategy, within } from './redis';

/** How processes share a queue. */
export interface QueueOptions {
  /** Redis, e.g. `redis://127.0.0.1:6379`. */
  url: string;
  /** After this long without a sign of life of its process, a job goes to another one; milliseconds. */
  leaseMs: number;
  /** Tries of a job that fails. */
  attempts: number;
  /** Jobs that one process has in hand at once, default one. */
  concurrency?: number;
  /** A Redis that does not answer for this long ends the run; milliseconds, default two minutes. */
  patienceMs?: number;
}

/** What the processes of a queue share out, and how this one does its part. */
export interface SharedWork<Job, Result> {
  /** Id of a job in Redis, the same in every process. BullMQ refuses whole numbers. */
  idOf(job: Job): string;
  /** What a job holds, where it is one: others may write into Redis, too. */
  read(data: unknown): Job | undefined;
  /** Said of a job that holds nothing of the kind. */
  unreadable: HarmlessText;
  /** Does it. @throws JobFailure, of which Redis keeps the message; whatever else is thrown must not be a library's message */
  run(job: Job): Promise<Result>;
  /** It is done, for the first time in this run. */
  onDone(job: Job, result: Result): void;
  /** After its last try here, or in another process; undefined where it is no job. */
  onFailed(job: Job | undefined, where: 'here' | 'elsewhere'): void;
  onEvent(event: QueueEvent): void;
}

/** What happens to the queue besides the work. */
type QueueEvent =
  /** A job of a process that fell silent was given to another one. */
  | { event: 'taken-over' }
  | { event: 'queue-error'; reason: HarmlessText }
  /** Redis had lost so many. */
  | { event: 'queued-again'; images: number };

/** A job cannot be done. */
export class JobFailure extends HarmlessError {
  override name = 'JobFailure';
  constructor(
    message: HarmlessText,
    readonly consequence: {
      /** Whether a further try, here or elsewhere, may help. */
      again: boolean;
      /** Why this process cannot go on; the jobs that wait are left to others, or to a later run. */
      endsRun?: Error;
    },
  ) {
    super(message);
  }
}

/**
 * Puts jobs into the queue, then takes jobs from it until every one that was put in here is done, in whosever hands. Delivery is
 * at least once: a job whose process falls silent is given to another, and one that Redis has lost is added again.
 *
 * @param name of the queue
 * @throws QueueError when Redis cannot be reached, is away when the signal comes, or loses what is added again and again, naming
 *   how many jobs are undone; what a {@link JobFailure} ends the run with
 */
export async function shareWork<Job, Result>(
  jobs: AsyncIterable<Job> | Iterable<Job>,
  work: SharedWork<Job, Result>,
  name: string,
  options: QueueOptions,
  { limit = Infinity, signal }: { limit?: number; signal?: AbortSignal } = {},
): Promise<void> {
  await requireRedis(options.url);
  const run = new QueueRun(await import('bullmq'), name, work, options, signal); // loads slowly
  try {
    await run.fill(jobs, limit);
    await run.untilDone();
  } catch (error) {
    await run.end();
    // Counted once the jobs in hand are finished.
    throw error instanceof RedisFailed ? run.failure(error.said) : error;
  }
  // What waits is left to other processes, or to a later run.
  await run.end();
}

/** Why a run cannot go on with Redis, without a full stop. */
class RedisFailed extends HarmlessError {
  override name = 'RedisFailed';
}

/** How long finished jobs stay in Redis, seconds: by them, other processes know what is done. */
const kept = 86_400;
/** Lost jobs are added again so often without one of them being done in between. */
const mostRounds = 5;

const unfinished = ['waiting', 'active', 'delayed', 'prioritized'] as const;

/** One process's part in working through a queue. */
class QueueRun<Job, Result> {
  private readonly begin = Date.now();
  private readonly queue: BullMq.Queue<Job>;
  private readonly worker: BullMq.Worker<Job>;
  private readonly patienceMs: number;
  /** Jobs that were put in here, by id. */
  private readonly found = new Map<string, Job>();
  /** Ids of jobs that are done or given up, here or by another process. */
  private readonly settled = new Set<string>();
  private fatal: Error | undefined;
  private lastError: { reason?: HarmlessText; at: number } = { at: 0 };
  private readonly inHand = new Set<Promise<void>>();
  /** Ids of jobs that this process has begun and of which Redis does not know yet how they ended. */
  private readonly unrecorded = new Set<string>();
  private isEnding = false;

  constructor(
    private readonly bullmq: typeof BullMq,
    name: string,
    private readonly work: SharedWork<Job, Result>,
    private readonly options: QueueOptions,
    private readonly signal?: AbortSignal,
  ) {
    const { url, leaseMs, attempts, concurrency = 1 } = options;
    this.patienceMs = options.patienceMs ?? 120_000;
    // A client that went on would keep the process alive.
    const again = (times: number): number | null => (this.isEnding ? null : retryStrategy(times));
    this.queue = new bullmq.Queue(name, { connection: { url, retryStrategy: again } });
    // Errors of the connection are told by the worker's; without a listener they would end the process.
    this.queue.on('error', () => undefined);
    const begin = (job: BullMq.Job<Job>): Promise<void> => {
      const done = this.run(job);
      const ended = done.catch(() => undefined).finally(() => this.inHand.delete(ended));
      this.inHand.add(ended);
      this.unrecorded.add(job.id!);
      return done;
    };
    this.worker = new bullmq.Worker<Job>(name, begin, {
      connection: { url, maxRetriesPerRequest: null, retryStrategy: again },
      concurrency,
      lockDuration: leaseMs,
      stalledInterval: Math.max(1000, leaseMs / 2),
      maxStalledCount: 5,
      runRetryDelay: 1000,
    });
    this.worker.on('completed', ({ id }) => this.unrecorded.delete(id!));
    this.worker.on('failed', (queued, error) => {
      if (queued) this.unrecorded.delete(queued.id!);
      const isLast = !queued || error instanceof bullmq.UnrecoverableError || queued.attemptsMade >= attempts;
      if (!isLast) return;
      const job = work.read(queued?.data);
      if (job !== undefined) this.settled.add(work.idOf(job));
      work.onFailed(job, 'here');
    });
    this.worker.on('stalled', () => work.onEvent({ event: 'taken-over' }));
    this.worker.on('error', error => this.tellError(redisReason(error)));
  }

  /** Told once while it lasts: the client tries to connect every other second. */
  private tellError(reason: HarmlessText): void {
    const isNews = reason !== this.lastError.reason || Date.now() - this.lastError.at > 60_000;
    if (!isNews) return;
    this.lastError = { reason, at: Date.now() };
    this.work.onEvent({ event: 'queue-error', reason });
  }

  private async run({ data }: BullMq.Job<Job>): Promise<void> {
    const job = this.work.read(data);
    // Made by no process of this program, it would fail each time.
    if (job === undefined) throw new this.bullmq.UnrecoverableError(this.work.unreadable);
    const id = this.work.idOf(job);
    try {
      const result = await this.work.run(job);
      // Done twice where Redis forgot the job meanwhile, it counts once.
      if (!this.settled.has(id)) this.work.onDone(job, result);
      this.settled.add(id);
    } catch (error) {
      if (!(error instanceof JobFailure)) throw error;
      const { again, endsRun } = error.consequence;
      if (endsRun) {
        this.fatal = endsRun;
        void this.worker.pause(true);
      }
      throw again ? error : new this.bullmq.UnrecoverableError(error.said);
    }
  }

  /** Queues the jobs as they are found. */
  async fill(jobs: AsyncIterable<Job> | Iterable<Job>, limit: number): Promise<void> {
    for await (const job of jobs) {
      if (this.signal?.aborted || this.found.size >= limit) return;
      this.found.set(this.work.idOf(job), job);
      await this.persist(() => this.add(job));
    }
  }

  private async add(job: Job): Promise<void> {
    const jobId = this.work.idOf(job);
    const earlier = await this.queue.getJob(jobId);
    if (earlier?.finishedOn) {
      // Finished since this run began, it is another process's of the same run; before that, an earlier run's.
      if (earlier.finishedOn > this.begin) return;
      await this.queue.remove(jobId);
    }
    const queue: BullMq.Queue = this.queue;
    await queue.add('explain', job, {
      // The same job waits once, however many processes have found it.
      jobId,
      attempts: this.options.attempts,
      backoff: { type: 'exponential', delay: 1000 },
      removeOnComplete: { age: kept },
      removeOnFail: { age: kept },
    });
  }

  /**
   * Waits until every job that was put in here is settled. Jobs that the queue knows nothing of any more (Redis has restarted
   * without what it held) are added again.
   *
   * @throws what made the process give up, once it has; RedisFailed when jobs are lost again and again
   */
  async untilDone(): Promise<void> {
    let settledBefore = -1;
    for (let rounds = 0; ; await pause(250)) {
      if (this.fatal) throw this.fatal;
      if (this.signal?.aborted) return;
      if ((await this.persist(() => this.queue.getJobCountByTypes(...unfinished))) > 0) continue;
      const lost = await this.lost();
      if (lost.length === 0) {
        if (this.undone().length === 0) return;
        continue;
      }
      rounds = this.settled.size > settledBefore ? 0 : rounds + 1;
      settledBefore = this.settled.size;
      if (rounds >= mostRounds) throw new RedisFailed(said`Redis loses jobs again and again`);
      this.work.onEvent({ event: 'queued-again', images: lost.length });
      for (const job of lost) await this.persist(() => this.add(job));
    }
  }

  /** Jobs that are not settled and of which the queue knows nothing; those that other processes have finished are settled. */
  private async lost(): Promise<Job[]> {
    const lost: Job[] = [];
    for (const [id, job] of this.undone()) {
      const state = await this.persist(() => this.queue.getJobState(id));
      if (state === 'unknown') lost.push(job);
      if (state !== 'completed' && state !== 'failed') continue;
      if (state === 'failed' && !this.settled.has(id)) this.work.onFailed(job, 'elsewhere');
      this.settled.add(id);
    }
    // What this process has done meanwhile is not lost, though its job may be.
    return lost.filter(job => !this.settled.has(this.work.idOf(job)));
  }

  private undone(): [id: string, job: Job][] {
    return [...this.found].filter(([id]) => !this.settled.has(id));
  }

  private persist<T>(ask: () => Promise<T>): Promise<T> {
    return persist(ask, this.patienceMs, {
      described: what => new RedisFailed(what),
      checked: () => {
        if (this.fatal) throw this.fatal;
      },
      signal: this.signal,
    });
  }

  failure(what: HarmlessText): QueueError {
    return new QueueError(
      said`${what}: of ${this.found.size} images found so far, ${this.undone().length} are not known to be done. Run the command again once Redis holds what it is given; what is done is not made again.`,
    );
  }

  /** The jobs in hand are finished; Redis, which may be away, is not waited for. */
  async end(): Promise<void> {
    await this.worker.pause(true);
    await Promise.all(this.inHand);
    // One whose end Redis does not learn of is taken over by another process, after the lease.
    const begin = Date.now();
    while (this.unrecorded.size > 0 && Date.now() - begin < longestEnd) await pause(20);
    this.isEnding = true;
    const ends = [this.worker.close(true), this.queue.disconnect()];
    await Promise.allSettled(ends.map(end => within(end, longestEnd)));
  }
}
