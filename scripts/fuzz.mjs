// Reads many damaged DICOM files and counts what became of them: node scripts/fuzz.mjs --cases 10000 --run 1
import { build } from 'esbuild';
import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';

const { values: options } = parseArgs({
  options: {
    cases: { type: 'string', default: '10000' },
    run: { type: 'string', default: '1' },
    // Every so many cases is made from a real file, where there are any.
    'real-every': { type: 'string', default: '10' },
    data: { type: 'string' },
  },
});
const cases = Number(options.cases);
/** No message for so long, on a machine however busy: a hang. */
const patience = 60_000;

const outfile = './.cache/fuzz-worker.cjs';
await mkdir('.cache', { recursive: true });
await build({
  entryPoints: ['test/dicom/fuzz-worker.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  logLevel: 'warning',
});

const outcomes = {};
const faults = [];
const worst = { seconds: 0, allocatedShare: 0, allocated: 0, heap: 0 };
let next = 0;
while (next < cases) next = await runFrom(next);

console.table(outcomes);
console.log(
  `${cases} cases, run ${options.run}: ${faults.length} faults. Slowest ${worst.seconds.toFixed(2)} s of processor time, ` +
    `most allocated ${mebibytes(worst.allocated)} (at most ${Math.round(100 * worst.allocatedShare)} % of its file’s limit), ` +
    `largest codec memory ${mebibytes(worst.heap)}.`,
);
for (const fault of faults) console.log(`case ${fault.index} (${fault.name}): ${fault.fault}`);
process.exitCode = faults.length > 0 ? 1 : 0;

/** Runs cases from a number on in a worker. @returns the number to go on with */
function runFrom(from) {
  return new Promise(resolve => {
    const worker = new Worker(outfile, {
      workerData: {
        run: Number(options.run),
        from,
        to: cases,
        realEvery: Number(options['real-every']),
        data: options.data,
      },
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
    });
    let current = from;
    let timer = setTimeout(hang, patience);
    function hang() {
      faults.push({ index: current, name: 'hang', fault: `no answer for ${patience / 1000} s` });
      void worker.terminate();
    }
    worker.on('message', message => {
      clearTimeout(timer);
      timer = setTimeout(hang, patience);
      current = message.index;
      if (message.type === 'done') count(message);
    });
    worker.on('error', error => {
      faults.push({ index: current, name: 'crash', fault: String(error) });
    });
    worker.on('exit', () => {
      clearTimeout(timer);
      resolve(current + 1);
    });
  });
}

function count(outcome) {
  outcomes[outcome.outcome] = (outcomes[outcome.outcome] ?? 0) + 1;
  if (outcome.fault) faults.push(outcome);
  worst.seconds = Math.max(worst.seconds, outcome.seconds);
  worst.allocated = Math.max(worst.allocated, outcome.allocated);
  worst.heap = Math.max(worst.heap, outcome.heap);
  worst.allocatedShare = Math.max(worst.allocatedShare, outcome.allocated / outcome.limit);
}

function mebibytes(bytes) {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
