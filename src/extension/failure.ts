import type { DicomImageErrorCode } from '../dicom/errors';
import type { ModelPackageErrorCode } from '../models/card';

/**
 * Why there is nothing to show, the same in worker, store and panel.
 *
 * Of the viewport: `no-viewport`, `no-image`, `loading` (it comes), `not-drawn`, `photometric`, and what a DICOM file may lack.
 * Of the model: `no-model`, `no-method`, `not-applicable`, `not-finite`, and what a package may lack.
 * Of what is held: `forgotten`, `stored` (the archive has the objects), `not-generated`, `wrong-size`, `not-fetched`,
 * `not-ours` (a stored result that this software did not make, or that was changed).
 * Of the worker: `worker-start`, `worker-lost`, `context-lost`, `out-of-memory`, `kernel-trap` (WebAssembly stopped itself),
 * `cancelled`. Anything else: `unexpected`.
 */
export type FailureCode = keyof typeof facts | DicomImageErrorCode | ModelPackageErrorCode;

interface Facts {
  /** The worker cannot be trusted after it and must be started anew. */
  endsWorker?: true;
  /** Another backend may do what failed on WebGL. */
  wasmMayHelp?: true;
}

const facts = {
  'no-viewport': {},
  'no-image': {},
  loading: {},
  'not-drawn': {},
  photometric: {},
  'no-model': {},
  'no-method': {},
  'not-applicable': {},
  // Unless WebAssembly made the values: then the network itself is at fault.
  'not-finite': { wasmMayHelp: true },
  forgotten: {},
  stored: {},
  'not-generated': {},
  'wrong-size': {},
  'not-fetched': {},
  'not-ours': {},
  'worker-start': { endsWorker: true },
  'worker-lost': { endsWorker: true },
  'context-lost': { endsWorker: true, wasmMayHelp: true },
  'out-of-memory': { endsWorker: true },
  'kernel-trap': { endsWorker: true },
  cancelled: { endsWorker: true },
  unexpected: {},
} satisfies Record<string, Facts>;

/** Codes of errors that come from elsewhere as they are. */
const foreign = {
  'not-dicom': {},
  truncated: {},
  damaged: {},
  'no-pixels': {},
  colour: {},
  'multi-frame': {},
  'unsupported-syntax': {},
  'unsupported-pixels': {},
  decode: {},
  schema: {},
  hash: {},
  missing: {},
  format: {},
} satisfies Record<DicomImageErrorCode | ModelPackageErrorCode, Facts>;

const all: Readonly<Record<FailureCode, Facts>> = { ...facts, ...foreign };

/** Code and words of a failure, as state and panel have it. */
export interface Failed {
  code: FailureCode;
  /** What was wrong and what to do, for people. */
  message: string;
}

/** A failure with its code. */
export class Failure extends Error {
  override name = 'Failure';
  constructor(
    readonly code: FailureCode,
    message: string,
  ) {
    super(message);
  }
}

/** A stored result that is not shown as this software's. @param why one sentence */
export function notOurs(why: string): Failure {
  return new Failure('not-ours', `${why} It was changed, or this software did not make it; it is not shown.`);
}

/** Whether the worker must be started anew after this. */
export function endsWorker(code: FailureCode): boolean {
  return all[code].endsWorker === true;
}

/** Whether WebAssembly may do what failed on WebGL. */
export function otherBackendMayHelp(code: FailureCode): boolean {
  return all[code].wasmMayHelp === true;
}

/**
 * What browsers say when there is no memory, under names that mean other things too. "Aborted()": TensorFlow.js' own WebAssembly
 * ends itself when its heap cannot grow any more.
 */
const browserLacksMemory = /out of memory|allocation failed|memory access out of bounds|OOM|^Aborted\(/i;

/** Code and words of whatever was thrown; errors of models, of DICOM and of the worker carry a code of their own. */
export function failureOf(error: unknown): Failed {
  if (!(error instanceof Error)) return { code: 'unexpected', message: String(error) };
  const { name, message } = error;
  const { code } = error as Error & { code?: unknown };
  if (typeof code === 'string' && Object.hasOwn(all, code)) return { code: code as FailureCode, message };
  if (name === 'WasmMemoryError' || browserLacksMemory.test(message)) {
    // What a kernel advises after ": use" is for trainings.
    return {
      code: 'out-of-memory',
      message:
        `The networks ran out of memory (${message.split(/\n|: use /)[0]}). Close other pages, or average over fewer ` +
        'transforms; then press Explain to try again.',
    };
  }
  // WebAssembly's own error: its memory may be in any state.
  return { code: name === 'RuntimeError' ? 'kernel-trap' : 'unexpected', message };
}
