import { createBirpc, type BirpcReturn } from 'birpc';
import type { CallOptions, Calls } from './calls';
import { RemoteError, WorkerEndedError, type SentError, type WorkerEnding } from './errors';
import { transferredWith, type WorkerPort } from './port';
import { duration, SilenceWatch, withPatience } from './silence';
import { isAnswer, type Hello, type Listening, type Offered } from './wire';

/** `starting` until its script answers; `stopped` however it ended. */
export type WorkerState = 'starting' | 'started' | 'stopping' | 'stopped';

export interface WorkerOptions {
  /** As the subject of a sentence: "A training worker". */
  name: string;
  /** What to do when it is lost, as a sentence. */
  advice?: string;
  /** How long its script may take to load. */
  startTimeoutMs?: number;
  /** How long it may take to end once told to. */
  stopTimeoutMs?: number;
}

interface Pending {
  patienceMs(): number;
  onReport?: (value: never) => void;
  fail(error: unknown): void;
}

/**
 * A worker as who started it sees it: typed calls, a watch over its silence, and a clear error for every call under way however
 * it ends. birpc numbers and matches the messages: unlike Comlink it works over worker threads and child processes as well, and
 * its calls can be ended from outside.
 */
export class RemoteWorker<C extends Calls<C>> {
  private current: WorkerState = 'starting';
  private ending?: WorkerEndedError;
  private gone?: Promise<void>;
  private readonly rpc: BirpcReturn<Offered, Listening, false>;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private readonly watch = new SilenceWatch(
    () => Math.max(...[...this.pending.values()].map(each => each.patienceMs())),
    waited => this.lose('silent', `has not answered for ${duration(waited)}`),
  );

  private constructor(
    private readonly port: WorkerPort,
    private readonly options: WorkerOptions,
  ) {
    const report = (id: number, value: unknown): void => {
      const call = this.pending.get(id);
      try {
        call?.onReport?.(value as never);
      } catch (error) {
        // What who listens throws belongs to who asked; birpc would drop it.
        call?.fail(error);
      }
      if (call) this.watch.heard();
    };
    this.rpc = createBirpc<Offered, Listening, false>(
      { report },
      {
        post: message => port.post(message, transferredWith(message.a ?? [])),
        on: listener => port.listen(listener, ({ words, cause }) => this.lose('lost', words, cause)),
        deserialize: message =>
          isAnswer(message) && message.e
            ? { ...message, e: new RemoteError(message.e as SentError) }
            : message,
        timeout: -1,
        proxify: false,
      },
    );
  }

  /**
   * Waits until the script of a worker that was just created answers.
   *
   * @throws WorkerEndedError `start` when it does not
   */
  static async start<C extends Calls<C>>(port: WorkerPort, options: WorkerOptions): Promise<RemoteWorker<C>> {
    const { startTimeoutMs = 60_000 } = options;
    const worker = new RemoteWorker<C>(port, options);
    try {
      const late = (): Error => new Error(`no answer within ${duration(startTimeoutMs)}`);
      const { lock } = (await withPatience(worker.hello(), startTimeoutMs, late)) as Hello;
      if (lock !== undefined) port.watchLock?.(lock);
    } catch (error) {
      const reason = error instanceof WorkerEndedError ? (error.cause ?? error) : error;
      await worker.end('stopped', 'did not start');
      const { message } = reason as Error;
      throw new WorkerEndedError('start', `${options.name} does not start: ${message}`, { cause: reason });
    }
    // It may have ended in the turn between its answer and this line.
    if (worker.ending) throw worker.ending;
    worker.current = 'started';
    return worker;
  }

  get state(): WorkerState {
    return this.current;
  }

  /**
   * Asks the worker for something.
   *
   * @throws RemoteError what the worker threw
   * @throws WorkerEndedError when it ended, was stopped, or was silent for too long
   * @throws whatever `onReport` threw
   */
  async call<Name extends keyof C & string>(
    name: Name,
    request: C[Name]['request'],
    { patienceMs = Infinity, onReport }: CallOptions<C[Name]> = {},
  ): Promise<C[Name]['reply']> {
    if (this.current !== 'started') throw this.ending ?? this.endedBy('stopped', 'has not started');
    const id = this.nextId++;
    try {
      return await new Promise<C[Name]['reply']>((resolve, fail) => {
        this.pending.set(id, {
          patienceMs: typeof patienceMs === 'number' ? () => patienceMs : patienceMs,
          onReport: onReport as Pending['onReport'],
          fail,
        });
        this.watch.heard();
        this.rpc.$call(name, id, request).then(resolve, fail);
      });
    } finally {
      this.pending.delete(id);
      if (this.pending.size > 0 && !this.ending) this.watch.heard();
      else this.watch.stop();
    }
  }

  /**
   * Ends the worker at once; calls under way fail with `stopped`.
   *
   * @throws Error when it has not ended in time
   */
  stop(): Promise<void> {
    return this.end('stopped', 'was stopped');
  }

  private hello(): Promise<unknown> {
    return this.rpc.$call('hello', 0, undefined);
  }

  private lose(how: WorkerEnding, words: string, cause?: Error): void {
    this.end(how, words, cause).catch(() => undefined);
  }

  private end(how: WorkerEnding, words: string, cause?: Error): Promise<void> {
    if (this.gone) return this.gone;
    const ending = this.endedBy(how, words, cause);
    this.ending = ending;
    this.current = 'stopping';
    this.watch.stop();
    this.rpc.$rejectPendingCalls(({ reject }) => reject(ending));
    this.rpc.$close();
    const { stopTimeoutMs = 60_000, name } = this.options;
    const late = (): Error =>
      new Error(`${name} does not end: it was told to ${duration(stopTimeoutMs)} ago.`);
    this.gone = withPatience(Promise.resolve(this.port.terminate()), stopTimeoutMs, late).then(() => {
      this.current = 'stopped';
    });
    return this.gone;
  }

  private endedBy(how: WorkerEnding, words: string, cause?: Error): WorkerEndedError {
    const { name, advice } = this.options;
    const parts = [`${name} ${words}.`, ...(how !== 'stopped' && advice ? [advice] : [])];
    return new WorkerEndedError(how, parts.join(' '), { cause });
  }
}
