export type BackendName = 'webgpu' | 'webgl' | 'wasm' | 'cpu';
/** What the user asks for. */
export const backendChoices = ['auto', 'webgpu', 'webgl', 'wasm', 'cpu'] as const satisfies (
  'auto' | BackendName
)[];
export type BackendChoice = (typeof backendChoices)[number];

/** Backends that compute on a graphics card, the newer one first. */
export type GpuBackend = Extract<BackendName, 'webgpu' | 'webgl'>;
export const gpuBackends: readonly GpuBackend[] = ['webgpu', 'webgl'];

/**
 * What was found out about a backend of this browser:
 * - `passed`: its values are those of WebAssembly
 * - `insecure`: browsers offer it to pages over https and on localhost alone
 * - `absent`: the browser, or the machine, does not offer it
 * - `software`: it is only emulated, 25 and more times slower than WebAssembly; so it is not tested unless it was asked for
 * - `wrong`: its values are not those of WebAssembly
 * - `failed`: it did not start, or its test did not end
 */
export type Verdict =
  | { outcome: 'passed'; milliseconds?: number }
  | { outcome: 'insecure' | 'software' }
  | { outcome: 'absent' | 'failed'; detail: string }
  | { outcome: 'wrong'; error: number };

/** The verdict on one backend; of a graphics card its name, where the browser tells. */
export type Finding = Verdict & { backend: BackendName; device?: string };

/** Why a backend is taken: asked for, faster than all others that passed, alone in passing, or in the place of the one asked for. */
type BackendReason = 'chosen' | 'fastest' | 'only' | 'fallback';

/** The backend in use, and why. Data: the panel makes the words. */
export interface BackendReport {
  name: BackendName;
  requested: BackendChoice;
  why: BackendReason;
  /** Of every backend that was looked at, the one in use among them. */
  findings: readonly Finding[];
  /** Of the wasm backend: whether this project's kernels or the stock ones run, and how much faster they were in a test. */
  kernels?: KernelReport;
}

/** Which kernels the wasm backend runs, and why. */
export type KernelReport =
  | { kernels: 'own'; times: number }
  | { kernels: 'stock'; reason: 'slower' | 'wrong' | 'failed'; detail?: string };

/**
 * Chooses among the backends that were looked at: the one asked for where its values are right, else the fastest one that passed;
 * of equals the first of WebGPU, WebGL, WebAssembly. A backend whose values are wrong is never taken, whoever asks.
 *
 * @param findings of the backends that were started or looked for, each once
 * @throws Error when none passed, naming each with its reason
 */
export function chooseBackend(
  requested: BackendChoice,
  findings: readonly Finding[],
): Pick<BackendReport, 'name' | 'why'> {
  const passed = findings.filter(finding => finding.outcome === 'passed');
  const asked = passed.find(({ backend }) => backend === requested);
  if (asked) return { name: asked.backend, why: 'chosen' };
  const [best] = passed.sort((a, b) => timeOf(a) - timeOf(b) || rankOf(a.backend) - rankOf(b.backend));
  if (!best) {
    const reasons = findings.map(finding => `${finding.backend}: ${detailOf(finding)}`);
    throw new Error(`No TensorFlow.js backend works here: ${reasons.join('; ')}`);
  }
  if (requested !== 'auto') return { name: best.backend, why: 'fallback' };
  return { name: best.backend, why: passed.length > 1 ? 'fastest' : 'only' };
}

/** One that was not timed is the last resort. */
function timeOf(finding: Finding): number {
  return (finding.outcome === 'passed' ? finding.milliseconds : undefined) ?? Number.MAX_VALUE;
}

function rankOf(backend: BackendName): number {
  return ['webgpu', 'webgl', 'wasm', 'cpu'].indexOf(backend);
}

function detailOf(finding: Finding): string {
  if (finding.outcome === 'wrong') return `values wrong by ${finding.error.toPrecision(2)}`;
  return 'detail' in finding ? finding.detail : finding.outcome;
}
