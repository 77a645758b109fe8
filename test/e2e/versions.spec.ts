import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommand, startViewer, type CommandResult, type ViewerProcess } from './support/command';
import { uidsOf } from './support/dicom';
import { largestDifference } from './support/npy';
import { hasModel, sampleFiles } from './support/paths';
import { patience } from './support/patience';
import { expectRestored } from './support/restored';
import { expect, test } from './support/test';
import { ViewerPage } from './support/viewer-page';

/** How far viewer and command may differ: score and map alike. */
const tolerance = 1e-3;
/** Named by `scripts/check-versions.mjs`. The release that `explain viewer` serves is what all other specs try. */
const versions = process.env.OHIF_VERSIONS?.split(',') ?? [];
const file = sampleFiles()[0];
const { study } = uidsOf(file);

test.skip(!hasModel('phantom'), 'models/phantom is not there');

for (const version of versions) {
  test(`the drop-in works in OHIF ${version}`, async ({ page }, { annotations }) => {
    test.setTimeout(patience(480_000));
    const store = mkdtempSync(path.join(tmpdir(), 'explain-versions-'));
    let server: ViewerProcess | undefined;
    const problems: Record<string, string> = {};
    /** Goes on after a failure, so that one run tells all that a release lacks. */
    const check = async (name: string, action: () => Promise<string | void>): Promise<void> => {
      const found = await action().then(
        detail => `ok${detail ? `: ${detail}` : ''}`,
        (error: Error) => (problems[name] = error.message.split('\n')[0]),
      );
      annotations.push({ type: name, description: found });
    };
    try {
      server = await startViewer(['--ohif', version, '--store', store]);
      const command = await runCommand(file, 'phantom');
      const viewer = new ViewerPage(page, server.address);
      await check('opens', async () => {
        await viewer.open(study);
        await expect(page.locator('[data-cy="Explain"]')).toHaveCount(1);
        return page.evaluate(() => {
          const { cornerstone } = window as unknown as { cornerstone: { version?: string } };
          return cornerstone.version && `Cornerstone3D ${cornerstone.version}`;
        });
      });
      await check('score and map as the command', () => agrees(viewer, command));
      await check('heat map in place', () => inPlace(viewer));
      await check('mask as segmentation', () => segments(viewer, command));
      await check('keys', () => keys(viewer));
      await check('way to the opposite image', () => way(viewer));
      await check('side by side', () => sideBySide(viewer));
      await check('save, reload, SEG opens', () => comesBack(viewer));
      await check('stored result shown again', () => expectRestored(viewer, study));
    } finally {
      await server?.interrupt();
      rmSync(store, { recursive: true, force: true });
    }
    expect(problems).toEqual({});
  });
}

async function agrees(viewer: ViewerPage, command: CommandResult): Promise<string> {
  const shown = await viewer.explain('wasm');
  expect(Math.abs(shown.score - command.score), 'score').toBeLessThan(tolerance);
  expect(shown.decision).toBe(command.decision);
  const difference = largestDifference(await viewer.exportedMap(), command.map);
  expect(difference, 'map').toBeLessThan(tolerance);
  return `score ${shown.score.toFixed(3)}, largest difference of the maps ${difference.toExponential(0)}`;
}

/** The overlay is drawn where Cornerstone puts the image, also after the image has moved. */
async function inPlace(viewer: ViewerPage): Promise<void> {
  await expect(viewer.overlay).toHaveAttribute('data-layer', 'heat-map');
  await viewer.command('scaleDownViewport');
  await viewer.drag({ x: 60, y: -40 }, 'middle');
  expect((await viewer.overlayGravity()).drawn).toBeGreaterThan(0);
  const corners = [
    [0, 0],
    [300, 0],
    [0, 300],
  ];
  await expect
    .poll(async () => {
      const [a, b, c, d, e, f] = await viewer.overlayMatrix();
      const places = await viewer.canvasPoints(corners);
      const distances = corners.map(([x, y], index) =>
        Math.hypot(a * x + c * y + e - places[index][0], b * x + d * y + f - places[index][1]),
      );
      return Math.max(...distances);
    })
    .toBeLessThan(1.5); // one image pixel: Cornerstone counts from pixel centres, the overlay from their edges
  await viewer.command('resetViewport');
}

async function segments(viewer: ViewerPage, { nativeMap }: CommandResult): Promise<void> {
  await viewer.setPercentile(95);
  const wanted = Math.round(0.05 * nativeMap.values.length);
  await expect
    .poll(async () => (await viewer.labelmap()).filter(value => value === 1).length, {
      timeout: patience(60_000),
    })
    .toBe(wanted);
}

async function keys(viewer: ViewerPage): Promise<void> {
  const { keyboard } = viewer.page;
  await viewer.panes.first().hover();
  await keyboard.down('x');
  await expect(viewer.overlay).toHaveAttribute('data-layer', 'adversarial');
  await keyboard.up('x');
  await expect(viewer.overlay).toHaveAttribute('data-layer', 'heat-map');
  await keyboard.press('g');
  await expect(viewer.overlay).toHaveCount(0);
  await keyboard.press('g');
  await expect(viewer.overlay).toHaveAttribute('data-layer', 'heat-map');
}

async function way(viewer: ViewerPage): Promise<void> {
  await viewer.part('graded-step').focus();
  await viewer.page.keyboard.press('ArrowRight');
  await expect(viewer.overlay).toHaveAttribute('data-layer', 'between', { timeout: patience(60_000) });
  await viewer.part('graded-off').click();
  await expect(viewer.overlay).toHaveAttribute('data-layer', 'heat-map');
}

async function sideBySide(viewer: ViewerPage): Promise<void> {
  const drawn = (pane: number, layer: string) =>
    expect(viewer.overlayIn(pane)).toHaveAttribute('data-layer', layer, { timeout: patience(60_000) });
  await viewer.part('compare-start').click();
  await viewer.part('compare-count').selectOption('4');
  await expect(viewer.panes).toHaveCount(4, { timeout: patience(60_000) });
  await drawn(1, 'heat-map');
  await drawn(2, 'adversarial');
  await expect(viewer.overlayIn(0)).toHaveCount(0);
  await viewer.part('compare-end').click();
  await expect(viewer.panes).toHaveCount(1, { timeout: patience(60_000) });
  await drawn(0, 'heat-map');
}

async function comesBack(viewer: ViewerPage): Promise<void> {
  const saved = await viewer.labelmap();
  expect(saved.includes(1)).toBe(true);
  await viewer.part('save-results').click();
  await expect(viewer.part('notice')).toContainText('Saved as DICOM SEG', { timeout: patience(60_000) });
  await viewer.open(study, { reload: true });
  const listed = viewer.page.getByText(/^AI mask( NEG)? - /).first();
  await expect(listed).toBeVisible({ timeout: patience(60_000) });
  await listed.dblclick();
  await viewer.page.getByRole('button', { name: 'Yes', exact: true }).click();
  await expect
    .poll(async () => Buffer.compare(await viewer.labelmap(), saved), { timeout: patience(60_000) })
    .toBe(0);
}
