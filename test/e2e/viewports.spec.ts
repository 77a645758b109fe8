import { photometricOf, uidsOf } from './support/dicom';
import { patience } from './support/patience';
import { hasModel, sampleFiles } from './support/paths';
import { likeness, maskInPicture } from './support/pictures';
import { expect, testInOpenViewer as test } from './support/test';

const [first, second] = sampleFiles().map(uidsOf);
const negative = sampleFiles().find(file => photometricOf(file) === 'MONOCHROME1');

test.skip(!hasModel('phantom'), 'models/phantom is not there');

test('what is drawn belongs to the viewport whose image was explained', async ({ viewer }) => {
  const { page } = viewer;
  await viewer.open(`${first.study},${second.study}`);
  await viewer.viewportsInRow(2);

  await viewer.activate(0);
  const left = await viewer.explain('wasm');
  await expect(viewer.overlayIn(0)).toHaveAttribute('data-layer', 'heat-map');
  await expect(viewer.overlayIn(1)).toHaveCount(0);

  await viewer.activate(1);
  await expect(viewer.panel).toHaveAttribute('data-state', 'idle');
  await expect(viewer.overlayIn(0)).toHaveAttribute('data-layer', 'heat-map');
  await viewer.part('run-button').click();
  await viewer.settled();
  const right = await viewer.result();
  expect(right.score).not.toBe(left.score);
  await expect(viewer.overlayIn(1)).toHaveAttribute('data-layer', 'heat-map');

  // The key works on the active viewport alone.
  await page.keyboard.down('x');
  await expect(viewer.overlayIn(1)).toHaveAttribute('data-layer', 'adversarial');
  await expect(viewer.overlayIn(0)).toHaveAttribute('data-layer', 'heat-map');
  await page.keyboard.up('x');
  await viewer.activate(0);
  expect((await viewer.result()).score).toBe(left.score);

  // Both viewports come to show the same image, and then the left one its own again.
  const thumbnails = page.locator('[data-cy="study-browser-thumbnail"]');
  const before = await viewer.imageIds();
  const place = before[1]?.includes(first.series) ? 0 : 1;
  await thumbnails.nth(place).dblclick();
  await expect.poll(() => viewer.imageIds()).toEqual([before[1], before[1]]);
  await expect(viewer.panel).toHaveAttribute('data-state', 'done');
  expect((await viewer.result()).score).toBe(right.score);
  await expect(viewer.overlayIn(0)).toHaveAttribute('data-layer', 'heat-map');
  await thumbnails.nth(1 - place).dblclick();
  await expect.poll(() => viewer.imageIds()).toEqual(before);
  await expect.poll(async () => (await viewer.result()).score).toBe(left.score);
  await expect(viewer.overlayIn(0)).toHaveAttribute('data-layer', 'heat-map');
});

test('generated images and mask keep to anatomy, window and polarity', async ({ viewer }) => {
  const { page } = viewer;
  await viewer.open(first.study);
  await viewer.explain('wasm');
  // Over the heat map the mask is an outline, which has another centre of gravity than its area.
  await viewer.part('heat-map').uncheck();
  const pane = viewer.panes.first();
  const changes: [string, [string, object?][]][] = [
    ['turned and mirrored', [['rotateViewportCW'], ['flipViewportHorizontal']]],
    [
      'inverted and windowed',
      [['invertViewport'], ['setWindowLevel', { windowWidth: 2500, windowCenter: 1700 }]],
    ],
  ];
  await viewer.drag({ x: 70, y: -50 }, 'middle');
  await viewer.drag({ x: 0, y: -60 }, 'right');
  for (const [name, commands] of changes) {
    for (const [command, options] of commands) await viewer.command(command, options);
    for (const kind of ['adversarial', 'similar']) {
      await viewer.showMask(false);
      await pane.hover();
      if (kind === 'similar') await page.keyboard.down('Shift');
      await page.keyboard.down('x');
      await expect(viewer.overlay).toHaveAttribute('data-layer', kind);
      await expect.poll(() => likeness(pane), { message: `${kind}, ${name}` }).toBeGreaterThan(0.8);
      await page.keyboard.up('x');
      await page.keyboard.up('Shift');
    }
    await viewer.showMask(true);
    const wanted = await viewer.maskCentre();
    await expect
      .poll(
        async () => {
          const { x, y } = await maskInPicture(pane);
          return Math.hypot(x - wanted[0], y - wanted[1]);
        },
        { message: `mask, ${name}`, timeout: patience(10_000) },
      )
      .toBeLessThan(6);
  }
  await viewer.part('heat-map').check();
});

test('a generated image is as dark and bright as the film is shown, whatever the viewer did to it', async ({
  viewer,
}) => {
  test.skip(!negative, 'the sample study has no MONOCHROME1 film');
  const { page } = viewer;
  const { study } = uidsOf(negative!);
  await viewer.open(study);
  await viewer.explain('wasm');
  await viewer.part('heat-map').uncheck();
  await viewer.showMask(false);
  const pane = viewer.panes.first();
  const expectAlike = async (name: string): Promise<void> => {
    await pane.hover();
    await page.keyboard.down('x');
    await expect(viewer.overlay).toHaveAttribute('data-layer', 'adversarial');
    await expect.poll(() => likeness(pane), { message: name }).toBeGreaterThan(0.8);
    await page.keyboard.up('x');
  };
  await expectAlike('as opened');
  // Cornerstone's reset draws a MONOCHROME1 film without its inversion, and goes on stating it.
  const changes: [string, object?][] = [
    ['resetViewport'],
    ['invertViewport'],
    ['setWindowLevel', { windowWidth: 2500, windowCenter: 1700 }],
    ['invertViewport'],
    ['resetViewport'],
  ];
  for (const [command, options] of changes) {
    await viewer.command(command, options);
    await expectAlike(`after ${command}`);
  }
  await viewer.open(first.study);
  await viewer.open(study);
  await viewer.explain('wasm');
  await expectAlike('after coming back');
  await viewer.showMask(true);
  await viewer.part('heat-map').check();
});
