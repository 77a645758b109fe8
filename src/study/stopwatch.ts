import type { Pause } from './answers';

/** Time of a reading so far, as it is kept over a closed tab. */
export interface Elapsed {
  seconds: number;
  pauses: readonly Pause[];
}

/**
 * Measures the time from display to answer. Pauses are taken out and remembered: those that are told, and stretches in which
 * nothing was moved for longer than a limit; of these the part beyond the limit is the pause.
 */
export class Stopwatch {
  private seconds: number;
  private readonly pauses: Pause[];
  /** When the stretch that is being counted began, and the last movement in it, milliseconds. */
  private since: number;
  private moved: number;
  private paused?: { reason: Pause['reason']; since: number };

  /**
   * @param now a clock that never goes back, milliseconds
   * @param idleAfter seconds without a movement after which the clock stands still
   * @param before of a reading that is taken up again
   */
  constructor(
    private readonly now: () => number,
    private readonly idleAfter: number,
    before: Elapsed = { seconds: 0, pauses: [] },
  ) {
    this.seconds = before.seconds;
    this.pauses = [...before.pauses];
    this.since = this.moved = now();
  }

  /** The reader moved something. */
  movement(): void {
    if (this.paused) return;
    this.count(this.now());
  }

  /** Stops the clock; a second reason while it stands changes nothing. */
  pause(reason: Pause['reason']): void {
    if (this.paused) return;
    const now = this.now();
    this.count(now);
    this.paused = { reason, since: now };
  }

  resume(): void {
    if (!this.paused) return;
    const now = this.now();
    const { reason, since } = this.paused;
    this.paused = undefined;
    this.add(reason, (now - since) / 1000);
    this.since = this.moved = now;
  }

  isPaused(): boolean {
    return this.paused !== undefined;
  }

  /** What was counted up to now; a pause that goes on is part of it. */
  read(): Elapsed {
    const now = this.now();
    if (this.paused) {
      const { reason, since } = this.paused;
      const seconds = (now - since) / 1000;
      return {
        seconds: this.seconds,
        pauses: seconds > 0 ? [...this.pauses, { reason, at: this.seconds, seconds }] : [...this.pauses],
      };
    }
    this.count(now);
    return { seconds: this.seconds, pauses: [...this.pauses] };
  }

  /** Counts up to a movement: beyond the limit nobody was reading. */
  private count(now: number): void {
    const still = (now - this.moved) / 1000;
    const idle = Math.max(0, still - this.idleAfter);
    this.seconds += (now - this.since) / 1000 - idle;
    if (idle > 0) this.add('idle', idle);
    this.since = this.moved = now;
  }

  private add(reason: Pause['reason'], seconds: number): void {
    if (seconds > 0) this.pauses.push({ reason, at: this.seconds, seconds });
  }
}
