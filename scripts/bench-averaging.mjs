// Measures averaged maps on one and on several workers of the browser, in Chromium: `node scripts/bench-averaging.mjs` after
// `npm run build`. Needs no OHIF and no network.
//   --model ID    default cxr-pneumonia
//   --side N      of the film, pixels; default 1024
//   --repeats N   warm runs of which the median is told; default 5
//   --count N     transforms, default 10
//   --apart       also two pages at once, each with one worker of its own: how much such workers keep each other up
// `one pass` and `averaged` are seconds from the prepared film to the map, with the classifier and the scores; warm. `ratio` is what
// averaging costs in passes; `map` says whether the map is that of one worker, bit for bit, and ends with 1 where it is not.
import os from 'node:os';
import { parseArgs } from 'node:util';
import { printRow, startWorkerPages } from './worker-pages.mjs';

const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: 'cxr-pneumonia' },
    side: { type: 'string', default: '1024' },
    repeats: { type: 'string', default: '5' },
    count: { type: 'string', default: '10' },
    apart: { type: 'boolean', default: false },
  },
});
const cores = os.cpus().length;
const pages = await startWorkerPages([], 600_000);
try {
  console.log(`Chromium ${pages.version}, ${os.cpus()[0]?.model ?? 'unknown processor'}, ${cores} cores`);
  console.log(`load average before: ${os.loadavg()[0].toFixed(2)}; ${new Date().toISOString()}`);
  console.log(
    `model ${options.model}, film of ${options.side} × ${options.side}, mean of ${options.count}\n`,
  );
  const head = ['workers', 'one pass', 'averaged', 'ratio', 'parts made by helpers', 'map'];
  printRow(head);
  printRow(head.map(() => '---'));
  const asked = {
    backend: 'wasm',
    model: options.model,
    side: Number(options.side),
    repeats: Number(options.repeats),
    count: Number(options.count),
  };
  const measured = workers => pages.run(given => globalThis.bench(given), { ...asked, workers });
  let alone;
  for (let workers = 1; workers <= Math.min(4, Math.max(2, cores)); workers++) {
    const { times, averagedMap, averaging } = await measured(workers);
    alone ??= averagedMap;
    const same = averagedMap.every((value, i) => value === alone[i]);
    if (!same) process.exitCode = 1;
    printRow([
      `${averaging.workers - averaging.failures.length}`,
      times.warm.toFixed(3),
      times.averaged.toFixed(3),
      (times.averaged / times.warm).toFixed(2),
      `${averaging.helped} of ${averaging.parts}`,
      `${same ? 'the same' : 'ANOTHER'}${averaging.failures.map(failure => `; ${failure}`).join('')}`,
    ]);
  }
  if (options.apart) {
    console.log('\nTwo pages at once, one worker each:\n');
    printRow(['one pass', 'averaged']);
    printRow(['---', '---']);
    for (const { times } of await Promise.all([measured(1), measured(1)]))
      printRow([times.warm.toFixed(3), times.averaged.toFixed(3)]);
  }
} finally {
  await pages.close();
}
