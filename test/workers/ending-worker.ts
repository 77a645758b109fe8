import { setTimeout as wait } from 'node:timers/promises';
import { serveNode } from '../../src/workers/node';

/** What the worker of the test does: all that a worker may do to who started it. */
export interface EndingCalls {
  echo: { request: Float32Array; reply: Float32Array };
  /** Writes 7 into shared memory. */
  write: { request: Float32Array; reply: void };
  exit: { request: number; reply: void };
  throwLater: { request: string; reply: void };
  killItself: { request: void; reply: void };
  fail: { request: void; reply: void };
}

serveNode<EndingCalls>({
  echo: values => values,
  write: shared => void shared.fill(7),
  exit: code => process.exit(code),
  async throwLater(message) {
    setTimeout(() => {
      throw new Error(message);
    });
    await wait(60_000);
  },
  killItself: () => void process.kill(process.pid, 'SIGKILL'),
  fail: () => {
    throw Object.assign(new TypeError('Not of this kind.'), { code: 'ERR_KIND' });
  },
});
