import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommand, startViewer, type ViewerProcess } from './support/command';
import { uidsOf } from './support/dicom';
import { largestDifference } from './support/npy';
import { patience } from './support/patience';
import { hasModel, modelsFolder, sampleFiles } from './support/paths';
import { expect, test } from './support/test';
import { ViewerPage } from './support/viewer-page';

const modelId = 'cxr-pneumonia-plain';
const tolerance = 1e-3;
/** Its maps are grey levels, which the tolerances are made for. */
const method = 'similar-adversarial';

test.describe('a model with several generators', () => {
  test.skip(!hasModel(modelId), `models/${modelId} is not there`);

  let models: string;
  let server: ViewerProcess;

  test.beforeAll(async () => {
    models = mkdtempSync(path.join(tmpdir(), 'explain-generators-'));
    cpSync(path.join(modelsFolder, modelId), path.join(models, modelId), { recursive: true });
    server = await startViewer(['--models', models]);
  });

  test.afterAll(async () => {
    await server?.interrupt();
    rmSync(models, { recursive: true, force: true });
  });

  test('explains with the generator chosen in the panel, as the Node command does', async ({ page }) => {
    test.setTimeout(patience(300_000));
    const [file] = sampleFiles();
    const viewer = new ViewerPage(page, server.address);
    const [command] = await Promise.all([
      runCommand(file, modelId, ['--method', method, '--generator', 'duo']),
      viewer.open(uidsOf(file).study),
    ]);
    const first = await viewer.explain('wasm');
    await viewer.part('method').selectOption(method);
    await viewer.part('run-button').click();
    await viewer.settled();
    const before = await viewer.exportedMap();

    await viewer.part('generator').selectOption('duo');
    await viewer.part('run-button').click();
    await viewer.settled();
    await expect(viewer.part('made-by')).toContainText('duo');
    const after = await viewer.exportedMap();
    expect(largestDifference(before, after)).toBeGreaterThan(0.05);

    expect(Math.abs(first.score - command.score)).toBeLessThan(tolerance);
    expect(largestDifference(after, command.map)).toBeLessThan(tolerance);
  });
});
