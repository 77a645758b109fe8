import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { bundledFile } from '../../workers/bundled-file';
import type { NodeBackendName } from '../../backends/node';
import { createSharedState } from '../../training/shared-state';
import type { BenchNet } from './nets';
import torchStep from './torch-step.py';
import type { BenchAnswer, BenchOrder, BenchStart } from './worker';

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
  const workers = Array.from({ length: count }, (_, rank) => {
    const workerData: BenchStart = { rank, workers: count, backend, net, size };
    return new Worker(bundledFile('bench-worker.js'), { workerData });
  });
  const stop = async (): Promise<void> => {
    await Promise.all(workers.map(worker => worker.terminate()));
  };
  const all = async (order?: BenchOrder): Promise<BenchAnswer[]> => {
    const answers = Promise.all(workers.map(nextAnswer));
    if (order) workers.forEach(worker => worker.postMessage(order));
    return answers.catch(async (error: Error) => {
      await stop();
      throw error;
    });
  };
  const [first] = await all();
  if (first.type !== 'ready') throw new Error(`A measuring worker answered "${first.type}".`);
  await all({ type: 'state', state: createSharedState(first.parameters, first.statistics, count) });
  let [steps, heap] = [0, 0];
  return {
    title: `${backend}, ${count} worker${count > 1 ? 's' : ''}`,
    isYardstick: false,
    async step() {
      const begun = performance.now();
      const busy = process.cpuUsage();
      const answers = await all({ type: 'step', step: steps++ });
      const clock = performance.now() - begun;
      const { user, system } = process.cpuUsage(busy);
      for (const answer of answers) if (answer.type === 'done') heap = Math.max(heap, answer.heapBytes);
      return { clock, processor: (user + system) / 1000 };
    },
    heapBytes: () => heap,
    stop,
  };
}

function nextAnswer(worker: Worker): Promise<BenchAnswer> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      worker.off('exit', onExit);
      finish();
    };
    const onMessage = (answer: BenchAnswer): void =>
      settle(() => (answer.type === 'failed' ? reject(new Error(answer.message)) : resolve(answer)));
    const onError = (error: Error): void => settle(() => reject(error));
    const onExit = (code: number): void =>
      settle(() => reject(new Error(`A measuring worker ended unexpectedly (exit code ${code}).`)));
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.on('exit', onExit);
  });
}

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
