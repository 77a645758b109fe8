import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from '@playwright/test';
import { runCommand, startViewer, type ViewerProcess } from './support/command';
import { uidsOf } from './support/dicom';
import { largestDifference } from './support/npy';
import { patience } from './support/patience';
import { hasModel, realFolder } from './support/paths';
import { expect, expectNothingLeft, watchPage, type Watch } from './support/test';
import { ViewerPage } from './support/viewer-page';

const modelId = 'cxr-pneumonia';

const cases = ['chest-cr-mono1-10bit-explicit-le.dcm', 'chest-cr-mono2-8bit-jpeg-baseline.dcm'];
const tolerance = 1e-3;

test.describe('real chest X-rays', () => {
  test.skip(!existsSync(realFolder), 'no real chest X-rays on this machine (../shared/data/dicom)');
  test.skip(!hasModel(modelId), `models/${modelId} is not there`);

  let data: string;
  let server: ViewerProcess;
  let viewer: ViewerPage;
  let watch: Watch;

  test.beforeAll(async ({ browser }) => {
    data = mkdtempSync(path.join(tmpdir(), 'explain-real-'));
    for (const name of cases) copyFileSync(path.join(realFolder, name), path.join(data, name));
    server = await startViewer(['--data', data]);
    const page = await browser.newPage();
    watch = await watchPage(page);
    viewer = new ViewerPage(page, server.address);
  });

  test.afterEach(() => expectNothingLeft(watch));

  test.afterAll(async () => {
    await viewer?.page.close();
    await server?.interrupt();
    rmSync(data, { recursive: true, force: true });
  });

  for (const name of cases) {
    test(`${name} is explained as by the Node command`, async () => {
      test.setTimeout(patience(400_000));
      const file = path.join(data, name);
      const [command] = await Promise.all([runCommand(file, modelId), viewer.open(uidsOf(file).study)]);
      const shown = await viewer.explain('wasm');
      expect(shown.model).toBe(modelId);
      expect(Math.abs(shown.score - command.score)).toBeLessThan(tolerance);
      expect(largestDifference(await viewer.exportedMap(), command.map)).toBeLessThan(tolerance);
      await expect(viewer.overlay).toHaveAttribute('data-layer', 'heat-map');
      const mask = await viewer.labelmap();
      expect(mask.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(0);
    });
  }
});
