/** A result that somebody waits for. */
interface Waiting<Result> {
  promise: Promise<Result>;
  resolve: (result: Result) => void;
  reject: (error: Error) => void;
}

/**
 * Hands jobs that arrive one by one to workers that take them as they become free; whoever brings a job waits for its result.
 */
export class Handoff<Job, Result> implements AsyncIterableIterator<Job> {
  private readonly waiting: Job[] = [];
  private readonly takers: ((taken: IteratorResult<Job>) => void)[] = [];
  private readonly results = new Map<Job, Waiting<Result>>();
  private failure: Error | undefined;

  /** Brings a job; one that is in hand already is not done twice. @throws what {@link end} was told */
  give(job: Job): Promise<Result> {
    if (this.failure) return Promise.reject(this.failure);
    const earlier = this.results.get(job);
    if (earlier) return earlier.promise;
    const result = awaited<Result>();
    this.results.set(job, result);
    const taker = this.takers.shift();
    if (taker) taker({ done: false, value: job });
    else this.waiting.push(job);
    return result.promise;
  }

  next(): Promise<IteratorResult<Job>> {
    if (this.failure) return Promise.resolve({ done: true, value: undefined });
    const job = this.waiting.shift();
    if (job !== undefined) return Promise.resolve({ done: false, value: job });
    return new Promise(take => this.takers.push(take));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** A job is done. */
  settle(job: Job, result: Result): void {
    this.results.get(job)?.resolve(result);
    this.results.delete(job);
  }

  /** Nothing is taken or brought from now on. @param error for those that wait for a result */
  end(error: Error): void {
    this.failure ??= error;
    this.takers.splice(0).forEach(take => take({ done: true, value: undefined }));
    this.results.forEach(({ reject }) => reject(error));
    this.results.clear();
    this.waiting.length = 0;
  }
}

function awaited<Result>(): Waiting<Result> {
  let resolve!: (result: Result) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<Result>((onResult, onError) => {
    resolve = onResult;
    reject = onError;
  });
  return { promise, resolve, reject };
}
