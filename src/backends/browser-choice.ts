import { judgeRenderer, shortRenderer } from './renderer';

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
const slowProbeMilliseconds = 60;

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
  if (kind === 'software')
    return rest(
      `WebGL is software here (${shortRenderer(probe.renderer ?? '')}) and slower than WebAssembly`,
    );
  if (probe.milliseconds !== undefined && probe.milliseconds > slowProbeMilliseconds) {
    return rest(`WebGL is slow here (a test took ${Math.round(probe.milliseconds)} ms)`);
  }
  const hardware =
    kind === 'hardware'
      ? `a GPU is available (${shortRenderer(probe.renderer ?? '')})`
      : 'WebGL passed a speed test';
  return [{ name: 'webgl', reason: hardware }, ...rest('WebGL failed to start')];
}
