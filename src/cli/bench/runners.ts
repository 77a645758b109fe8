import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { NodeBackendName } from '../../backends/node';
import { createSharedState } from '../../training/shared-state';
import type { BenchNet } from './nets';
import torchStep from './torch-step.py';
import { startThread } from '../../workers/node';
import type { RemoteWorker } from '../../workers/remote-worker';
import type { BenchCalls } from './worker';

/** Milliseconds of a step: by the clock, and of processor time over all threads. */
export interface StepTime {
  clock: number;
  processor: number;
}

/** Something that trains a net step by step. */
export interface StepRunner {
  /** E.g. `wasm, 2 workers`. */
  title: string;
  isYardstick: boolean;
  /** Runs one step; nothing else may run in this process meanwhile. */
  step(): Promise<StepTime>;
  /** Largest wasm heap of a worker so far, bytes; 0 where there is none. */
  heapBytes(): number;
  stop(): Promise<void>;
}

/** Workers that train with one of our backends. */
export async function startWorkers(
  net: BenchNet,
  size: number,
  backend: NodeBackendName,
  count: number,
): Promise<StepRunner> {
  const ranks = Array.from({ length: count }, (_, rank) => rank);
  const starting = ranks.map(() => startThread<BenchCalls>('bench-worker.js', words));
  const stop = async (): Promise<void> => {
    await Promise.allSettled(starting.map(async worker => (await worker).stop()));
  };
  const orStop = <T>(work: Promise<T>): Promise<T> =>
    work.catch(async (error: Error) => {
      await stop();
      throw error;
    });
  const workers = await orStop(Promise.all(starting));
  const each = <T>(ask: (worker: RemoteWorker<BenchCalls>, rank: number) => Promise<T>): Promise<T[]> =>
    orStop(Promise.all(workers.map(ask)));
  const [{ parameters, statistics }] = await each((worker, rank) =>
    worker.call('start', { rank, workers: count, backend, net, size }),
  );
  const state = createSharedState(parameters, statistics, count);
  await each((worker, rank) => worker.call('join', { state, initialise: rank === 0 }));
  let [steps, heap] = [0, 0];
  return {
    title: `${backend}, ${count} worker${count > 1 ? 's' : ''}`,
    isYardstick: false,
    async step() {
      const begun = performance.now();
      const busy = process.cpuUsage();
      const step = steps++;
      const answers = await each(worker => worker.call('step', { step }));
      const clock = performance.now() - begun;
      const { user, system } = process.cpuUsage(busy);
      heap = Math.max(heap, ...answers.map(({ heapBytes }) => heapBytes));
      return { clock, processor: (user + system) / 1000 };
    },
    heapBytes: () => heap,
    stop,
  };
}

const words = {
  name: 'A measuring worker',
  advice: 'Measure again, with a smaller net if it happens again.',
};

/** The interpreters that may have PyTorch; the second is Debian's own where another one comes first. */
const interpreters = ['python3', '/usr/bin/python3'];

/** A Python that has PyTorch. */
export function findTorch(): string | undefined {
  return interpreters.find(
    python => spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
  );
}

/** PyTorch on the processor, training the same net. */
export async function startTorch(
  net: BenchNet,
  size: number,
  python: string,
  threads: number,
): Promise<StepRunner> {
  const { classifier, generator, batch } = net;
  const specification = JSON.stringify({ ...classifier, generator, size, batch, threads });
  const child = spawn(python, ['-c', torchStep, specification], { stdio: ['pipe', 'pipe', 'inherit'] });
  const next = lineReader(child);
  const [version] = (await next()).split(' ');
  return {
    title: `PyTorch ${version}, ${threads} thread${threads > 1 ? 's' : ''}`,
    isYardstick: true,
    async step() {
      child.stdin.write('step\n');
      const [clock, processor] = (await next()).split(' ').map(Number);
      return { clock, processor };
    },
    heapBytes: () => 0,
    stop: async () => void child.kill(),
  };
}

function lineReader(child: ChildProcess): () => Promise<string> {
  const lines = createInterface({ input: child.stdout! });
  return () =>
    new Promise((resolve, reject) => {
      const onExit = (code: number | null): void => reject(new Error(`PyTorch ended (exit code ${code}).`));
      child.once('exit', onExit);
      lines.once('line', line => {
        child.off('exit', onExit);
        resolve(line);
      });
    });
}
