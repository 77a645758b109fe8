import { expect, test as base, type Page } from '@playwright/test';
import { startViewer } from './command';
import { patience } from './patience';
import { ViewerPage } from './viewer-page';

/** What happened on a page that must not happen. */
export interface Watch {
  /** Requests to other hosts than the viewer's. */
  foreign: string[];
  /** What the page's security policy had to stop, and script errors. */
  complaints: string[];
}

/** Lets a page reach 127.0.0.1 alone, and writes down everything else that it tries. */
export async function watchPage(page: Page): Promise<Watch> {
  const watch: Watch = { foreign: [], complaints: [] };
  const isLocal = (url: string) =>
    /^(data|blob|about|chrome-error):/.test(url) || new URL(url).hostname === '127.0.0.1';
  await page.context().route(
    url => !isLocal(url.href),
    route => route.abort(),
  );
  page.on('request', request => {
    if (!isLocal(request.url())) watch.foreign.push(request.url());
  });
  page.on('console', message => {
    if (/content security policy/i.test(message.text())) watch.complaints.push(message.text());
  });
  page.on('pageerror', error => watch.complaints.push(String(error)));
  return watch;
}

/** Asserts that nothing tried to leave the machine. */
export function expectNothingLeft(watch: Watch): void {
  expect(watch.foreign).toEqual([]);
  expect(watch.complaints.filter(text => /content security policy/i.test(text))).toEqual([]);
}

/** Tests whose page is watched; leaving the machine fails every one of them. */
export const test = base.extend<{ watch: Watch }>({
  watch: [
    async ({ page }, use) => {
      const watch = await watchPage(page);
      await use(watch);
      expectNothingLeft(watch);
    },
    { auto: true },
  ],
});

interface OpenViewer {
  viewer: ViewerPage;
  watch: Watch;
}

/**
 * Tests that share one viewer over the sample study, across spec files: the server is started and OHIF loaded once. Each test
 * opens its study in it, and leaves the worker and the panel's settings as any user might.
 */
export const testInOpenViewer = base.extend<{ viewer: ViewerPage }, { openViewer: OpenViewer }>({
  openViewer: [
    async ({ browser }, use, { project }) => {
      const server = await startViewer();
      const context = await browser.newContext({ viewport: project.use.viewport });
      const page = await context.newPage();
      await use({ viewer: new ViewerPage(page, server.address), watch: await watchPage(page) });
      await context.close();
      await server.interrupt();
    },
    { scope: 'worker', timeout: patience(120_000) },
  ],
  viewer: async ({ openViewer: { viewer, watch } }, use) => {
    await use(viewer);
    await viewer.page.unrouteAll({ behavior: 'ignoreErrors' });
    expectNothingLeft(watch);
  },
});

export { expect };
