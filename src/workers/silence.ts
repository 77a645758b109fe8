/** A timer takes no longer time, and fires at once if told one: about 25 days. */
const longestTimer = 2 ** 31 - 1;

/** Tells when something that should report from time to time has been silent for too long: it has hung, or died without a word. */
export class SilenceWatch {
  private timer?: ReturnType<typeof setTimeout>;

  /**
   * @param limitMs how long it may be silent, Infinity: for ever; asked anew after each report
   * @param onSilent called once with the milliseconds waited; the watch is then over
   */
  constructor(
    private readonly limitMs: () => number,
    private readonly onSilent: (waitedMs: number) => void,
  ) {}

  /** It has begun, or has reported. */
  heard(): void {
    this.stop();
    const limit = this.limitMs();
    if (limit <= longestTimer) this.timer = setTimeout(() => this.onSilent(limit), limit);
  }

  /** Nothing more is expected. */
  stop(): void {
    clearTimeout(this.timer);
  }
}

/** "5 minutes" or "30 s". */
export function duration(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} minutes`;
}

/**
 * The result of work, or an error where it takes too long. The work itself goes on.
 *
 * @param late makes the error
 */
export function withPatience<T>(work: Promise<T>, limitMs: number, late: () => Error): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const watch = new SilenceWatch(
      () => limitMs,
      () => reject(late()),
    );
    watch.heard();
    work.then(resolve, reject).finally(() => watch.stop());
  });
}
