import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hasDciodvfy, validate } from '../support/debian-programs';
import { startViewer, type ViewerProcess } from './support/command';
import { uidsOf } from './support/dicom';
import { patience } from './support/patience';
import { hasModel, sampleFiles } from './support/paths';
import { expect, test } from './support/test';
import { ViewerPage } from './support/viewer-page';

/** What the viewer puts on its window. */
interface ToolWindow {
  commandsManager: { runCommand(name: string, options: { toolName: string }): unknown };
}

test.describe('answers of readers', () => {
  test.skip(!hasModel('phantom'), 'models/phantom is not there');
  let store: string;
  let server: ViewerProcess;

  test.beforeAll(async () => {
    test.setTimeout(patience(120_000));
    store = mkdtempSync(path.join(tmpdir(), 'explain-answers-'));
    const data = path.dirname(sampleFiles()[0]);
    server = await startViewer(['--data', data, '--store', store, '--answers']);
  });

  test.afterAll(async () => {
    await server?.interrupt();
    rmSync(store, { recursive: true, force: true });
  });

  test('a mark is compared with two maps and followed; the answer is stored, and listed when the film is opened again', async ({
    page,
  }) => {
    test.setTimeout(patience(300_000));
    const viewer = new ViewerPage(page, server.address);
    const { study } = uidsOf(sampleFiles()[0]);
    const part = (name: string) => page.locator(`[data-cy="explain-answer-${name}"]`);
    const rows = part('agreement').locator('tbody tr');
    await viewer.open(study);
    await viewer.explain();

    await part('mark').click();
    await expect(part('count')).toContainText('no rectangle or closed outline');
    await page.evaluate(() =>
      (window as unknown as ToolWindow).commandsManager.runCommand('setToolActiveToolbar', {
        toolName: 'RectangleROI',
      }),
    );
    // Round what this phantom's map marks.
    await drag(page, [0.6, 0.32], [0.82, 0.58]);
    await part('mark').click();
    await expect(rows).toHaveCount(1);
    const iou = rows.first().locator('[data-iou]');
    const before = Number(await iou.getAttribute('data-iou'));

    // By its upper left corner.
    await drag(page, [0.6, 0.32], [0.66, 0.38]);
    await expect(iou).not.toHaveAttribute('data-iou', String(before));

    await viewer.part('method').selectOption('gradient');
    await viewer.part('run-button').click();
    await viewer.settled();
    await expect(rows).toHaveCount(2);
    await expect(rows.first()).toHaveAttribute('data-current', 'true');

    await part('save').click();
    await expect(part('count')).toContainText('Say first whether you agree.');
    await part('disagree').check();
    await part('save').click();
    await expect(part('count')).toContainText('Say first who answers');
    await part('reader').fill('r1');
    await part('note').fill('lower, behind the heart');
    await part('save').click();
    await expect(viewer.panel.getByText(/Saved as DICOM .*answer \(SR\)/)).toBeVisible();
    const reports = dicomFiles(store).filter(file => validate(file).output.includes('ComprehensiveSR'));
    if (hasDciodvfy) {
      expect(reports).toHaveLength(1);
      expect(validate(reports[0]).errors).toEqual([]);
    }
    expect(dicomFiles(store)).toHaveLength(2);

    await viewer.open(study, { reload: true });
    await viewer.openPanel();
    const listed = page.locator('[data-cy="explain-stored-answer"]');
    await expect(listed).toHaveAttribute('data-verdict', 'disagree');
    await expect(listed).toHaveAttribute('data-verified', 'false');
    await expect(listed).toContainText('r1');
    await expect(listed).toContainText('lower, behind the heart');

    // An answer to the stored map refers to that one; nothing is stored a second time.
    await page.locator('[data-cy="explain-restore"]').click();
    await part('agree').check();
    await part('reader').fill('r2');
    await part('save').click();
    await expect(
      viewer.panel.getByText(/Saved as DICOM .*answer \(SR\)|Saved as answer \(SR\)/),
    ).toBeVisible();
    expect(dicomFiles(store)).toHaveLength(3);
    await viewer.open(study, { reload: true });
    await viewer.openPanel();
    await expect(listed).toHaveCount(2);
    await expect(page.locator('[data-cy="explain-restore"]')).toHaveCount(1);
  });
});

function dicomFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map(name => path.join(folder, String(name)))
    .filter(name => name.endsWith('.dcm'));
}

/** Drags over the film by the mouse, shares of the viewport. */
async function drag(page: ViewerPage['page'], from: [number, number], to: [number, number]): Promise<void> {
  const pane = (await page.locator('[data-cy="viewport-pane"]').first().boundingBox())!;
  const at = ([x, y]: [number, number]): [number, number] => [
    pane.x + x * pane.width,
    pane.y + y * pane.height,
  ];
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at(to), { steps: 6 });
  await page.mouse.up();
}
