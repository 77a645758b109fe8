import sharp from 'sharp';
import { uidsOf } from './support/dicom';
import { patience } from './support/patience';
import { hasModel, sampleFiles } from './support/paths';
import { expect, testInOpenViewer as test } from './support/test';

/** Both positive; x_a of the first flips the decision, of the other not. */
const [flips, , , , , doesNot] = sampleFiles().map(uidsOf);

test.skip(!hasModel('phantom'), 'models/phantom is not there');

test('a number can be typed digit by digit, and is the number of transforms that follow', async ({
  viewer,
}) => {
  test.setTimeout(patience(300_000));
  const { page } = viewer;
  await viewer.open(flips.study);
  await viewer.explain('wasm');
  await viewer.part('augment').check();
  const field = viewer.part('augment-count');
  await field.click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('1');
  await expect(field).toHaveValue('1');
  await page.keyboard.type('2');
  await expect(field).toHaveValue('12');
  await viewer.part('run-button').click();
  await expect(viewer.part('made-by')).toContainText('averaged over 12 transforms', {
    timeout: patience(170_000),
  });
  // What is out of range stays while it is typed, and is brought into it when the field is left.
  await field.fill('');
  await expect(field).toHaveValue('');
  await field.blur();
  await expect(field).toHaveValue('12');
  await expect(viewer.part('augment-count-kept')).toHaveText('left empty: 12 stays');
  await field.fill('');
  await page.keyboard.type('99');
  await expect(field).toHaveValue('99');
  await field.blur();
  await expect(field).toHaveValue('50');
  await viewer.part('augment').uncheck();
});

for (const [uids, warned] of [
  [flips, false],
  [doesNot, true],
] as const) {
  test(`a picture ${warned ? 'says' : 'says nothing'} of an x_a that does not flip`, async ({ viewer }) => {
    test.setTimeout(patience(300_000));
    const { page } = viewer;
    await viewer.open(uids.study);
    expect((await viewer.explain('wasm')).flip).toBe(!warned);
    const download = page.waitForEvent('download', one => one.suggestedFilename().endsWith('.png'));
    await viewer.part('save-png').click();
    const picture = sharp(await (await download).path());
    const { width, height } = await picture.metadata();
    // The last of the label's lines, at two pixels for each of the page's.
    const line = { left: 0, top: height - 60, width, height: 60 };
    const { data, info } = await picture
      .extract(line)
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    let amber = 0;
    for (let i = 0; i < data.length; i += info.channels) {
      if (data[i] > 200 && data[i + 1] > 130 && data[i + 1] < 200 && data[i + 2] < 60) amber += 1;
    }
    if (warned) expect(amber).toBeGreaterThan(500);
    else expect(amber).toBe(0);
  });
}

test('Explain opens the panel again that was closed by hand', async ({ viewer }) => {
  test.setTimeout(patience(300_000));
  const { page } = viewer;
  await viewer.open(flips.study);
  if (!(await viewer.panel.isVisible())) await viewer.openPanel();
  await page.locator('[data-cy="side-panel-header-right"]').click();
  await expect(viewer.panel).toHaveCount(0);
  await viewer.pressExplain();
  await viewer.settled();
  await expect(viewer.part('score')).toBeVisible();
});

test('Undo does not come to lie over the button on a narrow page', async ({ viewer }) => {
  test.setTimeout(patience(120_000));
  const { page } = viewer;
  await viewer.open(flips.study);
  const size = page.viewportSize()!;
  /** Pixels between the button and the first icon right of its left edge and on its height. */
  const room = (): Promise<number> =>
    page.locator('.ohif-explain-button').evaluate(own => {
      const { left, right, top, bottom } = own.getBoundingClientRect();
      const icons = [...document.querySelectorAll('svg')]
        .filter(icon => !own.contains(icon))
        .map(icon => icon.getBoundingClientRect())
        .filter(icon => icon.width > 0 && icon.left > left && icon.top < bottom && icon.bottom > top);
      return Math.min(...icons.map(icon => icon.left)) - right;
    });
  for (const width of [1000, 900]) {
    await page.setViewportSize({ width, height: 600 });
    await expect.poll(room, `${width} pixels`).toBeGreaterThanOrEqual(0);
    expect(await room()).toBeLessThan(100);
  }
  await page.setViewportSize(size);
});
