import { computeWorker, type TfjsScope } from './support/compute-worker';
import { uidsOf } from './support/dicom';
import { hasModel, sampleFiles } from './support/paths';
import { expect, testInOpenViewer as test } from './support/test';
import type { ViewerPage } from './support/viewer-page';

const { study } = uidsOf(sampleFiles()[0]);

test.skip(!hasModel('phantom'), 'models/phantom is not there');

/** Ends the worker, and waits until the extension knows: its lock is free, and nobody waits for it. */
async function endWorker(viewer: ViewerPage): Promise<void> {
  await computeWorker(viewer)
    .evaluate(() => self.close())
    .catch(() => undefined);
  await workersLeft(viewer, 0);
}

/** Waits until so many workers of the extension live, helpers among them: each holds a lock as long as it does. */
async function workersLeft(viewer: ViewerPage, count: number): Promise<void> {
  await viewer.page.waitForFunction(async wanted => {
    const { held = [] } = await navigator.locks.query();
    return held.filter(({ name }) => name?.startsWith('explain-worker')).length === wanted;
  }, count);
}

test('averaging can be cancelled, and the image explained again', async ({ viewer }) => {
  const { page } = viewer;
  await viewer.open(study);
  const before = await viewer.explain();
  await viewer.part('augment').check();
  await viewer.part('augment-count').fill('50');
  // Pressed the moment that it is there: fifty transforms take a second, a press from outside the page may take longer.
  const cancelled = page.evaluate(
    () =>
      new Promise<void>(resolve => {
        const observer = new MutationObserver(() => {
          const button = document.querySelector<HTMLElement>('[data-cy="explain-cancel"]');
          if (!button) return;
          observer.disconnect();
          button.click();
          resolve();
        });
        observer.observe(document.body, { childList: true, subtree: true });
      }),
  );
  await viewer.part('run-button').click();
  await cancelled;
  // Helpers end with the worker that started them.
  await workersLeft(viewer, 0);
  // The earlier result stays.
  await expect(viewer.panel).toHaveAttribute('data-state', 'done');
  await expect(viewer.part('score')).toHaveAttribute('data-score', String(before.score));
  expect((await viewer.result()).backend).toBe(before.backend);
  await expect(viewer.overlay).toHaveAttribute('data-layer', 'heat-map');
  await viewer.command('scaleUpViewport');

  await viewer.part('augment-count').fill('2');
  await viewer.part('run-button').click();
  await viewer.settled();
  expect((await viewer.result()).score).toBeCloseTo(before.score, 4);
  await expect(viewer.overlay).toHaveAttribute('data-layer', 'heat-map');
  await viewer.part('augment').uncheck();
});

test('an averaged map is shared among workers, which go on without one that is lost', async ({ viewer }) => {
  const { page } = viewer;
  // From a page of its own: workers that an earlier test ended would count among those that are lost.
  await page.reload();
  await viewer.open(study);
  await viewer.explain('wasm');
  const workers = await page.evaluate(() => Math.min(4, navigator.hardwareConcurrency));
  test.skip(workers < 2, 'This machine has one processor: nothing is shared.');
  await viewer.part('augment').check();
  await workersLeft(viewer, workers);
  await viewer.part('run-button').click();
  await viewer.settled();
  await expect(viewer.part('averaged-on')).toHaveAttribute('data-workers', String(workers));
  const { score } = await viewer.result();

  // Playwright lists them in no fixed order; the helper is the one that began last.
  const started = await Promise.all(
    page
      .workers()
      .filter(worker => worker.url().endsWith('explain-worker.js'))
      .map(async worker => ({ worker, at: await worker.evaluate(() => performance.timeOrigin) })),
  );
  const helper = started.sort((a, b) => a.at - b.at)[1]?.worker;
  test.skip(!helper, 'This browser does not show its nested workers.');
  await helper.evaluate(() => self.close()).catch(() => undefined);
  await workersLeft(viewer, workers - 1);
  await viewer.part('run-button').click();
  await viewer.settled();
  await expect(viewer.part('averaged-on')).toHaveAttribute('data-workers', String(workers - 1));
  await expect(viewer.part('averaged-on')).toContainText('1 helper worker failed');
  expect((await viewer.result()).score).toBe(score);
  await viewer.part('augment').uncheck();
});

test('want of memory is said, and the next press starts anew', async ({ viewer }) => {
  await viewer.open(study);
  await viewer.explain('wasm');
  await computeWorker(viewer).evaluate(() => {
    const { wasm } = (self as unknown as TfjsScope)._tfengine.backend;
    // Asks for memory without touching it, in ever smaller pieces, until there is none left to ask for.
    for (let bytes = 2 ** 30; bytes >= 2 ** 10; bytes /= 2) {
      try {
        while (wasm._malloc(bytes) !== 0);
      } catch {
        // With the project's kernels, an allocator that has none left says so.
      }
    }
  });
  await viewer.part('augment').check();
  await viewer.part('run-button').click();
  await expect(viewer.part('error')).toContainText('ran out of memory');
  await viewer.part('augment').uncheck();
  await viewer.part('run-button').click();
  await expect(viewer.part('error')).toHaveCount(0);
  await viewer.settled();
  await viewer.result();
});

test('a worker that ends without an event is told of, and the next press starts anew', async ({ viewer }) => {
  const { page } = viewer;
  await viewer.open(study);
  await viewer.explain('wasm');
  // A shard that never comes: the next worker waits, and is free to be ended meanwhile.
  await page.route(/models\/.*\.bin$/, () => undefined);
  await endWorker(viewer);
  await viewer.part('clear').click();
  await viewer.part('run-button').click();
  await expect(viewer.panel).toHaveAttribute('data-state', 'loading-model');
  // The page knows of a worker's lock once it has answered: before that it would be tried again in another way.
  await expect(viewer.panel).toHaveAttribute('data-engine', 'loading-model');
  await expect.poll(() => page.workers().some(each => each.url().endsWith('explain-worker.js'))).toBe(true);
  await computeWorker(viewer)
    .evaluate(() => self.close())
    .catch(() => undefined);
  await expect(viewer.part('error')).toContainText('was ended by the browser');
  await page.unroute(/models\/.*\.bin$/);
  await viewer.part('run-button').click();
  await expect(viewer.part('error')).toHaveCount(0);
  await viewer.settled();
  await viewer.result();
});

test('a missing wasm file is named, and plain JavaScript goes on', async ({ viewer }) => {
  const { page } = viewer;
  await viewer.open(study);
  await viewer.explain('wasm');
  await endWorker(viewer);
  await viewer.part('clear').click();
  await page.route(/tfjs-backend-wasm.*\.wasm$/, route => route.fulfill({ status: 404, body: '' }));
  await viewer.part('run-button').click();
  await viewer.settled();
  await expect(viewer.panel).toContainText(/tfjs-backend-wasm.*\.wasm is missing \(HTTP 404\)/);
  await expect(viewer.part('backend')).toHaveAttribute('data-backend', 'cpu');
  await expect(viewer.panel).toHaveAttribute('data-state', 'done');
  // The next test gets a worker that finds its file.
  await endWorker(viewer);
});
