import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from '@playwright/test';
import dicomParser from 'dicom-parser';
import { expectAsCommand, tolerance } from './support/as-command';
import { runCommand, startViewer, type CommandResult, type ViewerProcess } from './support/command';
import { uidsOf } from './support/dicom';
import { patience } from './support/patience';
import { hasModel, sampleFiles } from './support/paths';
import { previewAgainstLabelmap } from './support/pictures';
import { expectRestored } from './support/restored';
import { expect, expectNothingLeft, watchPage, type Watch } from './support/test';
import { ViewerPage } from './support/viewer-page';

const modelId = 'phantom';

// The steps build on each other as a reader's would, so they share one page.
test.describe.configure({ mode: 'serial' });
test.describe('the sample study', () => {
  const file = sampleFiles()[0];
  const uids = uidsOf(file);
  let store: string;
  let server: ViewerProcess;
  let watch: Watch;
  let viewer: ViewerPage;
  let command: CommandResult;

  test.skip(!hasModel(modelId), `models/${modelId} is not there`);

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(patience(300_000));
    store = mkdtempSync(path.join(tmpdir(), 'explain-store-'));
    [server, command] = await Promise.all([
      startViewer(['--data', path.dirname(file), '--store', store]),
      runCommand(file, modelId),
    ]);
    const page = await browser.newPage({ acceptDownloads: true });
    watch = await watchPage(page);
    viewer = new ViewerPage(page, server.address);
  });

  test.afterAll(async () => {
    await viewer?.page.close();
    if (watch) expectNothingLeft(watch);
    await server?.interrupt();
    rmSync(store, { recursive: true, force: true });
  });

  test('is in the study list and opens from there', async () => {
    const { page } = viewer;
    await viewer.openList();
    // The README says to open the topmost: a positive film whose x_a flips the decision.
    const patients = page.getByText(/^Phantom, Chest \d+$/);
    await expect(patients).toHaveText(sampleFiles().map((_, i) => `Phantom, Chest 00${i + 1}`));
    await viewer.open(uids.study);
    await expect(page.locator('[data-cy="Explain"]')).toHaveCount(1);
    await expect(page.locator('[data-cy="viewport-pane"] canvas').first()).toBeVisible();
  });

  test('is explained by WebAssembly as by the Node command', async () => {
    test.setTimeout(patience(300_000));
    const shown = await viewer.explain('wasm');
    expect(shown.backend).toBe('wasm');
    expect(shown.model).toBe(modelId);
    expect(shown.decision).toBe(1);
    expect(shown.flip).toBe(true);
    await expectAsCommand(viewer, shown, command);
  });

  test('keeps the percentile’s share of pixels in the labelmap, those with the highest values', async () => {
    const { values } = command.nativeMap;
    // Of this map fewer than a tenth of the pixels lie above a tenth of its largest value: no more is marked.
    const largest = values.reduce((a, b) => Math.max(a, b), 0);
    const shown = values.reduce((sum, value) => sum + Number(value > largest / 10), 0);
    expect(shown).toBeLessThan(0.1 * values.length);
    await viewer.setPercentile(90);
    await expect
      .poll(async () => Math.abs(count(await viewer.labelmap()) / shown - 1), { timeout: patience(60_000) })
      .toBeLessThan(0.001);
    for (const percentile of [97, 98.5]) {
      await viewer.setPercentile(percentile);
      const wanted = Math.round((1 - percentile / 100) * values.length);
      await expect
        .poll(async () => count(await viewer.labelmap()), { timeout: patience(60_000) })
        .toBe(wanted);
    }
    const mask = await viewer.labelmap();
    let [lowestInside, highestOutside] = [Infinity, -Infinity];
    mask.forEach((inside, index) => {
      if (inside) lowestInside = Math.min(lowestInside, values[index]);
      else highestOutside = Math.max(highestOutside, values[index]);
    });
    expect(lowestInside).toBeGreaterThanOrEqual(highestOutside - tolerance);
  });

  test('shows while the percentile moves what the labelmap will mark, over heat map and film', async () => {
    const [pane] = [viewer.panes.first()];
    for (const isOutline of [true, false]) {
      await viewer.part('heat-map').setChecked(isOutline);
      await viewer.setPercentile(90);
      await expect(viewer.part('mask-preview')).toHaveCount(0);
      const { iou, dots } = await previewAgainstLabelmap(pane, 96.5, isOutline);
      expect(dots).toBeGreaterThan(1000);
      expect(iou).toBeGreaterThan(0.99);
    }
    await viewer.part('heat-map').setChecked(true);
  });

  test('has the labelmap of the slider’s last value as soon as anything is pressed', async () => {
    const { values } = command.nativeMap;
    const [before, moved, pressed] = await viewer.labelmapSizes([97, 98, 99]);
    expect(moved).toBe(before);
    expect(pressed).toBe(Math.round(0.01 * values.length));
  });

  test('has a heat map that follows zoom, pan, rotation and flips', async () => {
    await expect(viewer.overlay).toHaveAttribute('data-layer', 'heat-map');
    await expectAligned(viewer);
    // Smaller first, so that the whole film stays in view whatever comes next.
    await moves(viewer, () => viewer.drag({ x: 0, y: -80 }, 'right'));
    await moves(viewer, () => viewer.command('scaleDownViewport'));
    await moves(viewer, () => viewer.drag({ x: 60, y: -40 }, 'middle'));
    await moves(viewer, () => viewer.command('rotateViewportCW'));
    await moves(viewer, () => viewer.command('flipViewportHorizontal'));
    await moves(viewer, () => viewer.command('flipViewportVertical'));
    await viewer.command('resetViewport');
    await expectAligned(viewer);
  });

  test('shows the counterfactual while its key is held, marked as generated', async () => {
    const { page } = viewer;
    await page.locator('[data-cy="viewport-pane"]').first().hover();
    await page.keyboard.down('x');
    await expect(viewer.overlay).toHaveAttribute('data-layer', 'adversarial');
    await page.keyboard.up('x');
    await expect(viewer.overlay).toHaveAttribute('data-layer', 'heat-map');
    await page.keyboard.press('g');
    await expect(viewer.overlay).toHaveCount(0);
    await page.keyboard.press('g');
    await expect(viewer.overlay).toHaveAttribute('data-layer', 'heat-map');
  });

  test('is saved as DICOM SEG, and opens again as the same mask after a reload', async () => {
    const saved = await viewer.labelmap();
    const expected = count(saved);
    await viewer.part('save-seg').click();
    await expect(viewer.part('notice')).toContainText('Saved as DICOM SEG', { timeout: patience(60_000) });
    const series = await segSeries();
    expect(series).toHaveLength(1);
    const segmentation = await retrieve(series[0]);
    expect(segmentation.string('x00080016')).toBe('1.2.840.10008.5.1.4.1.1.66.4');
    expect(segmentation.string('x0020000d')).toBe(uids.study);
    const segment = segmentation.elements.x00620002.items?.[0].dataSet;
    expect(segment?.string('x00620008')).toBe('AUTOMATIC');
    expect(segment?.string('x00620005')).toMatch(/^AI (explanation|NEG, not a lesion), top /);
    const { dataOffset, length } = segmentation.elements.x7fe00010;
    const bits = segmentation.byteArray.subarray(dataOffset, dataOffset + length);
    expect(bits.reduce((sum, byte) => sum + ones(byte), 0)).toBe(expected);

    await viewer.open(uids.study, { reload: true });
    const listed = viewer.page.getByText(/^AI mask( NEG)? - /).first();
    await expect(listed).toBeVisible({ timeout: patience(60_000) });
    await listed.dblclick();
    await viewer.page.getByRole('button', { name: 'Yes', exact: true }).click();
    await expect
      .poll(async () => Buffer.compare(await viewer.labelmap(), saved), { timeout: patience(60_000) })
      .toBe(0);
  });

  test('is saved with map, picture and report, and shown again without computing it', async () => {
    test.setTimeout(patience(300_000));
    await viewer.open(uids.study, { reload: true });
    await viewer.explain('wasm');
    await viewer.part('save-results').click();
    await expect(viewer.part('notice')).toContainText('Saved as DICOM SEG', { timeout: patience(60_000) });
    await expectRestored(viewer, uids.study);
  });

  async function segSeries(): Promise<Record<string, { Value: string[] }>[]> {
    const response = await fetch(`${server.address}dicom-web/studies/${uids.study}/series?Modality=SEG`);
    return response.status === 204 ? [] : response.json();
  }

  async function retrieve(series: Record<string, { Value: string[] }>): Promise<dicomParser.DataSet> {
    const url = series['00081190'].Value[0];
    const [instance] = await (await fetch(`${url}/instances`)).json();
    const response = await fetch(instance['00081190'].Value[0], { headers: { Accept: 'application/dicom' } });
    return dicomParser.parseDicom(new Uint8Array(await response.arrayBuffer()));
  }
});

/** The overlay's affine against the places where Cornerstone itself puts the image's corners. */
async function expectAligned(viewer: ViewerPage): Promise<void> {
  const size = 300;
  const points = [
    [0, 0],
    [size, 0],
    [0, size],
    [size, size],
  ];
  await expect
    .poll(async () => {
      const [a, b, c, d, e, f] = await viewer.overlayMatrix();
      const places = await viewer.canvasPoints(points);
      const distances = points.map(([x, y], index) =>
        Math.hypot(a * x + c * y + e - places[index][0], b * x + d * y + f - places[index][1]),
      );
      return Math.max(...distances);
    })
    .toBeLessThan(1.5); // one image pixel: Cornerstone counts from pixel centres, the overlay from their edges
}

/** Moves the image and asserts that what is drawn has moved with it. */
async function moves(viewer: ViewerPage, move: () => Promise<void>): Promise<void> {
  const corners = [
    [0, 0],
    [500, 0],
    [0, 500],
  ];
  const before = await viewer.canvasPoints(corners);
  const from = await viewer.overlayGravity();
  expect(from.drawn).toBeGreaterThan(0);
  await move();
  let after = before;
  await expect
    .poll(async () => {
      after = await viewer.canvasPoints(corners);
      return distance(before[0], after[0]) + distance(before[1], after[1]);
    })
    .toBeGreaterThan(5);
  const [x, y] = transfer(before, after, [from.x, from.y]);
  await expect
    .poll(async () => {
      const to = await viewer.overlayGravity();
      return Math.hypot(to.x - x, to.y - y);
    })
    .toBeLessThan(3);
  await expectAligned(viewer);
}

/** Moves a point as the affine does that takes three points to three others. */
function transfer(from: number[][], to: number[][], point: number[]): [number, number] {
  const [o, p, q] = from;
  const [ux, uy, vx, vy] = [p[0] - o[0], p[1] - o[1], q[0] - o[0], q[1] - o[1]];
  const [dx, dy] = [point[0] - o[0], point[1] - o[1]];
  const determinant = ux * vy - uy * vx;
  const s = (dx * vy - dy * vx) / determinant;
  const t = (ux * dy - uy * dx) / determinant;
  const place = (axis: number) =>
    to[0][axis] + s * (to[1][axis] - to[0][axis]) + t * (to[2][axis] - to[0][axis]);
  return [place(0), place(1)];
}

function distance(a: number[], b: number[]): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

function count(mask: Uint8Array): number {
  return mask.reduce((sum, value) => sum + value, 0);
}

function ones(byte: number): number {
  return byte.toString(2).replaceAll('0', '').length;
}
