import { Problem } from './dicomweb/problem';

interface Waiting {
  bytes: number;
  start: () => void;
}

/** How long a request waits for its turn, ms. */
const patience = 30_000;
/** Requests beyond so many are refused at once. */
const longestQueue = 256;
/** The part of a budget that is kept for small shares, and the part of the budget up to which a share is small. */
const forSmall = 1 / 4;
const small = 1 / 32;

/**
 * A bound for the bytes that all requests together hold in memory: those beyond it wait for their turn. Small shares have
 * a part of their own, so that they never wait for large ones.
 */
export class MemoryBudget {
  private readonly smallShares: Lane;
  private readonly largeShares: Lane;

  /** @param total bytes */
  constructor(private readonly total: number) {
    this.smallShares = new Lane(total * forSmall);
    this.largeShares = new Lane(total * (1 - forSmall));
  }

  /**
   * Waits until so many bytes may be taken. What is larger than the whole part for large shares gets all of it, alone.
   *
   * @returns gives the bytes back; further calls do nothing
   * @throws Problem 503 when others keep the memory for too long
   */
  take(bytes: number): Promise<() => void> {
    return (bytes <= this.total * small ? this.smallShares : this.largeShares).take(bytes);
  }
}

class Lane {
  private used = 0;
  private readonly queue: Waiting[] = [];

  constructor(private readonly total: number) {}

  async take(bytes: number): Promise<() => void> {
    const share = Math.min(bytes, this.total);
    if (this.queue.length > 0 || this.used + share > this.total) await this.wait(share);
    else this.used += share;
    let held = share;
    return () => {
      this.used -= held;
      held = 0;
      this.admit();
    };
  }

  private wait(bytes: number): Promise<void> {
    if (this.queue.length >= longestQueue) throw full();
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        bytes,
        start: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        this.queue.splice(this.queue.indexOf(waiting), 1);
        reject(full());
        this.admit();
      }, patience);
      this.queue.push(waiting);
    });
  }

  /** First come, first served: a large request must not wait for ever behind small ones. */
  private admit(): void {
    while (this.queue.length > 0 && this.used + this.queue[0].bytes <= this.total) {
      const next = this.queue.shift()!;
      this.used += next.bytes;
      next.start();
    }
  }
}

function full(): Problem {
  return new Problem(503, 'Too much is being sent or read at this moment. Try again shortly.', true);
}
