import * as tf from '@tensorflow/tfjs';
import { withPatience } from '../workers/silence';
import {
  chooseBackend,
  gpuBackends,
  type BackendChoice,
  type BackendName,
  type BackendReport,
  type Finding,
  type GpuBackend,
  type KernelReport,
  type Verdict,
} from './browser-choice';
import { explanationMilliseconds, explanationValues } from './forward-test';
import { findCard } from './graphics';
import { selfTestError, selfTestTolerance } from './self-test';

/**
 * Chooses and starts the tfjs backend of this thread. WebAssembly starts first: what a graphics card computes is compared with
 * it, and where no card is of use it is there already.
 *
 * @param wasmPath folder of the tfjs-backend-wasm*.wasm files, ending in '/'
 * @throws Error when no backend works, with each reason
 */
export async function startBrowserBackend(
  requested: BackendChoice,
  wasmPath: string,
): Promise<BackendReport> {
  const findings: Finding[] = [];
  let kernels: KernelReport | undefined;
  if (requested !== 'cpu') {
    const wasm = await startWasm(wasmPath);
    findings.push(wasm.finding);
    kernels = wasm.kernels;
  }
  if (!findings.some(isPassed)) findings.push(await startPlain());
  const onProcessor = tf.getBackend();

  const wanted = gpuBackends.filter(backend => requested === 'auto' || requested === backend);
  const timed = requested === 'auto';
  let expected: Promise<Float32Array[]> | undefined;
  for (const backend of wanted) {
    const finding = await lookAt(backend, timed, () => (expected ??= explanationValues()));
    findings.unshift(finding);
    await tf.setBackend(onProcessor);
  }
  const hasRival = findings.some(finding => isPassed(finding) && finding.backend !== onProcessor);
  if (timed && hasRival && onProcessor === 'wasm') {
    findings[findings.findIndex(({ backend }) => backend === 'wasm')] = {
      backend: 'wasm',
      outcome: 'passed',
      milliseconds: await explanationMilliseconds(),
    };
  }

  const { name, why } = chooseBackend(requested, findings);
  for (const backend of wanted) if (backend !== name) drop(backend);
  await start(name);
  return { name, requested, why, findings, ...(name === 'wasm' && { kernels }) };
}

/**
 * Starts the backend of a helper of this worker's kind, which computes what the other one does.
 *
 * @param kernels those that the other one uses
 */
export async function startHelperBackend(wasmPath: string, kernels: KernelReport['kernels']): Promise<void> {
  const { prepareWasm, registerKernels } = await import(/* webpackChunkName: "wasm" */ './browser-wasm');
  prepareWasm(wasmPath);
  await start('wasm');
  if (kernels === 'own') await registerKernels({ keepFilters: true });
}

const startPatienceMs = 60_000;
/** Shaders are compiled at their first use, which takes a driver seconds. */
const testPatienceMs = 60_000;

async function startWasm(wasmPath: string): Promise<{ finding: Finding; kernels?: KernelReport }> {
  try {
    const { prepareWasm, chooseKernels } = await import(/* webpackChunkName: "wasm" */ './browser-wasm');
    prepareWasm(wasmPath);
    await requireWasmFile(wasmPath);
    await start('wasm');
    return { finding: { backend: 'wasm', outcome: 'passed' }, kernels: await chooseKernels() };
  } catch (error) {
    return { finding: { backend: 'wasm', outcome: 'failed', detail: (error as Error).message } };
  }
}

/** Plain JavaScript runs everywhere. */
async function startPlain(): Promise<Finding> {
  try {
    await import(/* webpackChunkName: "cpu" */ '@tensorflow/tfjs-backend-cpu');
    await start('cpu');
    return { backend: 'cpu', outcome: 'passed' };
  } catch (error) {
    return { backend: 'cpu', outcome: 'failed', detail: (error as Error).message };
  }
}

async function start(name: BackendName): Promise<void> {
  const started = (async () => {
    if (!(await tf.setBackend(name))) throw new Error('it does not start');
    await tf.ready();
  })();
  await withPatience(started, startPatienceMs, () => new Error('it does not start: no answer within 60 s'));
}

/**
 * Looks at one backend of a graphics card: whether there is one, and whether its values are right. Leaves it as the current one.
 *
 * @param timed whether speed counts: software is then not even tested
 * @param expected values of the processor
 */
async function lookAt(
  backend: GpuBackend,
  timed: boolean,
  expected: () => Promise<Float32Array[]>,
): Promise<Finding> {
  let device: string | undefined;
  try {
    const card = await findCard(backend);
    if ('outcome' in card) return { backend, ...card };
    ({ device } = card);
    if (timed && card.software) return { backend, device, outcome: 'software' };
    const wanted = await expected();
    const late = (): Error => new Error('its test does not end within 60 s');
    const tested = await withPatience(test(backend, timed, wanted), testPatienceMs, late);
    return { backend, device, ...tested };
  } catch (error) {
    return { backend, device, outcome: 'failed', detail: (error as Error).message };
  }
}

async function test(
  backend: GpuBackend,
  timed: boolean,
  expected: readonly Float32Array[],
): Promise<Verdict> {
  // Fetched when it is used.
  await (backend === 'webgpu'
    ? import(/* webpackChunkName: "webgpu" */ '@tensorflow/tfjs-backend-webgpu')
    : import(/* webpackChunkName: "webgl" */ '@tensorflow/tfjs-backend-webgl'));
  await start(backend);
  const error = selfTestError(await onCard(backend, explanationValues), expected);
  if (!(error <= selfTestTolerance)) return { outcome: 'wrong', error };
  return { outcome: 'passed', ...(timed && { milliseconds: await explanationMilliseconds() }) };
}

/** Runs a test on the card itself: both backends leave small tensors to the processor. */
async function onCard<T>(backend: GpuBackend, run: () => Promise<T>): Promise<T> {
  const flag = `${backend.toUpperCase()}_CPU_FORWARD`;
  tf.env().set(flag, false);
  try {
    return await run();
  } finally {
    tf.env().set(flag, true);
  }
}

function isPassed({ outcome }: Finding): boolean {
  return outcome === 'passed';
}

/** Gives back what a backend that is not used holds of the card. */
function drop(backend: GpuBackend): void {
  if (tf.findBackendFactory(backend)) tf.removeBackend(backend);
}

/** TensorFlow.js waits for ever for a wasm file that is not there. @throws Error naming the file */
async function requireWasmFile(wasmPath: string): Promise<void> {
  const hasSimd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const url = `${wasmPath}tfjs-backend-wasm${hasSimd ? '-simd' : ''}.wasm`;
  const abort = new AbortController();
  const late = (): Error => new Error(`${url} does not come within 60 s`);
  const response = await withPatience(fetch(url, { signal: abort.signal }), startPatienceMs, late);
  // What it holds is read by TensorFlow.js, mostly out of the cache.
  const isPage = (response.headers.get('content-type') ?? '').includes('text/html');
  abort.abort();
  if (response.ok && !isPage) return;
  throw new Error(
    `${url} is missing (${isPage ? 'a web page is sent instead' : `HTTP ${response.status}`}); serve it beside the extension`,
  );
}
