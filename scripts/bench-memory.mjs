// Measures what explaining takes of memory, in Chromium: `node scripts/bench-memory.mjs` after `npm run build`. Needs no OHIF and no
// network, and Linux for the memory of processes.
//   --model ID   default cxr-pneumonia
//   --runs N     explanations in a row that must not grow anything; default 200
// Each film is explained, its mask and its opposite image are asked for, in a page of its own. `wasm heap` is that of the worker that
// explains (it never shrinks, so it is the peak), `held` what the worker keeps of films (at most 400 MB), `process` the largest
// resident memory of the page's process, page and workers together. Ends with 1 where anything grew.
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { printRow, startWorkerPages } from './worker-pages.mjs';

const { values: options } = parseArgs({
  options: { model: { type: 'string', default: 'cxr-pneumonia' }, runs: { type: 'string', default: '200' } },
});
const runs = Number(options.runs);
const pages = await startWorkerPages([], 900_000);
try {
  console.log(
    `Chromium ${pages.version}, ${os.cpus()[0]?.model ?? 'unknown processor'}, ${os.cpus().length} cores`,
  );
  console.log(`model ${options.model}; ${new Date().toISOString()}\n`);
  const head = ['film', 'explained', 'workers', 'wasm heap, MB', 'tensors', 'held, MB', 'process, MB'];
  printRow(head);
  printRow(head.map(() => '---'));
  await tell('1024 × 1024', { rows: 1024, columns: 1024, count: 0, runs: 3 });
  await tell('3000 × 2500', { rows: 3000, columns: 2500, count: 0, runs: 3 });
  await tell('1024 × 1024, mean of 10', { rows: 1024, columns: 1024, count: 10, runs: 3 });
  await tell('3000 × 2500, mean of 10', { rows: 3000, columns: 2500, count: 10, runs: 3 });
  const early = Math.min(20, Math.ceil(runs / 10));
  const row = { rows: 1024, columns: 1024, count: 0, runs, samples: [early, Math.ceil(runs / 2), runs] };
  const taken = await tell(`1024 × 1024, ${runs} in a row`, row);
  const [first, last] = [taken[0], taken.at(-1)];
  const grown = ['wasmHeap', 'tensors', 'tensorBytes', 'held'].filter(name => last[name] > first[name]);
  console.log(grown.length > 0 ? `\nGrew from run ${early} on: ${grown.join(', ')}.` : '\nNothing grew.');
  if (grown.length > 0) process.exitCode = 1;
} finally {
  await pages.close();
}

async function tell(film, { samples = [], ...asked }) {
  let resident = 0;
  const given = { model: options.model, ...asked, samples: samples.length > 0 ? samples : [asked.runs] };
  const { workers, taken } = await pages.run(
    all => globalThis.memory(all),
    given,
    async () => void (resident = await largestResident()),
  );
  for (const [index, { run, wasmHeap, tensors, held }] of taken.entries()) {
    const isLast = index === taken.length - 1;
    const [heap, films] = [wasmHeap, held].map(bytes => (bytes / 1e6).toFixed(0));
    printRow([film, `${run} ×`, workers, heap, tensors, films, isLast ? (resident / 1e6).toFixed(0) : '']);
  }
  return taken;
}

/** Of the renderers that there are: each case has a page, and so a process, of its own. */
async function largestResident() {
  const session = await pages.browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const peaks = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0));
  return 1024 * Math.max(...peaks);
}
