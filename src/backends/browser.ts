import * as tf from '@tensorflow/tfjs';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { backendOrder, type BackendChoice, type BackendReport, type WebglProbe } from './browser-choice';
import { judgeRenderer } from './renderer';
import { withPatience } from '../workers/silence';
import { chooseKernels } from './own-kernels';
import { registerWasmGradients } from './wasm-gradients';

/**
 * Chooses and starts the tfjs backend of this thread.
 *
 * @param wasmPath folder of the tfjs-backend-wasm*.wasm files, ending in '/'
 * @throws Error when no backend starts, with each reason
 */
export async function startBrowserBackend(
  requested: BackendChoice,
  wasmPath: string,
): Promise<BackendReport> {
  setWasmPaths(wasmPath);
  registerWasmGradients();
  // Threads would need more workers from inside this one and a cross-origin isolated page; one is fast enough.
  setThreadsCount(1);
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  const probe = await probeWebgl(requested);
  const failures: string[] = [];
  for (const { name, reason } of backendOrder(requested, probe)) {
    try {
      if (name === 'wasm') await requireWasmFile(wasmPath);
      await withPatience(
        start(name),
        startPatienceMs,
        () => new Error('it does not start: no answer within 60 s'),
      );
      const kernels = name === 'wasm' ? `; ${(await chooseKernels()).reason}` : '';
      const because = (failures.length > 0 ? `${reason} (${failures.join('; ')})` : reason) + kernels;
      return { name, requested, reason: because, renderer: probe.renderer };
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message}`);
    }
  }
  throw new Error(`No tfjs backend starts: ${failures.join('; ')}`);
}

const startPatienceMs = 60_000;

async function start(name: string): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error('it does not start');
  await tf.ready();
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

/** Whether the WebGL context of the current backend is gone. */
export function isContextLost(): boolean {
  return currentContext()?.isContextLost() ?? false;
}

/**
 * Watches the WebGL context of the current backend while networks run: on a lost one tfjs waits for its fence for ever,
 * so the loss has to be learnt from the browser's own event.
 *
 * @returns `lost`, which rejects with `reason()` when the context goes, and `stop`, to be called when the work is over
 */
export function watchContext(reason: () => Error): { lost: Promise<never>; stop(): void } {
  const canvas = currentContext()?.canvas;
  let stop = (): void => undefined;
  const lost = new Promise<never>((_resolve, reject) => {
    if (!canvas) return;
    const listener = (): void => reject(reason());
    canvas.addEventListener('webglcontextlost', listener);
    stop = () => canvas.removeEventListener('webglcontextlost', listener);
    // The event of a loss just before this call is already past.
    if (isContextLost()) listener();
  });
  return { lost, stop: () => stop() };
}

function currentContext(): WebGLRenderingContext | undefined {
  if (tf.getBackend() !== 'webgl') return undefined;
  return (tf.backend() as { gpgpu?: { gl?: WebGLRenderingContext } }).gpgpu?.gl;
}

async function probeWebgl(requested: BackendChoice): Promise<WebglProbe> {
  if (requested !== 'auto' && requested !== 'webgl') return {};
  let renderer: string | undefined;
  try {
    renderer = readRenderer();
  } catch (error) {
    return { unusable: (error as Error).message };
  }
  if (requested === 'webgl' || judgeRenderer(renderer) !== 'unknown') return { renderer };
  try {
    return { renderer, milliseconds: await timeWebgl() };
  } catch (error) {
    return { renderer, unusable: (error as Error).message };
  }
}

/** @throws Error when there is no WebGL 2 that can hold float textures */
function readRenderer(): string | undefined {
  if (typeof OffscreenCanvas === 'undefined') throw new Error('the browser has no OffscreenCanvas');
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!gl) throw new Error('the browser offers no WebGL 2');
  try {
    if (!gl.getExtension('EXT_color_buffer_float')) throw new Error('it has no float textures');
    const info = gl.getExtension('WEBGL_debug_renderer_info');
    const name: unknown = gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
    return typeof name === 'string' && name ? name : undefined;
  } finally {
    gl.getExtension('WEBGL_lose_context')?.loseContext();
  }
}

/** Milliseconds of a few convolutions, shaders compiled before. */
async function timeWebgl(): Promise<number> {
  await tf.setBackend('webgl');
  await tf.ready();
  const run = async (): Promise<number> => {
    const start = performance.now();
    const result = tf.tidy(() => {
      const kernel = tf.fill([3, 3, 32, 32], 0.01) as tf.Tensor4D;
      let x = tf.ones([1, 56, 56, 32]) as tf.Tensor4D;
      for (let i = 0; i < 4; i++) x = tf.conv2d(x, kernel, 1, 'same');
      return tf.sum(x);
    });
    await result.data();
    result.dispose();
    return performance.now() - start;
  };
  await run();
  return Math.min(await run(), await run());
}
