import { setTimeout } from 'node:timers/promises';
import { DicomWebError, type InstanceAddress } from './dicomweb-client';
import { failureReason, Figures } from './figures';
import type { OnSearchFailure, SearchFailure } from './find-images';
import { HarmlessError, said, vouchedFor, type HarmlessText } from '../io/harmless';
import { counted } from '../io/counted';
import { reasonOf } from './reason-of';
import { listen, type Health, type ListenOptions } from './listen';
import { imageName, nameFor, type Log } from './log';
import { mostLooks, Notices } from './notices';
import type { Outcome } from './process-image';
import { emptyTally, type OnImageFailed, type Process, type Tally } from './run-images';

/** How long a service waits. */
export interface ServiceOptions {
  /** Between two looks through the archive, milliseconds; absent: after the first one, only studies it is told of. */
  watchMs?: number;
  listen?: ListenOptions;
  /** Longest wait after failures, milliseconds; default an hour. Waits double from the interval, or ten seconds, up to it. */
  longestWaitMs?: number;
  /** What is amiss that the work goes on without, as a log that cannot be written. */
  amiss?: () => HarmlessText | undefined;
  /** Told to stop: the image in hand is finished. */
  signal: AbortSignal;
}

/** What a service does its work with. */
interface ServiceWork {
  process: Process;
  log: Log;
  /** Images of the whole query. */
  all(onFailure: (failure: SearchFailure) => void): AsyncIterable<InstanceAddress>;
  /** Images of one study. */
  ofStudy(studyUid: string, onFailure: (failure: SearchFailure) => void): AsyncIterable<InstanceAddress>;
  /** Works through images: in this process, or with others through a queue. */
  run(images: AsyncIterable<InstanceAddress>, process: Process, onFailed: OnImageFailed): Promise<Tally>;
}

/** Images that are known to be done or refused are not asked for again; of more than these, the oldest are forgotten. */
const mostSettled = 200_000;

/**
 * Explains what an archive holds and what comes: looks through it at the start and then at intervals, and looks at studies that
 * it is told of, which come before the rest. What fails is tried again after waits that grow, a study told of until it is done or
 * given up; it ends on the signal alone, or where it cannot begin.
 *
 * @throws Error when the address to listen at is taken
 */
export async function runService(work: ServiceWork, options: ServiceOptions): Promise<Tally> {
  return new Service(work, options).run();
}

class Service {
  private readonly figures = new Figures();
  private readonly notices = new Notices();
  private readonly tally = emptyTally();
  private readonly settled = new Set<string>();
  private failing: HarmlessText | undefined;
  private failures = 0;
  private lastComplete: string | undefined;

  constructor(
    private readonly work: ServiceWork,
    private readonly options: ServiceOptions,
  ) {}

  async run(): Promise<Tally> {
    const { signal, watchMs, listen: address } = this.options;
    const { log } = this.work;
    const listener = address && (await listen(address, this.notices, this.figures, () => this.health()));
    if (listener) log({ event: 'listening', address: vouchedFor(listener.url) });
    try {
      for (let next = -Infinity; !signal.aborted;) {
        // By a clock that nobody sets: one that is put back would stop the looks, one that is put on would hurry them.
        const isDue = performance.now() >= next;
        if (!isDue && this.notices.counts.waiting === 0) {
          await this.notices.wait(next - performance.now(), signal);
          continue;
        }
        await this.pass(isDue);
        if (this.failures > 0) {
          // Notices go on being taken, but nothing is asked of an archive that fails; then everything is looked through.
          const wait = this.backOff();
          log({ event: 'waiting', seconds: wait / 1000, failures: this.failures });
          await pauseUnless(signal, wait);
          next = -Infinity;
        } else if (isDue) next = performance.now() + (watchMs ?? Infinity);
      }
      log({ event: 'stopping' });
    } finally {
      await listener?.close();
    }
    return this.tally;
  }

  private backOff(): number {
    const { watchMs, longestWaitMs = 3_600_000 } = this.options;
    return Math.min(longestWaitMs, Math.min(watchMs ?? 10_000, longestWaitMs) * 2 ** (this.failures - 1));
  }

  private health(): Health {
    const { failing, lastComplete: lastCompletePass } = this;
    const amiss = this.options.amiss?.();
    const reason = failing ?? amiss;
    const status = this.options.signal.aborted
      ? 'stopping'
      : failing !== undefined
        ? 'failing'
        : amiss !== undefined
          ? 'degraded'
          : lastCompletePass === undefined
            ? 'starting'
            : 'ok';
    return {
      status,
      ...(reason !== undefined && { reason }),
      ...(lastCompletePass && { lastCompletePass }),
      notices: this.notices.counts,
    };
  }

  /** @param whole all of the query; else the studies that were told of */
  private async pass(whole: boolean): Promise<void> {
    const { log, run } = this.work;
    const before = this.tally.failed;
    let failed: HarmlessText | undefined;
    const onFailure = (failure: SearchFailure): void => {
      failed = failure.reason;
      log({ event: 'search-failed', ...failure });
    };
    const missed = new Set<string>();
    let isBrokenOff = false;
    try {
      const found = whole ? this.everything(onFailure, missed) : this.toldOf(onFailure, missed);
      const tally = await run(
        this.unsettled(found),
        address => this.process(address),
        ({ studyUid }) => missed.add(studyUid),
      );
      for (const key of Object.keys(tally) as (keyof Tally)[]) this.tally[key] += tally[key];
      const images = this.tally.failed - before;
      if (images > 0) failed ??= said`${vouchedFor(counted(images, 'image'))} failed; the log says why.`;
    } catch (error) {
      isBrokenOff = true;
      failed = reasonOf(error);
      this.figures.failure(error);
      log({ event: 'pass-failed', reason: failed, kind: vouchedFor(failureReason(error)) });
    }
    if (this.options.signal.aborted) return;
    for (const uid of this.notices.inHand) {
      if (isBrokenOff || missed.has(uid)) {
        failed ??= said`A study told of failed; the log says why.`;
        if (!this.notices.failed(uid)) log({ event: 'given-up', study: nameFor(uid), looks: mostLooks });
      } else this.notices.done(uid);
    }
    const now = new Date();
    this.figures.pass(failed === undefined, now);
    this.failing = failed;
    this.failures = failed === undefined ? 0 : this.failures + 1;
    if (failed === undefined) this.lastComplete = now.toISOString();
  }

  /**
   * Studies that were told of meanwhile come before the next image. Those that failed come last: an archive that is down fails
   * before, which costs them no look, and one on which it always fails keeps the others from nothing.
   */
  private async *everything(
    onFailure: OnSearchFailure,
    missed: Set<string>,
  ): AsyncGenerator<InstanceAddress> {
    yield* this.toldOf(onFailure, missed);
    for await (const image of this.work.all(onFailure)) {
      yield* this.toldOf(onFailure, missed);
      yield image;
    }
    yield* this.toldOf(onFailure, missed, () => this.notices.takeAgain());
  }

  /** @param missed receives the studies that could not be searched, or not all of them */
  private async *toldOf(
    onFailure: OnSearchFailure,
    missed: Set<string>,
    take = () => this.notices.take(),
  ): AsyncGenerator<InstanceAddress> {
    for (let uid = take(); uid !== undefined; uid = take()) {
      this.work.log({ event: 'told-of', study: nameFor(uid) });
      const study = uid;
      let isSearched = true;
      const tell = (failure: SearchFailure): void => {
        isSearched = false;
        missed.add(study);
        onFailure(failure);
      };
      const images: HarmlessText[] = [];
      try {
        for await (const image of this.work.ofStudy(study, tell)) {
          images.push(imageName(image));
          yield image;
        }
      } catch (error) {
        const endsRun = error instanceof DicomWebError && error.endsRun;
        if (!(error instanceof HarmlessError) || endsRun) throw error;
        this.figures.failure(error);
        tell({ searched: 'series', within: nameFor(study), reason: error.said });
        // The archive may be down: the others are asked for later.
        return;
      }
      // Of a queue it is known when the pass ends.
      if (isSearched && images.every(image => this.settled.has(image))) this.notices.done(study);
    }
  }

  private async *unsettled(images: AsyncIterable<InstanceAddress>): AsyncGenerator<InstanceAddress> {
    for await (const address of images) {
      if (this.options.signal.aborted) return;
      if (!this.settled.has(imageName(address))) yield address;
    }
  }

  private async process(address: InstanceAddress): Promise<Outcome> {
    const begin = performance.now();
    const seconds = (): number => (performance.now() - begin) / 1000;
    try {
      const outcome = await this.work.process(address);
      this.figures.image(outcome.kind, seconds());
      this.settle(imageName(address));
      return outcome;
    } catch (error) {
      this.figures.image('failed', seconds());
      this.figures.failure(error);
      throw error;
    }
  }

  private settle(image: string): void {
    this.settled.add(image);
    if (this.settled.size <= mostSettled) return;
    const [oldest] = this.settled;
    this.settled.delete(oldest);
  }
}

/** Ends early on the signal. */
async function pauseUnless(signal: AbortSignal, milliseconds: number): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal }).catch(() => undefined);
}
