import type { Worker } from '@playwright/test';
import type { ViewerPage } from './viewer-page';

/** What TensorFlow.js keeps on the worker's global scope. */
export interface TfjsScope {
  _tfengine: {
    backend: {
      gpgpu: { gl: WebGL2RenderingContext };
      wasm: { _malloc(bytes: number): number };
    };
  };
}

/** The worker in which the networks run; the viewer has others for its pixels. */
export function computeWorker(viewer: ViewerPage): Worker {
  const worker = viewer.page.workers().find(candidate => candidate.url().endsWith('explain-worker.js'));
  if (!worker) throw new Error('The compute worker does not run.');
  return worker;
}
