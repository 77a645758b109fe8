import * as tf from '@tensorflow/tfjs';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { judgeRenderer } from './renderer';

export type BackendName = 'webgl' | 'wasm' | 'cpu';
/** What the user asks for. */
export type BackendChoice = 'auto' | BackendName;

/** The backend in use, and why. */
export interface BackendReport {
  name: BackendName;
  requested: BackendChoice;
  /** For people: why this one. */
  reason: string;
  /** Renderer behind WebGL, where the browser tells. */
  renderer?: string;
}

/** What was found out about WebGL before choosing. */
export interface WebglProbe {
  renderer?: string;
  /** Milliseconds of the timed probe; absent where the renderer's name settles it. */
  milliseconds?: number;
  /** Why WebGL cannot be used at all. */
  unusable?: string;
}

/** Milliseconds for the probe's convolutions above which WebGL is taken for software: a GPU needs a few. */
export const slowProbeMilliseconds = 60;

/**
 * The order in which backends are tried, with the reason.
 *
 * Software WebGL (SwiftShader, llvmpipe, Basic Render Driver) is 25 to 30 times slower than WebAssembly in the same
 * browser, so it is taken only when asked for.
 */
export function backendOrder(
  requested: BackendChoice,
  probe: WebglProbe,
): { name: BackendName; reason: string }[] {
  const rest = (reason: string): { name: BackendName; reason: string }[] => [
    { name: 'wasm', reason },
    { name: 'cpu', reason: 'neither WebGL nor WebAssembly can be used here; plain JavaScript is very slow' },
  ];
  if (requested === 'webgl') {
    if (probe.unusable) return rest(`WebGL was chosen but cannot be used: ${probe.unusable}`);
    return [{ name: 'webgl', reason: 'chosen by the user' }, ...rest('WebGL was chosen but failed to start')];
  }
  if (requested !== 'auto') {
    return [
      { name: requested, reason: 'chosen by the user' },
      { name: 'cpu', reason: `${requested} was chosen but failed to start` },
    ];
  }
  if (probe.unusable) return rest(`WebGL cannot be used: ${probe.unusable}`);
  const kind = judgeRenderer(probe.renderer);
  if (kind === 'software') return rest(`WebGL is software here (${probe.renderer}), which is slower`);
  if (probe.milliseconds !== undefined && probe.milliseconds > slowProbeMilliseconds) {
    return rest(`WebGL is slow here (a test took ${Math.round(probe.milliseconds)} ms)`);
  }
  const hardware =
    kind === 'hardware' ? `a GPU is available (${probe.renderer})` : 'WebGL passed a speed test';
  return [{ name: 'webgl', reason: hardware }, ...rest('WebGL failed to start')];
}

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
  // Threads would need more workers from inside this one and a cross-origin isolated page; one is fast enough.
  setThreadsCount(1);
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  const probe = await probeWebgl(requested);
  const failures: string[] = [];
  for (const { name, reason } of backendOrder(requested, probe)) {
    try {
      if (!(await tf.setBackend(name))) throw new Error('it does not start');
      await tf.ready();
      const because = failures.length > 0 ? `${reason} (${failures.join('; ')})` : reason;
      return { name, requested, reason: because, renderer: probe.renderer };
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message}`);
    }
  }
  throw new Error(`No tfjs backend starts: ${failures.join('; ')}`);
}

/** Whether the WebGL context of the current backend is gone. */
export function isContextLost(): boolean {
  if (tf.getBackend() !== 'webgl') return false;
  const backend = tf.backend() as { gpgpu?: { gl?: WebGLRenderingContext } };
  return backend.gpgpu?.gl?.isContextLost() ?? false;
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
