import { build } from 'esbuild';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';

// Inside the repository, so that the bundle finds its packages.
const folder = path.resolve('dist', `backend-test-${process.pid}`);

describe('prepareNodeBackend', () => {
  beforeAll(() => mkdir(folder, { recursive: true }));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('leaves no handler that swallows the origin of uncaught errors', async () => {
    const count = () =>
      ['uncaughtException', 'unhandledRejection'].map(event => process.listenerCount(event));
    const before = count();
    await prepareNodeBackend('wasm');
    expect(count()).toEqual(before);
  });

  it('works in a worker thread, bundled as the command is', async () => {
    await build({
      stdin: {
        contents: `
          import * as tf from '@tensorflow/tfjs';
          import { parentPort } from 'node:worker_threads';
          import { prepareNodeBackend } from './src/backends/node';
          prepareNodeBackend('wasm').then(() => {
            const x = tf.ones([1, 4, 4, 1]);
            const dw = tf.grad(w => tf.conv2d(x, w, 1, 'valid'))(tf.ones([3, 3, 1, 1]));
            parentPort.postMessage({ backend: tf.getBackend(), dw: [...dw.dataSync()] });
          });`,
        resolveDir: path.resolve('.'),
      },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      packages: 'external',
      outfile: path.join(folder, 'worker.cjs'),
      logLevel: 'error',
    });
    const worker = new Worker(path.join(folder, 'worker.cjs'));
    const message = await new Promise((resolve, reject) =>
      worker.once('message', resolve).once('error', reject),
    );
    await worker.terminate();
    // Every weight of a 3 × 3 filter sees the four output pixels once, on inputs of one.
    expect(message).toEqual({ backend: 'wasm', dw: Array.from({ length: 9 }, () => 4) });
  }, 60_000);
});
