/** Worker of `scripts/fuzz.mjs`: reads damaged files, one message a case. */
import { parentPort, workerData } from 'node:worker_threads';
import { runCase } from './fuzz-run';
import { realSeeds, smallSeeds } from './fuzz-seeds';

interface Task {
  run: number;
  from: number;
  to: number;
  /** Every so many cases is made from a real file. */
  realEvery: number;
  data?: string;
}

async function work({ run, from, to, realEvery, data }: Task): Promise<void> {
  const small = await smallSeeds();
  const real = realSeeds(data);
  for (let index = from; index < to; index++) {
    const useReal = real.length > 0 && index % realEvery === 0;
    parentPort!.postMessage({ type: 'start', index });
    const within = useReal ? index / realEvery : index;
    const outcome = await runCase(useReal ? real : small, run, within);
    parentPort!.postMessage({ type: 'done', ...outcome, index });
  }
}

void work(workerData as Task);
