import { expect } from '@playwright/test';
import type { ViewerPage } from './viewer-page';

/** Opens a study whose explanation was saved, and expects it to be shown again without being computed. */
export async function expectRestored(viewer: ViewerPage, studyUid: string): Promise<void> {
  await viewer.open(studyUid, { reload: true });
  await viewer.openPanel();
  // Whole beside its title, which may be long.
  const { right } = await viewer.part('stored').evaluate(one => one.getBoundingClientRect());
  const button = await viewer.part('restore').evaluate(one => ({
    right: one.getBoundingClientRect().right,
    cut: one.scrollWidth - one.clientWidth,
  }));
  expect(button.right).toBeLessThanOrEqual(right);
  expect(button.cut).toBe(0);
  await viewer.part('restore').click();
  await viewer.settled();
  await expect(viewer.overlay).toHaveAttribute('data-layer', 'heat-map');
  await expect.poll(async () => (await viewer.labelmap()).includes(1)).toBe(true);
  expect(await viewer.part('time-explanation').count()).toBe(0);
}
