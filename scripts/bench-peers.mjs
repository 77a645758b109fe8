// Compares the viewer's WebAssembly backend with onnxruntime-web (wasm, SIMD), one thread each, in one page of Chromium:
// `node scripts/bench-peers.mjs [PART OF A NAME...]`. The networks of the shipped packages and of the paper's sizes are
// written as ONNX from their weights; all runners must answer the same to 1e-4, or the script ends with exit code 1. They take
// turns, one image each, `--repeats 5` times, after two rounds and `--warm-up 2000` milliseconds that are not measured. Printed, in milliseconds an image: medians, and the ratios of medians and of
// fastest runs. Stock TensorFlow.js kernels run beside them.
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build } from 'esbuild';
import { ensureChromium } from './chromium.mjs';

const tolerance = 1e-4;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { repeats: { type: 'string', default: '5' }, 'warm-up': { type: 'string', default: '2000' } },
});

const scripts = mkdtempSync(path.join(os.tmpdir(), 'explain-peers-'));
await build({
  absWorkingDir: root,
  entryPoints: ['page', 'ours', 'onnxruntime'].map(name => `scripts/peers/${name}.mjs`),
  outdir: scripts,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  external: ['module', 'worker_threads', 'perf_hooks', 'os', 'fs', 'path', 'crypto', 'util', 'url'],
  logLevel: 'error',
});
const server = await serve();
const browser = await chromium.launch({ executablePath: await ensureChromium(), args: ['--no-sandbox'] });
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => globalThis.measureNetwork);
  const words = await page.evaluate(() => globalThis.startRunners());
  console.log(
    `${os.cpus()[0]?.model ?? 'unknown processor'}, ${os.cpus().length} cores, Chromium ${browser.version()}, ` +
      `onnxruntime-web ${words.ort}, ${new Date().toISOString()}\n` +
      `load average before: ${os.loadavg()[0].toFixed(2)} (from the number of cores on, other work disturbs the figures)\n`,
  );
  await measureAll(page);
} finally {
  await browser.close();
  server.close();
  rmSync(scripts, { recursive: true, force: true });
}

async function measureAll(page) {
  const known = await page.evaluate(() => globalThis.networkNames);
  const chosen = known.filter(
    name => positionals.length === 0 || positionals.some(part => name.includes(part)),
  );
  if (chosen.length === 0) throw new Error(`No such network; known are: ${known.join('; ')}`);
  const head = [
    'network',
    'onnxruntime-web',
    'stock tfjs',
    'ours',
    'onnxruntime-web / ours',
    'of the fastest',
    'stock / ours',
    'largest difference',
  ];
  print(head);
  print(head.map(() => '---'));
  let differs = false;
  for (const name of chosen) {
    const { times, error } = await page.evaluate(
      parameters => globalThis.measureNetwork(...parameters),
      [name, Number(options.repeats), Number(options['warm-up'])],
    );
    const [ort, stock, ours] = [times.ort, times.stock, times.ours].map(median);
    const largest = Math.max(error.ours, error.stock);
    differs ||= !(largest <= tolerance);
    print([
      name,
      ort.toFixed(1),
      stock.toFixed(1),
      ours.toFixed(1),
      (ort / ours).toFixed(2),
      (Math.min(...times.ort) / Math.min(...times.ours)).toFixed(2),
      (stock / ours).toFixed(2),
      largest.toExponential(0),
    ]);
  }
  if (!differs) return;
  console.error(
    `Answers differ by more than ${tolerance}: the networks are not the same, or a kernel is wrong.`,
  );
  process.exitCode = 1;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function print(cells) {
  console.log(`| ${cells.join(' | ')} |`);
}

/** Serves the page, its workers, the packages and the wasm files of both runtimes. */
async function serve() {
  const folders = {
    models: path.join(root, 'models'),
    tfjs: path.join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist'),
    ort: path.join(root, 'node_modules/onnxruntime-web/dist'),
  };
  const types = {
    '.js': 'text/javascript',
    '.mjs': 'text/javascript',
    '.wasm': 'application/wasm',
    '.json': 'application/json',
  };
  const listening = createServer(async (request, response) => {
    const [first, ...rest] = decodeURIComponent(request.url.slice(1)).split('/');
    if (first === '') {
      response.setHeader('content-type', 'text/html').end('<script type="module" src="page.js"></script>');
      return;
    }
    const file = folders[first] ? path.join(folders[first], ...rest) : path.join(scripts, first);
    const body = await readFile(file).catch(() => undefined);
    response.setHeader('content-type', types[path.extname(file)] ?? 'application/octet-stream');
    if (!body) response.statusCode = 404;
    response.end(body);
  });
  await new Promise(resolve => listening.listen(0, '127.0.0.1', resolve));
  return listening;
}
