import { expectAsCommand } from './support/as-command';
import { runCommand } from './support/command';
import { computeWorker, type TfjsScope } from './support/compute-worker';
import { uidsOf } from './support/dicom';
import { patience } from './support/patience';
import { hasModel, sampleFiles } from './support/paths';
import { expect, testInOpenViewer as test } from './support/test';
import type { ViewerPage } from './support/viewer-page';

const [file] = sampleFiles();
const { study } = uidsOf(file);

test.skip(!hasModel('phantom'), 'models/phantom is not there');

async function loseContext(viewer: ViewerPage): Promise<void> {
  await computeWorker(viewer).evaluate(() => {
    const { gl } = (self as unknown as TfjsScope)._tfengine.backend.gpgpu;
    gl.getExtension('WEBGL_lose_context')!.loseContext();
  });
}

// Each alone would wait for WebGL once more, which takes the better part of a minute where it is only emulated.
test('WebGL explains as the Node command does', async ({ viewer }) => {
  test.setTimeout(patience(400_000));
  const [command] = await Promise.all([runCommand(file, 'phantom'), viewer.open(study)]);
  const shown = await viewer.explain('webgl');
  expect(shown.backend).toBe('webgl');
  await expectAsCommand(viewer, shown, command);
});

test('a lost graphics context is said, and WebAssembly goes on', async ({ viewer }) => {
  test.setTimeout(patience(300_000));
  await viewer.open(study);
  const before = await viewer.explain('webgl');
  await viewer.part('augment').check();
  await viewer.part('run-button').click();
  await expect(viewer.panel).toHaveAttribute('data-state', 'running');
  await loseContext(viewer);
  await expect(viewer.part('error')).toContainText('took the graphics context away');
  await viewer.part('augment').uncheck();
  await viewer.part('use-wasm').click();
  await expect(viewer.part('error')).toHaveCount(0);
  await viewer.settled();
  const after = await viewer.result();
  expect(after.backend).toBe('wasm');
  expect(after.score).toBeCloseTo(before.score, 3);
});
