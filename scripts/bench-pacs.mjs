// Measures `explain pacs` with one and more workers against an archive and a Redis that run already:
//   node scripts/bench-pacs.mjs http://127.0.0.1:8042/dicom-web redis://127.0.0.1:6379 models/phantom
// Each round explains every image of the archive anew: its seed makes other results of it, which stay in the archive.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: 'string', default: '1,2' },
    rounds: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const [archive, redis, model] = positionals;
if (!model) {
  console.error('Usage: node scripts/bench-pacs.mjs <DICOMweb address> <Redis address> <model folder>');
  process.exit(2);
}

let seed = Number(values.seed);
console.log('workers  images  seconds  images/min');
for (let round = 0; round < Number(values.rounds); round++) {
  for (const workers of values.workers.split(',').map(Number)) await measure(workers);
}

async function measure(workers) {
  seed++;
  const begin = performance.now();
  const counts = await Promise.all(Array.from({ length: workers }, () => runWorker()));
  const seconds = (performance.now() - begin) / 1000;
  const images = counts.reduce((sum, count) => sum + count, 0);
  const cells = [workers, images, seconds.toFixed(1), ((60 * images) / seconds).toFixed(1)];
  const widths = [7, 8, 9, 12];
  console.log(cells.map((cell, i) => String(cell).padStart(widths[i])).join(''));
}

/** One process of the command; gives the number of images that it explained. */
function runWorker() {
  const args = [
    'bin/explain.js',
    'pacs',
    archive,
    '--model',
    model,
    '--queue',
    redis,
    '--seed',
    String(seed),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', chunk => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => {
      if (code !== 0) return reject(new Error(`A worker ended with ${code}.`));
      const events = output
        .trim()
        .split('\n')
        .map(line => JSON.parse(line).event);
      resolve(events.filter(event => event === 'explained').length);
    });
  });
}
