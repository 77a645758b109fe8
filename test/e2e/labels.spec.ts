import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type Locator } from '@playwright/test';
import type { LoggedAnswer } from '../../src/extension/answers/answer-log';
import type { ModelCard } from '../../src/models/card';
import { runCommand, startViewer, type CommandResult, type ViewerProcess } from './support/command';
import { uidsOf } from './support/dicom';
import { largestDifference } from './support/npy';
import { patience } from './support/patience';
import { hasModel, modelsFolder, root } from './support/paths';
import { expectRestored } from './support/restored';
import { expect, expectNothingLeft, watchPage, type Watch } from './support/test';
import { ViewerPage } from './support/viewer-page';

const modelId = 'phantom-findings';
const names = ['opacity', 'effusion', 'nodule', 'enlarged heart'];
/** Has all four findings. */
const file = path.join(root, 'sample/several/phantom-008.dcm');
const tolerance = 1e-3;

// The steps build on each other as a reader's would, so they share one page.
test.describe.configure({ mode: 'serial' });
test.describe('a model of several labels', () => {
  const uids = uidsOf(file);
  let folder: string;
  let server: ViewerProcess;
  let watch: Watch;
  let viewer: ViewerPage;
  let command: CommandResult;

  test.skip(!hasModel(modelId), `models/${modelId} is not there`);

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(patience(300_000));
    folder = mkdtempSync(path.join(tmpdir(), 'explain-labels-'));
    const models = path.join(folder, 'models');
    cpSync(path.join(modelsFolder, modelId), path.join(models, modelId), { recursive: true });
    const store = path.join(folder, 'store');
    [server, command] = await Promise.all([
      startViewer(['--models', models, '--data', path.dirname(file), '--store', store, '--answers']),
      runCommand(file, modelId, ['--label', 'nodule']),
    ]);
    const page = await browser.newPage({ acceptDownloads: true });
    watch = await watchPage(page);
    viewer = new ViewerPage(page, server.address);
  });

  test.afterAll(async () => {
    await viewer?.page.close();
    if (watch) expectNothingLeft(watch);
    await server?.interrupt();
    rmSync(folder, { recursive: true, force: true });
  });

  const label = (name: string): Locator =>
    viewer.page.locator(`[data-cy="explain-label"][data-label="${name}"]`);
  const scoreOf = async (name: string, of = 'score'): Promise<number> =>
    Number(await label(name).getAttribute(`data-${of}`));

  test('lists every label with its score, those found first, and explains one of them', async () => {
    test.setTimeout(patience(300_000));
    await viewer.open(uids.study);
    await viewer.explain('wasm');
    const rows = viewer.part('label');
    await expect(rows).toHaveCount(names.length);
    const found = await rows.evaluateAll(all => all.map(row => Number(row.getAttribute('data-decided'))));
    expect(found).toEqual([...found].sort((a, b) => b - a));
    await expect(viewer.page.locator('[data-cy="explain-label"][aria-pressed="true"]')).toHaveCount(1);
  });

  test('stays within a panel of 300 pixels', async () => {
    const width = await viewer.panel.evaluate(panel => {
      panel.style.width = '300px';
      return panel.scrollWidth;
    });
    expect(width).toBeLessThanOrEqual(300);
    const panel = (await viewer.panel.boundingBox())!;
    for (const name of names) {
      const row = (await label(name).boundingBox())!;
      expect(row.x).toBeGreaterThanOrEqual(panel.x);
      expect(row.x + row.width).toBeLessThanOrEqual(panel.x + panel.width);
      const isCut = await label(name).evaluate(row => row.scrollWidth > row.clientWidth);
      expect(isCut, `${name} is cut off`).toBe(false);
    }
  });

  test('explains the label that is pressed, as the Node command does', async () => {
    test.setTimeout(patience(300_000));
    const before = await Promise.all(names.map(name => scoreOf(name)));
    // Whichever was chosen by itself, the nodule is chosen anew.
    if ((await label('nodule').getAttribute('aria-pressed')) === 'true') await label('effusion').click();
    await viewer.settled();
    await label('nodule').click();
    await expect(label('nodule')).toHaveAttribute('aria-pressed', 'true');
    await viewer.settled();
    const shown = await viewer.result();
    expect(Math.abs(shown.score - command.score)).toBeLessThan(tolerance);
    expect(largestDifference(await viewer.exportedMap(), command.map)).toBeLessThan(tolerance);
    // The answers are those of the film, whichever label is explained.
    const after = await Promise.all(names.map(name => scoreOf(name)));
    after.forEach((score, k) => expect(Math.abs(score - before[k])).toBeLessThan(tolerance));
  });

  test('shows beside each score that of the opposite image, and tells which others it moved', async () => {
    const card = JSON.parse(
      readFileSync(path.join(modelsFolder, modelId, 'model-card.json'), 'utf8'),
    ) as ModelCard;
    test.skip(
      Object.keys(card.generators).length === 0,
      `models/${modelId} has no generator, so no opposite image`,
    );
    const shown = await viewer.result();
    expect(await scoreOf('nodule', 'opposite')).toBeCloseTo(shown.scoreAdversarial!, 3);
    let moved = 0;
    for (const name of names) {
      const opposite = await scoreOf(name, 'opposite');
      expect(opposite).toBeGreaterThanOrEqual(0);
      expect(opposite).toBeLessThanOrEqual(1);
      await expect(label(name)).toContainText('→');
      if (name !== 'nodule' && (await label(name).locator('.xp-moved').count()) > 0) moved++;
    }
    await expect(viewer.part('labels-moved')).toHaveAttribute('data-moved', String(moved));
  });

  test('keeps mark, table and log of answers apart by finding', async () => {
    test.setTimeout(patience(300_000));
    const { page } = viewer;
    const rows = viewer.part('answer-agreement').locator('tbody tr');
    const keep = async (verdict: string, count: number): Promise<void> => {
      await viewer.part(`answer-${verdict}`).check();
      await viewer.part('answer-keep').click();
      await expect(viewer.part('answer-count')).toHaveAttribute('data-count', String(count));
    };
    await viewer.command('setToolActiveToolbar', { toolName: 'RectangleROI' });
    await dragRectangle(viewer);
    await viewer.part('answer-mark').click();
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText('nodule');
    await keep('agree', 1);

    await label('effusion').click();
    await expect(label('effusion')).toHaveAttribute('aria-pressed', 'true');
    await viewer.settled();
    await expect(viewer.part('answer-agree')).not.toBeChecked();
    await expect(rows).toHaveCount(0);
    await keep('unsure', 2);
    // Taken anew, it lies to the maps of this finding alone.
    await viewer.part('answer-mark').click();
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText('effusion');

    const download = page.waitForEvent('download');
    await viewer.panel.getByRole('button', { name: 'JSON', exact: true }).click();
    const kept = JSON.parse(readFileSync(await (await download).path(), 'utf8')) as LoggedAnswer[];
    expect(kept.map(({ label: of, verdict, mark }) => [of, verdict, mark.length])).toEqual([
      ['nodule', 'agree', 4],
      ['effusion', 'unsure', 0],
    ]);
    await label('nodule').click();
    await expect(label('nodule')).toHaveAttribute('aria-pressed', 'true');
    await viewer.settled();
    await expect(rows).toHaveCount(0);
  });

  test('is saved with its label in segmentation and report, and restored with it', async () => {
    test.setTimeout(patience(300_000));
    await viewer.part('save-results').click();
    await expect(viewer.part('notice')).toContainText('Saved as DICOM SEG', { timeout: patience(60_000) });
    for (const modality of ['SEG', 'SR']) expect(await objectOf(modality), modality).toContain('nodule');
    await expectRestored(viewer, uids.study);
    await expect(viewer.panel).toContainText('nodule');
  });

  /** The bytes of the one object of a modality, as text. */
  async function objectOf(modality: string): Promise<string> {
    const study = `${server.address}dicom-web/studies/${uids.study}`;
    const [series] = await (await fetch(`${study}/series?Modality=${modality}`)).json();
    const [instance] = await (await fetch(`${series['00081190'].Value[0]}/instances`)).json();
    const response = await fetch(instance['00081190'].Value[0], { headers: { Accept: 'application/dicom' } });
    return Buffer.from(await response.arrayBuffer()).toString('latin1');
  }
});

/** Draws a rectangle over the film by the mouse. */
async function dragRectangle({ page, panes }: ViewerPage): Promise<void> {
  const pane = (await panes.first().boundingBox())!;
  const at = (share: number): [number, number] => [pane.x + share * pane.width, pane.y + share * pane.height];
  await page.mouse.move(...at(0.45));
  await page.mouse.down();
  await page.mouse.move(...at(0.6), { steps: 6 });
  await page.mouse.up();
}
