import { expect } from '@playwright/test';
import type { ViewerPage } from './viewer-page';

/** Opens a study whose explanation was saved, and expects it to be shown again without being computed. */
export async function expectRestored(viewer: ViewerPage, studyUid: string): Promise<void> {
  await viewer.open(studyUid, { reload: true });
  await viewer.openPanel();
  await viewer.part('restore').click();
  await viewer.settled();
  await expect(viewer.overlay).toHaveAttribute('data-layer', 'heat-map');
  await expect.poll(async () => (await viewer.labelmap()).includes(1)).toBe(true);
  expect(await viewer.part('time-explanation').count()).toBe(0);
}
