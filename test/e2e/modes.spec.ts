import type { Page } from '@playwright/test';
import { uidsOf } from './support/dicom';
import { patience } from './support/patience';
import { hasModel, sampleFiles } from './support/paths';
import { expect, testInOpenViewer as test } from './support/test';

const { study } = uidsOf(sampleFiles()[0]);

test.skip(!hasModel('phantom'), 'models/phantom is not there');

/** Modes of the pre-built viewer; the last two show no radiographs, so nothing can be explained there. */
const modes = [
  { mode: 'viewer', shows: true },
  { mode: 'basic', shows: true },
  { mode: 'segmentation', shows: true },
  { mode: 'tmtv', shows: false },
  { mode: 'microscopy', shows: false },
];

test('every mode has one button and one panel, which work or say why not', async ({ viewer }) => {
  test.setTimeout(patience(300_000));
  const { page } = viewer;
  for (const { mode, shows } of modes) {
    await viewer.open(study, { mode, image: shows });
    await expect(page.locator('[data-cy="Explain"]'), mode).toHaveCount(1);
    expect(await explainPanels(page), mode).toBe(1);
    if (shows) {
      expect((await viewer.explain()).model).toBe('phantom');
    } else {
      await viewer.pressExplain();
      await expect(viewer.part('refusal')).toBeVisible();
    }
  }
});

test('leaving to the study list and coming back leaves nothing behind and doubles nothing', async ({
  viewer,
}) => {
  const { page } = viewer;
  await viewer.open(study);
  await viewer.explain();
  await expect(viewer.overlay).toHaveCount(1);
  await page.locator('[data-cy="return-to-work-list"]').click();
  await expect(viewer.overlay).toHaveCount(0);
  await page.goBack();
  await viewer.imageShown();
  await expect(page.locator('[data-cy="Explain"]')).toHaveCount(1);
  // The panel is added once the mode has made its own.
  await expect.poll(() => explainPanels(page)).toBe(1);
  await expect(viewer.overlay).toHaveCount(0);
  expect(await viewer.labelmap()).toHaveLength(0);
  await viewer.explain();
  await expect(viewer.overlay).toHaveCount(1);
  await expect.poll(() => segmentations(page)).toBe(1);
});

interface Services {
  services: {
    panelService: { getPanels(side: string): { id: string }[] };
    segmentationService: { getSegmentations(): unknown[] };
  };
}

function explainPanels(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { panelService } = (window as unknown as Services).services;
    return panelService.getPanels('right').filter(panel => panel.id.startsWith('ohif-extension-explain'))
      .length;
  });
}

function segmentations(page: Page): Promise<number> {
  return page.evaluate(
    () => (window as unknown as Services).services.segmentationService.getSegmentations().length,
  );
}
