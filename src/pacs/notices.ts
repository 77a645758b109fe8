/** A study told of is looked at so often at most; then it is given up, which is counted. */
export const mostLooks = 10;

/** How many studies told of are still held, and how many were given up. */
export interface NoticeCounts {
  /** To be looked at for the first time. */
  waiting: number;
  /** To be looked at again, after a failure. */
  retrying: number;
  givenUp: number;
}

/**
 * Studies that the archive has told of, each once, in their order; who waits for one is woken. One that is taken stays in hand until
 * whoever took it says that it is done, or that it failed: then it is taken again.
 */
export class Notices {
  private readonly waiting = new Set<string>();
  /** Studies that failed, with the number of looks that they had. */
  private readonly retrying = new Map<string, number>();
  private readonly held = new Map<string, number>();
  private givenUp = 0;
  private wake: () => void = () => undefined;

  constructor(
    /** More are refused: an archive that tells of everything it has would fill the memory. */
    private readonly most = 10_000,
  ) {}

  get counts(): NoticeCounts {
    return { waiting: this.waiting.size, retrying: this.retrying.size, givenUp: this.givenUp };
  }

  /** Taken, and neither done nor failed. */
  get inHand(): readonly string[] {
    return [...this.held.keys()];
  }

  /** @returns false where there is no room for another one */
  add(studyUid: string): boolean {
    if (this.waiting.has(studyUid) || this.retrying.has(studyUid)) return true;
    if (this.waiting.size + this.retrying.size + this.held.size >= this.most) return false;
    this.waiting.add(studyUid);
    this.wake();
    return true;
  }

  /** The one that waits longest for its first look. */
  take(): string | undefined {
    const [first] = this.waiting;
    if (first === undefined) return undefined;
    this.waiting.delete(first);
    this.held.set(first, this.held.get(first) ?? 0);
    return first;
  }

  /** The one that waits longest for a further look. */
  takeAgain(): string | undefined {
    const [first] = this.retrying;
    if (first === undefined) return undefined;
    this.retrying.delete(first[0]);
    this.held.set(...first);
    return first[0];
  }

  /** Everything of it was explained or refused. */
  done(studyUid: string): void {
    this.held.delete(studyUid);
  }

  /** Something of it failed. @returns false where it had its last look and is given up */
  failed(studyUid: string): boolean {
    const looks = (this.held.get(studyUid) ?? 0) + 1;
    this.held.delete(studyUid);
    // Told of once more meanwhile, it begins anew.
    if (this.waiting.has(studyUid)) return true;
    if (looks < mostLooks) this.retrying.set(studyUid, looks);
    else this.givenUp++;
    return looks < mostLooks;
  }

  /** Until one is there for its first look, the time is over or the signal is given. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (this.waiting.size > 0 || signal.aborted) return;
    let timer: NodeJS.Timeout | undefined;
    let end: () => void = () => undefined;
    await new Promise<void>(resolve => {
      end = resolve;
      this.wake = resolve;
      signal.addEventListener('abort', end);
      // Longer ones would overflow a timer; whoever waits asks again.
      if (Number.isFinite(milliseconds)) timer = setTimeout(resolve, Math.min(milliseconds, 2 ** 31 - 1));
    });
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    this.wake = () => undefined;
  }
}
