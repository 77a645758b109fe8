// Measures the extension's worker on a graphics card, in Chromium: `node scripts/bench-gpu.mjs` after `npm run build`. Needs no
// OHIF and no network: one page, the worker of dist/extension, one synthetic film. Under ten minutes, also in software.
//   --software    SwiftShader in place of a card, to try the script where there is none; its times say nothing
//   --model ID    default cxr-pneumonia
//   --side N      of the film, pixels; default 1024
//   --repeats N   warm runs of which the median is told; default 5
// Backends take turns in pages of their own: wasm first, whose map and scores are the right ones, then WebGPU and WebGL, then what
// is chosen automatically. Columns: `start` from the start of the worker to a tested backend; `cold` the first explanation, with
// all compiling; `warm` a later one; `mean of 10` averaged (eq. 11), warm; then the largest difference of the map over its largest
// value, and that of the three scores, each against wasm. Ends with 1 where a backend that is offered differs by more than 1e-3.
import os from 'node:os';
import { parseArgs } from 'node:util';
import { printRow, startWorkerPages } from './worker-pages.mjs';

const tolerance = 1e-3;
/** For one backend, milliseconds: three of them and the automatic choice end within ten minutes. */
const patience = 140_000;

const { values: options } = parseArgs({
  options: {
    software: { type: 'boolean', default: false },
    model: { type: 'string', default: 'cxr-pneumonia' },
    side: { type: 'string', default: '1024' },
    repeats: { type: 'string', default: '5' },
  },
});

const software = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
// A card without a screen: Chromium reaches it through Vulkan alone.
const hardware = [
  '--use-angle=vulkan',
  '--enable-features=Vulkan',
  '--disable-vulkan-surface',
  '--ignore-gpu-blocklist',
];
const flags = [
  '--enable-unsafe-webgpu',
  ...(options.software ? [...software, '--use-webgpu-adapter=swiftshader'] : hardware),
];

const pages = await startWorkerPages(flags, patience);
let failed = false;
try {
  console.log(
    `Chromium ${pages.version}, ${os.cpus()[0]?.model ?? 'unknown processor'}, ${os.cpus().length} cores`,
  );
  console.log(`load average before: ${os.loadavg()[0].toFixed(2)}; ${new Date().toISOString()}`);
  const cards = await pages.run(() => globalThis.cards());
  console.log(`WebGPU: ${cards.webgpu}\nWebGL: ${cards.webgl}`);
  console.log(`model ${options.model}, film of ${options.side} × ${options.side}, times in seconds\n`);
  const head = ['backend', 'card', 'start', 'cold', 'warm', 'mean of 10', 'map', 'scores', 'remarks'];
  printRow(head);
  printRow(head.map(() => '---'));
  const right = await measure('wasm');
  for (const backend of ['webgpu', 'webgl', 'auto']) await measure(backend, right);
} finally {
  await pages.close();
}
process.exitCode = failed ? 1 : 0;

/** Measures one backend, compares it with `right` and prints its line. */
async function measure(backend, right) {
  let result;
  try {
    const given = {
      backend,
      model: options.model,
      side: Number(options.side),
      repeats: Number(options.repeats),
    };
    result = await pages.run(asked => globalThis.bench(asked), given);
  } catch (error) {
    failed = true;
    printRow([backend, '', '', '', '', '', '', '', error.message.split('\n')[0]]);
    return undefined;
  }
  const { report, times } = result;
  const found = report.findings.find(one => one.backend === (backend === 'auto' ? report.name : backend));
  const card = found?.device ?? '';
  const remarks = report.findings.map(remark).join('; ');
  if (backend !== 'auto' && report.name !== backend) {
    failed ||= found?.outcome !== 'absent';
    printRow([backend, card, '', '', '', '', '', '', remarks]);
    return undefined;
  }
  const errors = right ? compare(result, right) : { map: '', scores: '' };
  failed ||= right !== undefined && !(errors.map <= tolerance && errors.scores <= tolerance);
  const name = backend === 'auto' ? `auto: ${report.name}` : backend;
  const error = value => (right ? value.toExponential(1) : 'the right ones');
  printRow([
    name,
    card,
    ...['start', 'cold', 'warm', 'averaged'].map(kind => times[kind].toFixed(3)),
    error(errors.map),
    error(errors.scores),
    remarks,
  ]);
  return result;
}

/** Differences of both maps and of all scores. */
function compare(actual, expected) {
  const worst = (a, b) => {
    const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return b.reduce((most, value, i) => Math.max(most, Math.abs(value - a[i])), 0) / largest;
  };
  return {
    map: Math.max(worst(actual.map, expected.map), worst(actual.averagedMap, expected.averagedMap)),
    scores: expected.scores.reduce((most, value, i) => Math.max(most, Math.abs(value - actual.scores[i])), 0),
  };
}

function remark({ backend, outcome, milliseconds, detail, error }) {
  const more = [detail, error?.toPrecision(2), milliseconds && `${milliseconds.toFixed(1)} ms`].filter(
    Boolean,
  );
  return `${backend} ${outcome}${more.length > 0 ? ` (${more.join(', ')})` : ''}`;
}
