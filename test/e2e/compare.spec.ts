import type { Page } from '@playwright/test';
import { uidsOf } from './support/dicom';
import { patience } from './support/patience';
import { hasModel, sampleFiles } from './support/paths';
import { expect, testInOpenViewer as test } from './support/test';
import type { ViewerPage } from './support/viewer-page';

/** Positive, and its x_a flips the decision. */
const [flips] = sampleFiles().map(uidsOf);

/** GradCAM itself, not the package's first method, whose name ends so. */
const gradCam = /(?<!Guided )GradCAM/;

test.skip(!hasModel('phantom'), 'models/phantom is not there');

/** Window and, of every segmentation, whether it is seen, of each viewport. */
async function viewportStates(page: Page): Promise<{ id: string; voi: string; masks: string }[]> {
  return page.evaluate(() => {
    const { services } = window as unknown as {
      services: {
        viewportGridService: { getState(): { viewports: Map<string, unknown> } };
        cornerstoneViewportService: {
          getCornerstoneViewport(id: string): {
            getProperties(): { voiRange: { lower: number; upper: number } };
          };
        };
        segmentationService: {
          getSegmentations(): { segmentationId: string }[];
          getSegmentationRepresentations(
            viewportId: string,
            specifier: { segmentationId: string },
          ): { segments: Record<number, { visible: boolean }> }[];
        };
      };
    };
    const { viewportGridService, cornerstoneViewportService, segmentationService } = services;
    return [...viewportGridService.getState().viewports.keys()].map(id => {
      const { lower, upper } = cornerstoneViewportService.getCornerstoneViewport(id).getProperties().voiRange;
      const masks = segmentationService
        .getSegmentations()
        .map(({ segmentationId }) =>
          segmentationService
            .getSegmentationRepresentations(id, { segmentationId })
            .some(({ segments }) => segments[1].visible),
        );
      return { id, voi: `${Math.round(lower)} ${Math.round(upper)}`, masks: masks.map(Number).join('') };
    });
  });
}

/** How many synchronisers link the active viewport; the viewer's own protocol has one for segmentations. */
async function synchronisers(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { services } = window as unknown as {
      services: {
        syncGroupService: { getSynchronizersForViewport(id: string): unknown[] };
        viewportGridService: { getActiveViewportId(): string };
      };
    };
    const id = services.viewportGridService.getActiveViewportId();
    return services.syncGroupService.getSynchronizersForViewport(id).length;
  });
}

test('one film in linked viewports, each with a method or image of its own, and back', async ({ viewer }) => {
  test.setTimeout(patience(300_000));
  const { page } = viewer;
  await viewer.open(flips.study);
  await viewer.explain('wasm');
  const [before] = await viewportStates(page);
  const linkedBefore = await synchronisers(page);
  const tag = (pane: number) => viewer.panes.nth(pane).locator('[data-cy="explain-tag"]');
  const layer = (pane: number, name: string) =>
    expect(viewer.overlayIn(pane)).toHaveAttribute('data-layer', name, { timeout: patience(60_000) });

  await viewer.part('compare-start').click();
  await expect(viewer.panes).toHaveCount(2, { timeout: patience(60_000) });
  await layer(1, 'heat-map');
  await expect(viewer.overlayIn(0)).toHaveCount(0);
  await expect(tag(0)).toHaveText('A · the film, nothing drawn by AI');
  await expect(tag(0)).toHaveAttribute('data-ai', 'false');
  await expect(tag(1)).toContainText(/^B · AI/);

  await viewer.part('compare-count').selectOption('4');
  await expect(viewer.panes).toHaveCount(4, { timeout: patience(60_000) });
  await layer(2, 'adversarial');
  await expect(tag(2)).toContainText(/^C · AI/);
  // Its own score, not the film's alone.
  await expect(tag(2)).toContainText(/Film: score [\d.]+ → this generated image: Score [\d.]+, (not )?above/);
  // Another method, made for this viewport alone.
  await viewer.part('pane-3-image').selectOption('map');
  await layer(3, 'heat-map');
  const other = viewer.part('pane-3-of');
  await other.selectOption({ label: 'GradCAM: compute' });
  await expect(tag(3)).toContainText(gradCam, { timeout: patience(120_000) });
  await layer(3, 'heat-map');
  await expect(tag(1)).not.toContainText(gradCam);
  await layer(1, 'heat-map');
  await layer(2, 'adversarial');
  await expect(viewer.part('made-choice').locator('option')).toHaveCount(2);

  // A mask of each method, each in the viewport of its own map.
  await expect
    .poll(async () => (await viewportStates(page)).map(({ masks }) => masks), { timeout: patience(60_000) })
    .toEqual(['00', '10', '00', '01']);

  // Pan, zoom and window go together.
  await viewer.drag({ x: 0, y: -60 }, 'right');
  await viewer.drag({ x: 40, y: 30 }, 'middle');
  const matrices = async () =>
    Promise.all(
      [1, 2, 3].map(async pane => {
        const matrix = await viewer.overlayIn(pane).getAttribute('data-matrix');
        return matrix!.match(/-?[\d.]+(e-?\d+)?/g)!.map(Number);
      }),
    );
  // Viewports differ by a pixel at most, where the grid's side is odd; a zoom or pan that was not taken over is far off.
  const farthest = async () => {
    const [one, ...others] = await matrices();
    return Math.max(...others.flatMap(other => other.map((value, i) => Math.abs(value - one[i]))));
  };
  await expect.poll(farthest).toBeLessThan(2);
  await viewer.command('setWindowLevel', { windowWidth: 1500, windowCenter: 1700 });
  await expect
    .poll(async () => (await viewportStates(page)).map(({ voi }) => voi))
    .toEqual(Array.from({ length: 4 }, () => '950 2449'));

  // A generated image is framed, also beside others: amber runs along all of its border.
  const amber = await viewer.overlayIn(2).evaluate(element => {
    const { width, height } = element as HTMLCanvasElement;
    const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i] > 240 && Math.abs(data[i + 1] - 179) < 12 && data[i + 2] < 20) count += 1;
    }
    return count;
  });
  expect(amber).toBeGreaterThan(1000);
  if (process.env.COMPARE_SHOT) await page.screenshot({ path: process.env.COMPARE_SHOT });

  // The viewport that is worked in settles what the panel speaks of; keys and slider are its own.
  await viewer.activate(1);
  await expect(viewer.part('made-by')).not.toContainText(gradCam);
  await page.keyboard.down('x');
  await layer(1, 'adversarial');
  await layer(3, 'heat-map');
  await page.keyboard.up('x');
  await viewer.activate(3);
  await expect(viewer.part('made-by')).toContainText(gradCam);

  // The key that hides all AI output leaves four films, and says so.
  await page.keyboard.press('g');
  await expect(viewer.overlay).toHaveCount(0);
  await expect(page.locator('[data-cy="explain-tag"][data-ai="true"]')).toHaveCount(0);
  await page.keyboard.press('g');
  await layer(2, 'adversarial');

  await viewer.part('compare-end').click();
  await expect(viewer.panes).toHaveCount(1, { timeout: patience(60_000) });
  await layer(0, 'heat-map');
  await expect.poll(async () => (await viewportStates(page)).map(({ id }) => id)).toEqual([before.id]);
  // GradCAM was worked with last; the other explanation is there at once.
  await expect(viewer.part('made-by')).toContainText(gradCam);
  await viewer.part('made-choice').selectOption({ index: 0 });
  await expect(viewer.part('made-by')).not.toContainText(gradCam);
  await layer(0, 'heat-map');
  expect(await synchronisers(page)).toBe(linkedBefore);
});

test('where the transforms of an averaged map disagree is hatched, if asked for', async ({ viewer }) => {
  test.setTimeout(patience(300_000));
  await viewer.open(flips.study);
  await viewer.explain('wasm');
  await viewer.part('method').selectOption('similar-adversarial');
  await viewer.part('run-button').click();
  await viewer.settled();
  await expect(viewer.part('spread')).toBeDisabled();
  // Averaging is offered where one pass does not tell.
  await viewer.part('average').click();
  await expect(viewer.part('stability')).toContainText(/rank correlation/, { timeout: patience(170_000) });
  await expect(viewer.overlay).toHaveAttribute('data-hatched', 'false');
  await viewer.part('spread').check();
  const legend = viewer.part('spread-legend');
  await expect(legend).toContainText('the transforms differ there by more than the map’s own value');
  expect(Number(await legend.getAttribute('data-share'))).toBeGreaterThan(0);
  await expect(viewer.overlay).toHaveAttribute('data-hatched', 'true');
  await expect(viewer.page.locator('[data-cy="explain-tag"]').first()).toContainText('AI');
  // Nothing is hatched beside the film, with room left and right of it or above and below.
  await viewer.command('scaleDownViewport');
  await viewer.command('scaleDownViewport');
  await expect.poll(() => drawnBeside(viewer)).toEqual({ beside: 0, within: true });
  await viewer.command('resetViewport');
  if (process.env.SPREAD_SHOT) await viewer.page.screenshot({ path: process.env.SPREAD_SHOT });
  await viewer.part('spread').uncheck();
  await expect(viewer.overlay).toHaveAttribute('data-hatched', 'false');
  // The single pass now says what the average told, and leads to it.
  await viewer.part('made-choice').selectOption({ index: 1 });
  await expect(viewer.part('stability')).toContainText('Of the averaged map of this film');
  await viewer.part('show-averaged').click();
  await expect(viewer.part('made-by')).toContainText('averaged over 10 transforms');
  await viewer.part('augment').uncheck();
  // The next test's viewer is this one.
  await viewer.part('method').selectOption('guided-gradcam');
});

/** Pixels of the overlay that are drawn outside the film (by more than a pixel of its edge), and whether any are within. */
async function drawnBeside(viewer: ViewerPage): Promise<{ beside: number; within: boolean }> {
  const [[left, top], [right, bottom]] = await viewer.canvasPoints([
    [0, 0],
    [1023, 1023],
  ]);
  return viewer.overlay.evaluate(
    (element, { left, top, right, bottom }) => {
      const { width, height } = element as HTMLCanvasElement;
      const ratio = window.devicePixelRatio || 1;
      const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      let [beside, within] = [0, false];
      for (let i = 0; i < width * height; i++) {
        if (data[4 * i + 3] === 0) continue;
        const [x, y] = [(i % width) / ratio, Math.floor(i / width) / ratio];
        if (x < left - 3 || x > right + 3 || y < top - 3 || y > bottom + 3) beside += 1;
        else within = true;
      }
      return { beside, within };
    },
    { left, top, right, bottom },
  );
}
