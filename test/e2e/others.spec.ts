import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Locator } from '@playwright/test';
import { startViewer, type ViewerProcess } from './support/command';
import { uidsOf } from './support/dicom';
import { patience } from './support/patience';
import { hasModel, root, sampleFiles } from './support/paths';
import { expect, test } from './support/test';
import { ViewerPage } from './support/viewer-page';

const fixtures = path.join(root, 'test/fixtures/others');
const shown = ['pm-float', 'pm-double', 'seg-binary', 'seg-fractional', 'gsps', 'sr'];
const refused = ['refused-not-finite', 'refused-shape'];

test.describe('results of other software', () => {
  test.skip(!hasModel('phantom'), 'models/phantom is not there');
  let data: string;
  let server: ViewerProcess;

  test.beforeAll(async () => {
    test.setTimeout(patience(120_000));
    data = mkdtempSync(path.join(tmpdir(), 'explain-others-'));
    copyFileSync(sampleFiles()[0], path.join(data, 'film.dcm'));
    for (const name of [...shown, ...refused])
      copyFileSync(path.join(fixtures, `${name}.dcm`), path.join(data, `${name}.dcm`));
    server = await startViewer(['--data', data]);
  });

  test.afterAll(async () => {
    await server?.interrupt();
    rmSync(data, { recursive: true, force: true });
  });

  test('are shown over the film they refer to when asked for, named, and hidden by the same key; hostile ones say why not', async ({
    page,
  }) => {
    test.setTimeout(patience(300_000));
    expect(readdirSync(data)).toHaveLength(1 + shown.length + refused.length);
    // A site's menu item that hands a study to the service (docs/pacs.md).
    await page.route('**/app-config.js', async route => {
      const response = await route.fetch();
      const item = { id: 'explain', label: 'Explain by the service', commands: 'explainByService' };
      const more = `
        window.config.explain = { ...window.config.explain, service: '/explain-service' };
        window.config.customizationService.push({ 'studyBrowser.studyMenuItems': { $push: [${JSON.stringify(item)}] } });`;
      await route.fulfill({ response, body: (await response.text()) + more });
    });
    const told: unknown[] = [];
    await page.route('**/explain-service/studies', route => {
      told.push(route.request().postDataJSON());
      return route.fulfill({ status: 202, json: { waiting: 1 } });
    });
    const viewer = new ViewerPage(page, server.address);
    await viewer.open(uidsOf(sampleFiles()[0]).study);
    await viewer.openPanel();
    const others = page.locator('[data-cy="explain-other"]');
    const canvas = page.locator('[data-cy="explain-others-overlay"]');
    const tag = page.locator('[data-cy="explain-others-tag"]');
    const named = (text: string): Locator => others.filter({ hasText: text });
    const press = (other: Locator): Promise<void> => other.locator('[data-cy="explain-show-other"]').click();
    await expect(others).toHaveCount(shown.length + refused.length);

    const study = page
      .locator('[data-cy="studyBrowser-panel"]')
      .getByText('Synthetic chest', { exact: false })
      .first();
    await study.hover();
    await page.locator('[data-cy="studyBrowser-panel"] button[aria-haspopup="menu"]').first().click();
    await page.getByRole('menuitem', { name: 'Explain by the service' }).click();
    await expect.poll(() => told).toEqual([{ StudyInstanceUID: uidsOf(sampleFiles()[0]).study }]);

    // Nothing is drawn, and nothing that draws is fetched, before it is asked for.
    await expect(canvas).toHaveCount(0);
    const scripts = () =>
      page.evaluate(() =>
        performance
          .getEntriesByType('resource')
          .map(({ name }) => name)
          .join('\n'),
      );
    expect(await scripts()).not.toContain('explain-others.js');

    const map = named('Heat map of another network').first();
    await press(map);
    await expect(map).toHaveAttribute('data-phase', 'shown', { timeout: patience(60_000) });
    expect(await scripts()).toContain('explain-others.js');
    await expect(tag).toContainText('Not of this extension');
    await expect(tag).toContainText('Heat map of another network · Another Software');
    await expect(tag).toContainText('Gradient-weighted class activation');
    await expect(tag.locator('[data-cy="explain-others-bar"]')).toBeVisible();
    // The hill that the file holds has its top at (700, 400) of the film.
    const [top] = await viewer.canvasPoints([[700, 400]]);
    const gravity = await gravityOf(canvas);
    expect(Math.hypot(gravity.x - top[0], gravity.y - top[1])).toBeLessThan(6);

    // The key that hides what this extension draws hides this, too.
    await page
      .locator('[data-cy="viewport-pane"]')
      .first()
      .click({ position: { x: 200, y: 200 } });
    await page.keyboard.press('g');
    await expect(canvas).toHaveCount(0);
    await expect(tag).toHaveCount(0);
    await page.keyboard.press('g');
    await expect(canvas).toHaveCount(1);
    await press(map);
    await expect(canvas).toHaveCount(0);

    for (const [name, words] of [
      ['Lungs of another network', 'Right lung'],
      ['Findings of another network', 'nodule 1 · Nodule · Area 12.5 mm2'],
      ['Marks of another workstation', 'Findings'],
    ]) {
      await press(named(name));
      await expect(tag).toContainText(words, { timeout: patience(60_000) });
    }
    if (process.env.SCREENSHOT) await page.screenshot({ path: `${process.env.SCREENSHOT}/others-areas.png` });
    for (const name of [
      'Lungs of another network',
      'Findings of another network',
      'Marks of another workstation',
    ])
      await press(named(name));
    await press(named('Probability of opacity'));
    await expect(tag).toContainText('Opacity', { timeout: patience(60_000) });
    await press(map);
    await expect(tag).toContainText('Gradient-weighted', { timeout: patience(60_000) });
    if (process.env.SCREENSHOT) await page.screenshot({ path: `${process.env.SCREENSHOT}/others-maps.png` });

    const hostile = others.filter({ hasText: /· x ·/ });
    await expect(hostile).toHaveCount(refused.length);
    const reasons: string[] = [];
    for (let i = 0; i < refused.length; i++) {
      await press(hostile.nth(i));
      await expect(hostile.nth(i)).toHaveAttribute('data-phase', 'failed', { timeout: patience(60_000) });
      reasons.push(await hostile.nth(i).locator('[data-cy="explain-other-failure"]').innerText());
    }
    expect(reasons.sort().join('\n')).toMatch(/32 × 20 pixels.*1024 × 1024[^]*not finite/);
  });
});

/** Centre of what is drawn, weighted by its opacity, CSS pixels. */
function gravityOf(canvas: Locator): Promise<{ x: number; y: number }> {
  return canvas.evaluate(element => {
    const { width, height, clientWidth } = element as HTMLCanvasElement;
    const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
    let [sum, x, y] = [0, 0, 0];
    for (let i = 3; i < data.length; i += 4) {
      const place = (i - 3) / 4;
      sum += data[i];
      x += data[i] * (place % width);
      y += data[i] * Math.floor(place / width);
    }
    const ratio = width / clientWidth;
    return { x: x / sum / ratio, y: y / sum / ratio };
  });
}
