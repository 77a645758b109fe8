import type { ModelCard } from '../../models/card';
import { said } from '../../io/harmless';
import type { JobProgress, Listener } from '../../io/listener';
import {
  JobFailure,
  longestEnd,
  persist,
  requireRedis,
  retryStrategy,
  shareWork,
  within,
  withPassword,
} from '../../queue';
import { describe, type EvaluationPlan } from '../measure/evaluate-case';
import type { RecordStore } from '../measure/record-store';
import { sayOfUnusable, slowFirst, startOf } from '../measure/run-plan';
import { evaluateInThreads } from '../measure/team';
import type { EvaluateOptions } from '../options';
import type { CaseRecord } from '../records';
import type { EvaluationSet } from '../set/set';
import { Handoff } from './handoff';
import { meetingName, workName, type SharedIdentity } from './identity';
import { Meeting } from './meeting';
import { SharedRecords } from './shared-records';

/** How often the figures of other processes are looked for, milliseconds. */
const collectMs = 2000;
/** A Redis that does not answer for this long ends the evaluation; milliseconds. */
const patienceMs = 120_000;

/** What a process of a shared evaluation works on. */
export interface SharedEvaluation {
  options: EvaluateOptions & { queue: string };
  card: ModelCard;
  set: EvaluationSet;
  plan: EvaluationPlan;
  /** Cases to evaluate, places in the set. */
  indices: readonly number[];
  /** Of this process: it ends with the figures of all cases. */
  store: RecordStore;
  identity: SharedIdentity;
}

/**
 * Evaluates the cases together with all other processes that were given the same command and the same Redis, until every figure of
 * every case is in this process's store. What a killed process had in hand is done by another one.
 *
 * @throws Error naming what another process has otherwise, or which case could not be evaluated; QueueError when Redis fails
 */
export async function evaluateShared(shared: SharedEvaluation, listener: Listener): Promise<void> {
  const { options, card, identity } = shared;
  const url = withPassword(options.queue);
  await requireRedis(url);
  const { default: Redis } = await import('ioredis');
  const redis = new Redis(url, { retryStrategy, maxRetriesPerRequest: null });
  // Told by what asks, which gives up after a while; without a listener each would be written to the terminal.
  redis.on('error', () => undefined);
  const meeting = new Meeting(redis, meetingName(card, options), identity);
  try {
    const others = await meeting.enter();
    const part = new Part(shared, new SharedRecords(redis, workName(identity)), listener);
    listener.notice(
      `Sharing evaluation ${workName(identity)} with ${others} other ${others === 1 ? 'process' : 'processes'} so far.`,
    );
    await part.run(url);
  } finally {
    // Where Redis is away, the sign of life runs out.
    await within(meeting.leave(), longestEnd).catch(() => undefined);
    redis.disconnect();
  }
}

/** One process's part. */
class Part {
  private readonly ofOthers = new Set<number>();
  private failedElsewhere: number | undefined;

  constructor(
    private readonly shared: SharedEvaluation,
    private readonly figures: SharedRecords,
    private readonly listener: Listener,
  ) {}

  async run(url: string): Promise<void> {
    await this.collect();
    await this.publishOwn();
    let missing = this.missing();
    if (missing.length === 0) return;
    const progress = this.listener.begin('evaluating', missing.length);
    const all = missing.length;
    const show = (): void => {
      const done = all - this.missing().length;
      progress.update(done, `images, ${this.ofOthers.size} of them by other processes`);
    };
    const handoff = new Handoff<number, CaseRecord>();
    const threads = this.startThreads(handoff, progress);
    try {
      // What the queue calls done has its figures in Redis, unless that lost them: then it is done again.
      while (missing.length > 0) {
        await this.share(missing, handoff, url, progress, show);
        await this.collect();
        if (this.failedElsewhere !== undefined) throw this.failure(this.failedElsewhere);
        missing = this.missing();
      }
    } finally {
      handoff.end(new Error('The evaluation has ended.'));
      await threads;
      progress.stop();
    }
  }

  /** Threads that take cases until the handoff ends; what ends them ends it, and never rejects. */
  private async startThreads(handoff: Handoff<number, CaseRecord>, progress: JobProgress): Promise<void> {
    const { options, card, set, plan } = this.shared;
    const places = new Map(set.cases.map(({ id }, index) => [id, index]));
    const noteOrigin = sayOfUnusable(progress);
    try {
      await evaluateInThreads(startOf(options, card, set, plan), handoff, options.workers, {
        onMap: (_key, _seconds, from) => noteOrigin(from),
        onRecord: record => handoff.settle(places.get(record.id)!, record),
      });
    } catch (error) {
      handoff.end(error as Error);
    }
  }

  /** Takes part in the queue until every one of the cases is done, or given up. */
  private async share(
    cases: readonly number[],
    handoff: Handoff<number, CaseRecord>,
    url: string,
    progress: JobProgress,
    show: () => void,
  ): Promise<void> {
    const { options, set, plan, identity } = this.shared;
    let isCollecting = false;
    const collect = async (): Promise<void> => {
      if (isCollecting) return;
      isCollecting = true;
      // A Redis that is away is told of, and given up, by the queue.
      await this.collect().then(show, () => undefined);
      isCollecting = false;
    };
    const collecting = setInterval(() => void collect(), collectMs);
    try {
      await shareWork<number, void>(
        slowFirst(cases, plan),
        {
          idOf: index => `case-${index}`,
          read: data => (Number.isInteger(data) && set.cases[data as number] ? (data as number) : undefined),
          unreadable: said`The job names no image.`,
          run: async index => {
            await this.evaluate(index, handoff);
            show();
          },
          onDone: () => undefined,
          onFailed: (index, where) => {
            if (where === 'elsewhere') this.failedElsewhere ??= index;
          },
          onEvent: event => {
            if (event.event === 'queue-error') progress.line(`Redis: ${event.reason}`);
            else if (event.event === 'taken-over')
              progress.line('An image of a process that fell silent was taken over.');
            else progress.line(`Redis had lost ${event.images} images; they were queued again.`);
          },
        },
        `explain-evaluation-${workName(identity)}`,
        { url, leaseMs: 1000 * options.lease, attempts: 2, concurrency: options.workers, patienceMs },
      );
    } finally {
      clearInterval(collecting);
    }
  }

  /** Has a case evaluated here, unless its figures are here already, and lets the others have them. */
  private async evaluate(index: number, handoff: Handoff<number, CaseRecord>): Promise<void> {
    const { set } = this.shared;
    if (!this.record(index)) {
      const record = await handoff.give(index).catch((error: Error) => {
        // Redis keeps the words: the message itself may name a film.
        throw new JobFailure(said`An image could not be evaluated; the process that tried says why.`, {
          again: true,
          endsRun: error,
        });
      });
      if (!this.record(index)) this.shared.store.add(record);
    }
    const record = this.shared.store.records.get(set.cases[index].id)!;
    await persist(() => this.figures.publish(index, record), patienceMs);
  }

  /** Takes over what other processes have measured. */
  private async collect(): Promise<void> {
    const { set, store } = this.shared;
    const wanted = new Set(this.missing());
    for (const index of await persist(() => this.figures.finished(), patienceMs)) {
      if (!wanted.has(index)) continue;
      const figures = await persist(() => this.figures.read(index), patienceMs);
      if (!figures || this.record(index)) continue;
      store.add({ ...describe(set.cases[index], set), ...figures });
      this.ofOthers.add(index);
    }
  }

  /** Lets the others have what this process had measured before it was interrupted. */
  private async publishOwn(): Promise<void> {
    const there = new Set(await persist(() => this.figures.finished(), patienceMs));
    for (const index of this.shared.indices) {
      const record = this.record(index);
      if (record && !there.has(index)) await persist(() => this.figures.publish(index, record), patienceMs);
    }
  }

  private record(index: number): CaseRecord | undefined {
    const { set, store } = this.shared;
    return store.records.get(set.cases[index].id);
  }

  private missing(): number[] {
    return this.shared.indices.filter(index => !this.record(index));
  }

  private failure(index: number): Error {
    return new Error(
      `${this.shared.set.cases[index].id} could not be evaluated by another process, which says why. Run the command again where that is mended: it goes on where it stopped.`,
    );
  }
}
