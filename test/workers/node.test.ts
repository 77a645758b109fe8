import { build } from 'esbuild';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProcess, startThread } from '../../src/workers/node';
import { transfer } from '../../src/workers/port';
import type { EndingCalls } from './ending-worker';

let folder: string;
let script: string;
const words = { name: 'A test’s worker', advice: 'Look at the test.' };

beforeAll(async () => {
  // Inside the repository, so that the bundle finds its packages.
  await mkdir('dist', { recursive: true });
  folder = await mkdtemp(path.resolve('dist', 'workers-test-'));
  script = path.join(folder, 'worker.js');
  await build({
    entryPoints: ['test/workers/ending-worker.ts'],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a worker thread', () => {
  it('takes over what is marked, and shares shared memory', async () => {
    const thread = await startThread<EndingCalls>(script, words);
    const moved = Float32Array.of(1, 2);
    expect(await thread.call('echo', transfer(moved, moved.buffer))).toEqual(Float32Array.of(1, 2));
    expect(moved.length).toBe(0);
    const shared = new Float32Array(new SharedArrayBuffer(8));
    await thread.call('write', shared);
    expect([...shared]).toEqual([7, 7]);
    await thread.stop();
    expect(thread.state).toBe('stopped');
  });

  it('throws with name, code and trace of its error, and goes on', async () => {
    const thread = await startThread<EndingCalls>(script, words);
    const error = await thread.call('fail', undefined).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'TypeError', message: 'Not of this kind.', code: 'ERR_KIND' });
    expect((error as Error).stack).toContain('worker.js');
    expect(await thread.call('echo', Float32Array.of(3))).toEqual(Float32Array.of(3));
    await thread.stop();
  });

  it('that exits, or fails outside of a call, is lost with the reason', async () => {
    const exiting = await startThread<EndingCalls>(script, words);
    await expect(exiting.call('exit', 3)).rejects.toMatchObject({
      ending: 'lost',
      message: 'A test’s worker ended unexpectedly (exit code 3). Look at the test.',
    });
    const failing = await startThread<EndingCalls>(script, words);
    await expect(failing.call('throwLater', 'out of the blue')).rejects.toMatchObject({
      ending: 'lost',
      message: 'A test’s worker failed (out of the blue). Look at the test.',
    });
    // What is asked later is told at once.
    await expect(failing.call('echo', new Float32Array(1))).rejects.toThrow(/out of the blue/);
  });

  it('that does not load says why', async () => {
    const broken = path.join(folder, 'broken.js');
    await writeFile(broken, "require('a-package-that-nobody-has');");
    await expect(startThread(broken, words)).rejects.toMatchObject({
      ending: 'start',
      message: expect.stringMatching(/^A test’s worker does not start: Cannot find module 'a-package-that/),
    });
    await expect(async () => startThread('nothing.js', words)).rejects.toThrow(
      /nothing\.js is missing.*build/,
    );
  });
});

describe('a process', () => {
  it('answers, and one that is killed is lost with the signal', async () => {
    const child = await startProcess<EndingCalls>(script, words);
    expect(await child.call('echo', Float32Array.of(1, 2))).toEqual(Float32Array.of(1, 2));
    await expect(child.call('fail', undefined)).rejects.toMatchObject({ code: 'ERR_KIND' });
    await expect(child.call('killItself', undefined)).rejects.toMatchObject({
      ending: 'lost',
      message: 'A test’s worker ended unexpectedly (SIGKILL). Look at the test.',
    });
  });

  it('that is stopped is gone', async () => {
    const child = await startProcess<EndingCalls>(script, words);
    const waiting = child.call('throwLater', 'never').catch((error: Error) => error.message);
    await child.stop();
    expect(await waiting).toBe('A test’s worker was stopped.');
  });
});
