/**
 * Foretells how long an evaluation still takes: methods differ a thousandfold in time, so a count of finished images tells
 * little. What each kind of work took so far is taken for what it will take; all else that happens (scoring, reading) is
 * spread evenly.
 */
export class RemainingTime {
  private readonly left = new Map<string, number>();
  private readonly taken = new Map<string, { count: number; seconds: number }>();
  private computedSeconds = 0;
  private done = 0;
  private readonly startedAt: number;

  /** @param now clock in milliseconds */
  constructor(
    private readonly workers: number,
    private readonly now: () => number = Date.now,
  ) {
    this.startedAt = now();
  }

  expect(key: string, count = 1): void {
    this.left.set(key, (this.left.get(key) ?? 0) + count);
  }

  /** @param cached it cost no computation this time, though it would take so long */
  observe(key: string, seconds: number, cached = false): void {
    this.expect(key, -1);
    this.done++;
    const { count, seconds: sum } = this.taken.get(key) ?? { count: 0, seconds: 0 };
    this.taken.set(key, { count: count + 1, seconds: sum + seconds });
    if (!cached) this.computedSeconds += seconds;
  }

  /** Seconds until all is done; undefined before anything was observed. */
  get seconds(): number | undefined {
    if (this.done === 0) return undefined;
    const elapsed = ((this.now() - this.startedAt) / 1000) * this.workers;
    const besides = Math.max(0, elapsed - this.computedSeconds) / this.done;
    const known = [...this.taken.values()];
    const usual = known.reduce((sum, { count, seconds }) => sum + seconds / count, 0) / known.length;
    let total = 0;
    for (const [key, count] of this.left) {
      const taken = this.taken.get(key);
      total += count * ((taken ? taken.seconds / taken.count : usual) + besides);
    }
    return total / this.workers;
  }
}
