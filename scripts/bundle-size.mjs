// What a viewer loads before its first explanation, without models and wasm file, on each backend. The build prints it, and
// fails where it is more than the limit, which lies above the aim; `node scripts/bundle-size.mjs` prints it again, with every file.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** Bytes as gzip sends them: what is aimed at, and what no build may pass. */
const aim = 350_000;
export const limit = 400_000;

const built = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../dist/extension');
const page = ['index.js', 'ohif-extension-explain.umd.js'];
const worker = ['explain-worker.js'];
/** Of the worker's chunks: those of the backends that a viewer takes by itself. */
const backends = ['wasm', 'webgl', 'webgpu'];

/** Bytes that are loaded first, by backend. */
export function firstLoads(folder = built) {
  const { chunks } = JSON.parse(readFileSync(path.join(folder, 'explain-worker.chunks.json'), 'utf8'));
  const sum = names => names.reduce((total, name) => total + gzipped(path.join(folder, name)), 0);
  const parts = { page: sum(page), worker: sum(worker) };
  return backends
    .filter(name => chunks[name])
    .map(name => {
      const own = sum(chunks[name]);
      return { name, ...parts, backend: own, total: parts.page + parts.worker + own };
    });
}

/** One line a backend. */
export function inWords(loads) {
  return loads.map(
    ({ name, page, worker, backend, total }) =>
      `Before the first explanation on ${name}: ${kB(total)} gzip (page ${kB(page)}, worker ${kB(worker)}, backend ` +
      `${kB(backend)}; aim ${kB(aim)}, at most ${kB(limit)}).`,
  );
}

function gzipped(file) {
  return gzipSync(readFileSync(file), { level: 9 }).length;
}

function kB(bytes) {
  return `${(bytes / 1000).toFixed(0)} kB`;
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  console.log(inWords(firstLoads()).join('\n'));
  for (const name of readdirSync(built).filter(one => one.endsWith('.js'))) {
    console.log(`  ${kB(gzipped(path.join(built, name))).padStart(7)}  ${name}`);
  }
}
