import { createHash } from 'node:crypto';
import { Queue, UnrecoverableError, Worker, type Job } from 'bullmq';
import { modelIdentity } from '../dicom/results';
import { DicomWebError, type InstanceAddress } from './dicomweb-client';
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
}

/** Queue of all workers with the same server, model, settings and results, and of no others. */
export function queueName({ model, settings, selection }: Task, serverUrl: string): string {
  const { id, version, weightsSha256 } = modelIdentity(model.card);
  const what = JSON.stringify([serverUrl, id, version, weightsSha256, settings, selection]);
  return `explain-${createHash('sha256').update(what).digest('hex').slice(0, 16)}`;
}

/**
 * Puts the images into the queue, then takes jobs from it until none is left, in whosever hands. Delivery is at least once:
 * a job whose worker falls silent is given to another, and identifiers that follow from the image keep one result.
 *
 * @param name of the queue, see {@link queueName}
 * @throws Error when Redis cannot be reached
 */
export async function runQueue(
  images: AsyncIterable<InstanceAddress>,
  process: Process,
  log: Log,
  name: string,
  { url, leaseMs, attempts }: QueueOptions,
  options: { limit?: number } = {},
): Promise<Tally> {
  await requireRedis(url);
  const queue = new Queue<InstanceAddress>(name, { connection: { url } });
  const tally = emptyTally();
  let fatal: DicomWebError | undefined;
  const worker = new Worker<InstanceAddress>(
    name,
    async (job: Job<InstanceAddress>) => {
      try {
        note(tally, await timed(process, job.data, log));
      } catch (error) {
        if (!(error instanceof DicomWebError)) throw error;
        if (error.endsRun) {
          // The jobs that wait are left to workers whose log-in still holds, or to a later run.
          fatal = error;
          void worker.pause(true);
        }
        // What the server said once it says again; the other tries would only ask it for nothing.
        throw new UnrecoverableError(error.message);
      }
    },
    {
      connection: { url, maxRetriesPerRequest: null },
      concurrency: 1,
      lockDuration: leaseMs,
      stalledInterval: Math.max(1000, leaseMs / 2),
      maxStalledCount: 5,
    },
  );
  worker.on('failed', (job, error) => {
    const isLast = !job || error instanceof UnrecoverableError || job.attemptsMade >= attempts;
    if (isLast) tally.failed++;
  });
  worker.on('stalled', () => log({ event: 'taken-over' }));
  // Errors of the connection: the client connects again by itself; without a listener they would end the process.
  worker.on('error', error => log({ event: 'queue-error', reason: error.message }));
  queue.on('error', () => undefined);
  try {
    await fill(queue, images, attempts, options.limit);
    await untilEmpty(queue, () => fatal);
  } finally {
    await worker.close();
    await queue.close();
  }
  return tally;
}

async function fill(
  queue: Queue<InstanceAddress>,
  images: AsyncIterable<InstanceAddress>,
  attempts: number,
  limit = Infinity,
): Promise<void> {
  let count = 0;
  for await (const address of images) {
    if (count++ >= limit) return;
    await queue.add('explain', address, {
      // The same image waits once, however many workers have found it.
      jobId: imageName(address),
      attempts,
      backoff: { type: 'exponential', delay: 1000 },
      removeOnComplete: true,
      removeOnFail: true,
    });
  }
}

/** @throws what made the worker give up, once it has */
async function untilEmpty(
  queue: Queue<InstanceAddress>,
  givenUp: () => DicomWebError | undefined,
): Promise<void> {
  for (;;) {
    const error = givenUp();
    if (error) throw error;
    const { waiting, active, delayed, prioritized } = await queue.getJobCounts(
      'waiting',
      'active',
      'delayed',
      'prioritized',
    );
    if (waiting + active + delayed + prioritized === 0) return;
    await pause(250);
  }
}

/** The queue's own client would try for ever; a wrong address is to be told at once. */
async function requireRedis(url: string): Promise<void> {
  const { default: Redis } = await import('ioredis');
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    const { host, port } = client.options;
    throw new Error(
      `Redis at ${host}:${port} cannot be reached (${(error as Error).message}). Start it, or leave --queue out.`,
      { cause: error },
    );
  } finally {
    client.disconnect();
  }
}
