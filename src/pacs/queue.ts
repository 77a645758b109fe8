import { createHash } from 'node:crypto';
import type * as BullMq from 'bullmq';
import { modelIdentity } from '../dicom/results';
import { isUid } from '../dicom/uid';
import { DicomWebError, type InstanceAddress } from './dicomweb-client';
import { connectionCode, HarmlessError, listed, reasonOf, said, type HarmlessText } from './harmless';
import { imageName, type Log } from './log';
import type { Task } from './process-image';
import { pause } from './retry';
import { emptyTally, note, timed, type Process, type Tally } from './run-images';

/** How workers share a queue. */
export interface QueueOptions {
  /** Redis, e.g. `redis://127.0.0.1:6379`. */
  url: string;
  /** After this long without a sign of life of its worker, a job goes to another one; milliseconds. */
  leaseMs: number;
  /** Tries of a job that fails. */
  attempts: number;
  /** A Redis that does not answer for this long ends the run; milliseconds, default two minutes. */
  patienceMs?: number;
}

/** Redis, or the queue in it, failed; the message says what is undone. */
class QueueError extends HarmlessError {
  override name = 'QueueError';
}

/** Queue of all workers with the same server, model, settings and results, and of no others. */
export function queueName({ model, settings, selection }: Task, serverUrl: string): string {
  const { id, version, weightsSha256 } = modelIdentity(model.card);
  const what = JSON.stringify([serverUrl, id, version, weightsSha256, settings, selection]);
  return `explain-${createHash('sha256').update(what).digest('hex').slice(0, 16)}`;
}

/**
 * Puts the images into the queue, then takes jobs from it until every image that was found here is done, in whosever hands.
 * Delivery is at least once: a job whose worker falls silent is given to another, a job that Redis has lost is added again,
 * and identifiers that follow from the image keep one result.
 *
 * @param name of the queue, see {@link queueName}
 * @throws QueueError when Redis cannot be reached or loses what is added again and again, naming how many images are undone;
 *   DicomWebError when every further request to the archive would fail
 */
export async function runQueue(
  images: AsyncIterable<InstanceAddress>,
  process: Process,
  log: Log,
  name: string,
  options: QueueOptions,
  { limit = Infinity, signal }: { limit?: number; signal?: AbortSignal } = {},
): Promise<Tally> {
  await requireRedis(options.url);
  const run = new QueueRun(await import('bullmq'), name, process, log, options); // loads slowly
  try {
    await run.fill(images, limit, signal);
    await run.untilDone(signal);
  } catch (error) {
    await run.abandon();
    throw error;
  }
  // What waits is left to other workers, or to a later run.
  await (signal?.aborted ? run.abandon() : run.close());
  return run.tally;
}

/** How long finished jobs stay in Redis, seconds: by them, other workers know what is done. */
const kept = 86_400;
/** An answer of Redis that takes longer is asked for again; milliseconds. */
const longestAnswer = 10_000;
/** A connection that takes longer to end is left to itself; milliseconds. */
const longestEnd = 2000;
/** Lost jobs are added again so often without one of them being done in between. */
const mostRounds = 5;

/** One process's part in working through a queue. */
class QueueRun {
  readonly tally = emptyTally();
  private readonly begin = Date.now();
  private readonly queue: BullMq.Queue<InstanceAddress>;
  private readonly worker: BullMq.Worker<InstanceAddress>;
  private readonly patienceMs: number;
  /** Images that were found here, by name. */
  private readonly found = new Map<string, InstanceAddress>();
  /** Names of images that are done, refused or given up, here or by another worker. */
  private readonly settled = new Set<string>();
  private fatal: DicomWebError | undefined;
  private lastError: { reason?: HarmlessText; at: number } = { at: 0 };
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly bullmq: typeof BullMq,
    name: string,
    private readonly process: Process,
    private readonly log: Log,
    private readonly options: QueueOptions,
  ) {
    const { url, leaseMs, attempts } = options;
    this.patienceMs = options.patienceMs ?? 120_000;
    this.queue = new bullmq.Queue(name, { connection: { url, retryStrategy } });
    // Errors of the connection are told by the worker's; without a listener they would end the process.
    this.queue.on('error', () => undefined);
    const work = (job: BullMq.Job<InstanceAddress>): Promise<void> => {
      const done = this.work(job);
      this.running = done.catch(() => undefined);
      return done;
    };
    this.worker = new bullmq.Worker<InstanceAddress>(name, work, {
      connection: { url, maxRetriesPerRequest: null, retryStrategy },
      concurrency: 1,
      lockDuration: leaseMs,
      stalledInterval: Math.max(1000, leaseMs / 2),
      maxStalledCount: 5,
      runRetryDelay: 1000,
    });
    this.worker.on('failed', (job, error) => {
      const isLast = !job || error instanceof bullmq.UnrecoverableError || job.attemptsMade >= attempts;
      if (!isLast) return;
      this.tally.failed++;
      const address = addressIn(job?.data);
      if (address) this.settled.add(imageName(address));
    });
    this.worker.on('stalled', () => log({ event: 'taken-over' }));
    this.worker.on('error', error => this.tellError(redisReason(error)));
  }

  /** Told once while it lasts: the client tries to connect every other second. */
  private tellError(reason: HarmlessText): void {
    const isNews = reason !== this.lastError.reason || Date.now() - this.lastError.at > 60_000;
    if (!isNews) return;
    this.lastError = { reason, at: Date.now() };
    this.log({ event: 'queue-error', reason });
  }

  private async work(job: BullMq.Job<InstanceAddress>): Promise<void> {
    const address = addressIn(job.data);
    // Made by no worker of this program, it would fail each time.
    if (!address) throw new this.bullmq.UnrecoverableError(said`The job names no image.`);
    const image = imageName(address);
    try {
      const outcome = await timed(this.process, address, this.log);
      // Done twice where Redis forgot the job meanwhile, it counts once.
      if (!this.settled.has(image)) note(this.tally, outcome);
      this.settled.add(image);
    } catch (error) {
      // Redis keeps the message of a failure: nothing of a library's may be in it.
      if (!(error instanceof DicomWebError)) throw new Error(reasonOf(error), { cause: error });
      if (error.endsRun) {
        // The jobs that wait are left to workers whose log-in still holds, or to a later run.
        this.fatal = error;
        void this.worker.pause(true);
      }
      // What the server said once it says again; the other tries would only ask it for nothing.
      throw new this.bullmq.UnrecoverableError(error.said);
    }
  }

  /** Queues the images as they are found. */
  async fill(images: AsyncIterable<InstanceAddress>, limit: number, signal?: AbortSignal): Promise<void> {
    for await (const address of images) {
      if (signal?.aborted || this.found.size >= limit) return;
      this.found.set(imageName(address), address);
      await this.persist(() => this.add(address));
    }
  }

  private async add(address: InstanceAddress): Promise<void> {
    const jobId = jobIdOf(address);
    const earlier = await this.queue.getJob(jobId);
    if (earlier?.finishedOn) {
      // Finished since this run began, it is another worker's of the same run; before that, an earlier run's.
      if (earlier.finishedOn > this.begin) return;
      await this.queue.remove(jobId);
    }
    await this.queue.add('explain', address, {
      // The same image waits once, however many workers have found it.
      jobId,
      attempts: this.options.attempts,
      backoff: { type: 'exponential', delay: 1000 },
      removeOnComplete: { age: kept },
      removeOnFail: { age: kept },
    });
  }

  /**
   * Waits until every image that was found is settled. Jobs that the queue knows nothing of any more (Redis has restarted
   * without what it held) are added again.
   *
   * @throws what made the worker give up, once it has; QueueError when jobs are lost again and again
   */
  async untilDone(signal?: AbortSignal): Promise<void> {
    let settledBefore = -1;
    for (let rounds = 0; ; await pause(250)) {
      if (this.fatal) throw this.fatal;
      if (signal?.aborted) return;
      if ((await this.persist(() => this.queue.getJobCountByTypes(...unfinished))) > 0) continue;
      const lost = await this.lost();
      if (lost.length === 0) {
        if (this.undone().length === 0) return;
        continue;
      }
      rounds = this.settled.size > settledBefore ? 0 : rounds + 1;
      settledBefore = this.settled.size;
      if (rounds >= mostRounds) throw this.failure(said`Redis loses jobs again and again`);
      this.log({ event: 'queued-again', images: lost.length });
      for (const address of lost) await this.persist(() => this.add(address));
    }
  }

  /** Images that are not settled and of which the queue knows nothing; those that other workers have finished are settled. */
  private async lost(): Promise<InstanceAddress[]> {
    const lost: InstanceAddress[] = [];
    for (const address of this.undone()) {
      const state = await this.persist(() => this.queue.getJobState(jobIdOf(address)));
      if (state === 'unknown') lost.push(address);
      if (state === 'completed' || state === 'failed') this.settled.add(imageName(address));
    }
    // What this worker has done meanwhile is not lost, though its job may be.
    return lost.filter(address => !this.settled.has(imageName(address)));
  }

  private undone(): InstanceAddress[] {
    return [...this.found].flatMap(([image, address]) => (this.settled.has(image) ? [] : [address]));
  }

  /** Asks Redis again until it answers. @throws QueueError when it does not within the patience */
  private async persist<T>(ask: () => Promise<T>): Promise<T> {
    const begin = Date.now();
    for (;;) {
      try {
        return await within(ask(), longestAnswer);
      } catch (error) {
        if (this.fatal) throw this.fatal;
        if (Date.now() - begin > this.patienceMs)
          throw this.failure(
            said`Redis has not answered for ${Math.round(this.patienceMs / 1000)} s (${redisReason(error)})`,
          );
        await pause(500);
      }
    }
  }

  private failure(what: HarmlessText): QueueError {
    return new QueueError(
      said`${what}: of ${this.found.size} images found so far, ${this.undone().length} are not known to be done. Run the command again once Redis holds what it is given; what is stored is not made again.`,
    );
  }

  async close(): Promise<void> {
    await this.worker.close();
    await this.queue.close();
  }

  /** Ends with Redis perhaps away, which a regular end would wait for. The image in hand is finished. */
  async abandon(): Promise<void> {
    await this.worker.pause(true);
    await this.running;
    await within(this.worker.close(true), longestEnd).catch(() => undefined);
    await within(this.queue.disconnect(), longestEnd).catch(() => undefined);
  }
}

/** Id of an image's job. With a letter before it: BullMQ refuses ids that are whole numbers, and one hash of some 300 is all digits. */
function jobIdOf(address: InstanceAddress): string {
  return `i${imageName(address)}`;
}

const unfinished = ['waiting', 'active', 'delayed', 'prioritized'] as const;

/** What a job holds, where that is the address of an image: others may write into Redis, too. */
function addressIn(data: unknown): InstanceAddress | undefined {
  const { studyUid, seriesUid, instanceUid } = Object(data) as Record<string, unknown>;
  const uids = [studyUid, seriesUid, instanceUid];
  return uids.every(uid => typeof uid === 'string' && isUid(uid)) ? (data as InstanceAddress) : undefined;
}

/** Wait before the client connects again, milliseconds. */
function retryStrategy(times: number): number {
  return Math.min(200 * times, 2000);
}

/** @throws Error when the promise takes longer, milliseconds */
async function within<T>(promise: Promise<T>, longest: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DOMException('late', 'TimeoutError')), longest);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** First words of what Redis answers to a command that it does not obey. */
const redisReplies: ReadonlySet<string> = new Set([
  'BUSY',
  'CLUSTERDOWN',
  'ERR',
  'LOADING',
  'MASTERDOWN',
  'MISCONF',
  'NOAUTH',
  'NOPERM',
  'NOREPLICAS',
  'OOM',
  'READONLY',
  'WRONGPASS',
  'WRONGTYPE',
]);

/** What a log says of a failure of Redis: a code, never a message, which may quote what it was given. */
function redisReason(error: unknown): HarmlessText {
  const { name, code, message = '' } = error as { name?: string; code?: unknown; message?: string };
  const connection = connectionCode(code);
  if (connection) return connection;
  if (name === 'TimeoutError') return said`no answer in time`;
  if (/^Missing (key|lock) for job/.test(message)) return said`the job in hand is gone from Redis`;
  return listed(redisReplies, message.split(' ')[0], said`the connection is closed`);
}

/** The queue's own client would try for ever; a wrong address is to be told at once. */
async function requireRedis(url: string): Promise<void> {
  const { default: Redis } = await import('ioredis');
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  let cause: unknown;
  // The reason of a failed connection is told to the listener alone.
  client.on('error', error => (cause ??= error));
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    throw new QueueError(
      said`The Redis that --queue names cannot be reached (${redisReason(cause ?? error)}). Start it, or leave --queue out.`,
      { cause: error },
    );
  } finally {
    client.disconnect();
  }
}
