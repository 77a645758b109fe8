import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { uidsOf } from './support/dicom';
import { patience } from './support/patience';
import { hasModel, sampleFiles } from './support/paths';
import { expect, testInOpenViewer as test } from './support/test';
import type { ViewerPage } from './support/viewer-page';

/** Positive, and its x_a flips the decision. */
const [flips] = sampleFiles().map(uidsOf);

test.skip(!hasModel('phantom'), 'models/phantom is not there');

interface Captured {
  /** What the label in the dialog says, and whether it says that anything of ours is drawn. */
  words: string;
  ofAi: string | null;
  /** Where it stands on the picture, pixels. */
  box: { left: number; top: number; width: number; height: number };
  /** The picture that was saved: RGB. */
  picture: { data: Buffer; width: number; height: number };
}

/** Works the viewer's own Capture: opens it, waits for its picture, saves. */
async function capture(viewer: ViewerPage, hasLabel: boolean): Promise<Captured | undefined> {
  const { page } = viewer;
  await page.locator('[data-cy="Capture"]').click();
  const form = page.locator('[data-viewport-uid="cornerstone-viewport-download-form"]');
  await expect(form.locator('canvas.cornerstone-canvas')).toBeVisible({ timeout: patience(30_000) });
  const label = form.locator('[data-cy="explain-tag"]');
  await expect(label).toHaveCount(hasLabel ? 1 : 0, { timeout: patience(30_000) });
  // The viewer fills its picture after a tenth of a second, and masks after that.
  await page.waitForTimeout(2_000);
  const [words, ofAi] = hasLabel
    ? [await label.innerText(), await label.getAttribute('data-ai')]
    : ['', null];
  const [frame, at] = [await form.boundingBox(), hasLabel ? await label.boundingBox() : null];
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save Image' }).click();
  const { data, info } = await sharp(readFileSync(await (await saved).path()))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const scale = info.width / frame!.width;
  const box = at
    ? {
        left: Math.round((at.x - frame!.x) * scale),
        top: Math.round((at.y - frame!.y) * scale),
        width: Math.round(at.width * scale),
        height: Math.round(at.height * scale),
      }
    : { left: 0, top: 0, width: 0, height: 0 };
  return { words, ofAi, box, picture: { data, width: info.width, height: info.height } };
}

/** Counts pixels of a rectangle of a picture. */
function count(
  { picture: { data, width } }: Captured,
  { left, top, width: columns, height: rows }: Captured['box'],
  fits: (red: number, green: number, blue: number) => boolean,
): number {
  let found = 0;
  for (let y = top; y < top + rows; y++)
    for (let x = left; x < left + columns; x++) {
      const at = 3 * (y * width + x);
      if (fits(data[at], data[at + 1], data[at + 2])) found += 1;
    }
  return found;
}

const isInk = (red: number, green: number, blue: number) => Math.min(red, green, blue) > 150;
const isAmber = (red: number, green: number, blue: number) =>
  red > 200 && green > 130 && green < 210 && blue < 90;
const isColoured = (red: number, green: number, blue: number) =>
  Math.max(red, green, blue) - Math.min(red, green, blue) > 60;

function expectLabel(captured: Captured, ...said: (string | RegExp)[]): void {
  for (const part of said) expect(captured.words).toMatch(part);
  // In the saved pixels: its amber edge along its height, and letters on its ground.
  const { left, top, height, width } = captured.box;
  const edge = { left, top, width: 4, height };
  expect(count(captured, edge, isAmber)).toBeGreaterThan(2 * (height - 4));
  expect(count(captured, { left: left + 6, top, width: width - 6, height }, isInk)).toBeGreaterThan(150);
}

test('what the viewer captures says that it is AI, by which model and method, with score and direction', async ({
  viewer,
}) => {
  test.setTimeout(patience(300_000));
  const { page } = viewer;
  await viewer.open(flips.study);
  const { score } = await viewer.explain('wasm');
  const all = [/^AI/, 'phantom', score.toFixed(3), 'Guided GradCAM', /x_a\)? differs/i];

  const open = (await capture(viewer, true))!;
  expect(open.ofAi).toBe('true');
  expectLabel(open, ...all);
  const whole = { left: 0, top: 0, width: open.picture.width, height: open.picture.height };
  expect(count(open, whole, isColoured)).toBeGreaterThan(1_000);
  if (process.env.CAPTURE_SHOT)
    await sharp(open.picture.data, {
      raw: { width: open.picture.width, height: open.picture.height, channels: 3 },
    })
      .png()
      .toFile(process.env.CAPTURE_SHOT);

  // The mask alone, without heat map, is ours too.
  await viewer.part('heat-map').uncheck();
  expectLabel((await capture(viewer, true))!, /^AI/, 'phantom', score.toFixed(3));
  await viewer.part('heat-map').check();

  // With the panel closed.
  await page.locator('[data-cy="side-panel-header-right"]').first().click();
  await expect(viewer.panel).toHaveCount(0);
  expectLabel((await capture(viewer, true))!, ...all);

  // All AI output hidden: the film alone, without a label, and without a mask that nobody sees.
  await viewer.panes.first().hover();
  await page.keyboard.press('g');
  await expect(viewer.overlay).toHaveCount(0);
  const hidden = (await capture(viewer, false))!;
  // Not by a single grey level: a hidden outline once left a fill of 1 %.
  expect(count(hidden, whole, (r, g, b) => r !== g || g !== b)).toBe(0);
  await page.keyboard.press('g');
});
