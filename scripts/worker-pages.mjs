// The extension's worker in an empty page of Chromium, for benchmarks: no OHIF and no network are needed.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'esbuild';
import { ensureChromium } from './chromium.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const served = path.join(root, 'dist', 'extension');

/**
 * Starts a browser with a server for the built extension.
 *
 * @param {readonly string[]} flags of Chromium
 * @param {number} patience for one page, milliseconds
 */
export async function startWorkerPages(flags, patience) {
  const server = http.createServer(serve);
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${server.address().port}/`;
  const script = await pageScript();
  const browser = await chromium.launch({
    executablePath: await ensureChromium(),
    args: ['--no-sandbox', ...flags],
  });
  return {
    browser,
    version: browser.version(),
    /**
     * Runs something in a fresh page, which has `bench`, `memory` and `cards`.
     *
     * @param whileOpen called with the page before it is closed
     */
    async run(work, given, whileOpen = () => undefined) {
      const page = await browser.newPage();
      try {
        await page.goto(address);
        await page.addScriptTag({ content: script });
        const late = new Promise((_resolve, reject) => {
          setTimeout(() => reject(new Error(`no end within ${patience / 1000} s`)), patience).unref();
        });
        const result = await Promise.race([page.evaluate(work, given), late]);
        await whileOpen(page);
        return result;
      } finally {
        await page.close();
      }
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** Prints a line of a table. */
export function printRow(cells) {
  console.log(`| ${cells.join(' | ')} |`);
}

/** What the page does: the extension's own way to its worker, and a film. */
async function pageScript() {
  const contents = `
    import { startEngine } from './src/extension/store/engine';
    import { makePhantom } from './src/phantom';

    function film(rows, columns = rows) {
      const { pixels } = makePhantom('bench', { rows, columns });
      const stored = Uint16Array.from(pixels, value => Math.round(4095 * value));
      const format = { rows, columns, photometric: 'MONOCHROME2', bytesPerPixel: 2, bitsStored: 12, highBit: 11, signed: false };
      return { pixels: stored, format, lut: { slope: 1, intercept: 0 }, shutters: [] };
    }
    const median = values => [...values].sort((a, b) => a - b)[values.length >> 1];

    globalThis.bench = async ({ backend, model, side, repeats, workers, count = 10 }) => {
      const baseUrl = new URL('./', location.href).href;
      const attributes = { modality: 'DX', bodyPart: 'CHEST', viewPosition: 'PA', isPhantom: model === 'phantom', photometric: 'MONOCHROME2', rows: side, columns: side };
      const begun = performance.now();
      const engine = await startEngine(baseUrl + 'explain-worker.js');
      const seconds = since => (performance.now() - since) / 1000;
      try {
        const { backend: report, models } = await engine.call('start', { baseUrl, modelIds: [model], backend, workers });
        const start = seconds(begun);
        const { card, error } = models[0];
        if (!card) throw new Error(error);
        await engine.call('load', { modelId: model });
        const methodId = card.defaultMethod ?? 'similar-adversarial';
        const explain = async augment => {
          const since = performance.now();
          const reply = await engine.call('explain', { key: 'film', image: film(side), attributes, methodId, augment });
          return { reply, seconds: reply.seconds.classifier + reply.seconds.explanation, whole: seconds(since) };
        };
        const cold = await explain();
        const warm = [];
        for (let i = 0; i < repeats; i++) warm.push(await explain());
        const augment = { count, seed: 0 };
        // Helpers join as they are ready: until the first has, a map is made alone.
        const first = performance.now();
        for (;;) {
          const { averaging } = (await explain(augment)).reply;
          const waits = averaging && averaging.workers > 1 && averaging.helped === 0 && averaging.failures.length === 0;
          if (!waits || seconds(first) > 60) break;
        }
        const averaged = [];
        for (let i = 0; i < repeats; i++) averaged.push(await explain(augment));
        const { decision, decisionSimilar, decisionAdversarial, map } = warm[0].reply;
        return {
          report,
          times: { start, cold: cold.seconds, warm: median(warm.map(one => one.seconds)), averaged: median(averaged.map(one => one.seconds)) },
          map: Array.from(map),
          averagedMap: Array.from(averaged[0].reply.map),
          averaging: averaged.at(-1).reply.averaging,
          scores: [decision, decisionSimilar, decisionAdversarial].filter(Boolean).map(one => one.score),
        };
      } finally {
        engine.terminate();
      }
    };

    globalThis.memory = async ({ model, rows, columns, count, runs, samples }) => {
      const baseUrl = new URL('./', location.href).href;
      const attributes = { modality: 'DX', bodyPart: 'CHEST', viewPosition: 'PA', isPhantom: model === 'phantom', photometric: 'MONOCHROME2', rows, columns };
      const engine = await startEngine(baseUrl + 'explain-worker.js');
      const { models } = await engine.call('start', { baseUrl, modelIds: [model], backend: 'wasm' });
      const { card, error } = models[0];
      if (!card) throw new Error(error);
      await engine.call('load', { modelId: model });
      const methodId = card.defaultMethod ?? 'similar-adversarial';
      const augment = count > 0 ? { count, seed: 0 } : undefined;
      const image = film(rows, columns);
      const taken = [];
      let workers = 1;
      for (let run = 1; run <= runs; run++) {
        const key = 'film ' + (run % 3);
        const { averaging } = await engine.call('explain', { key, image: { ...image, pixels: image.pixels.slice() }, attributes, methodId, augment });
        if (averaging) workers = averaging.workers - averaging.failures.length;
        await engine.call('levels', { key, percentiles: [80, 90] });
        await engine.call('values', { key, kind: 'adversarial' });
        if (samples.includes(run)) taken.push({ run, ...(await engine.call('memory', {})) });
      }
      return { workers, taken };
    };

    globalThis.cards = async () => {
      const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
      const { vendor, architecture, device, description } = adapter?.info ?? {};
      const gl = document.createElement('canvas').getContext('webgl2');
      const names = gl?.getExtension('WEBGL_debug_renderer_info');
      return {
        webgpu: adapter ? [vendor, architecture, device, description].filter(Boolean).join(', ') || 'an unnamed adapter' : 'none',
        webgl: gl ? gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER) : 'none',
      };
    };`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

/** Serves the built extension, and an empty page. */
function serve({ url = '/' }, response) {
  const name = decodeURIComponent(new URL(url, 'http://localhost').pathname);
  if (name === '/')
    return void response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>bench</title>');
  const types = { '.js': 'text/javascript', '.json': 'application/json', '.wasm': 'application/wasm' };
  try {
    const file = path.join(served, path.normalize(name));
    response.setHeader('Content-Type', types[path.extname(file)] ?? 'application/octet-stream');
    response.end(readFileSync(file));
  } catch {
    response.writeHead(404).end();
  }
}
