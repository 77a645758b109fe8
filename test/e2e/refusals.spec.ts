import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { dicomFile, image, type Element } from '../viewer/dicom-bytes';
import { startViewer, type ViewerProcess } from './support/command';
import { uidsOf } from './support/dicom';
import { patience } from './support/patience';
import { hasModel, sampleFiles } from './support/paths';
import { expectNothingLeft, watchPage, type Watch } from './support/test';
import { ViewerPage } from './support/viewer-page';

const side = 64;
const uids = (number: number) => ({
  study: `2.25.9${number}`,
  series: `2.25.9${number}.1`,
  instance: `2.25.9${number}.1.1`,
});
const chest: Record<string, Element> = {
  body: ['00180015', 'CS', 'CHEST'],
  rows: ['00280010', 'US', [side]],
  columns: ['00280011', 'US', [side]],
};

/** An RGB picture that calls itself a chest film. */
function colourFile(): Buffer {
  const changes: Record<string, Element> = {
    ...chest,
    samples: ['00280002', 'US', [3]],
    photometric: ['00280004', 'CS', 'RGB'],
    planar: ['00280006', 'US', [0]],
    allocated: ['00280100', 'US', [8]],
    stored: ['00280101', 'US', [8]],
    high: ['00280102', 'US', [7]],
  };
  const pixels = Uint8Array.from({ length: side * side * 3 }, (_, index) => index % 251);
  return dicomFile(image(uids(1), changes, ['7FE00010', 'OW', pixels]));
}

/** Large enough for every model: nothing but the pixels is missing. */
function fileWithoutPixels(): Buffer {
  const changes: Record<string, Element> = {
    ...chest,
    rows: ['00280010', 'US', [256]],
    columns: ['00280011', 'US', [256]],
  };
  return dicomFile(image(uids(2), changes).filter(([tag]) => tag !== '7FE00010'));
}

let data: string;
let server: ViewerProcess;
let watch: Watch;
let viewer: ViewerPage;
const [good, other, third] = sampleFiles();
const truncated = uidsOf(good);
const whole = uidsOf(other);
/** Shown by one test alone, so that its frame is fetched there. */
const unseen = uidsOf(third);

test.skip(!hasModel('phantom'), 'models/phantom is not there');

test.beforeAll(async ({ browser }) => {
  data = mkdtempSync(path.join(tmpdir(), 'explain-refusals-'));
  const bytes = readFileSync(good);
  writeFileSync(path.join(data, 'colour.dcm'), colourFile());
  writeFileSync(path.join(data, 'no-pixels.dcm'), fileWithoutPixels());
  writeFileSync(path.join(data, 'truncated.dcm'), bytes.subarray(0, Math.round(bytes.length / 2)));
  writeFileSync(path.join(data, 'whole.dcm'), readFileSync(other));
  writeFileSync(path.join(data, 'unseen.dcm'), readFileSync(third));
  server = await startViewer(['--data', data]);
  const page = await browser.newPage();
  watch = await watchPage(page);
  viewer = new ViewerPage(page, server.address);
});

test.afterEach(async () => {
  await viewer.page.unrouteAll({ behavior: 'ignoreErrors' });
  expectNothingLeft(watch);
});

test.afterAll(async () => {
  await viewer?.page.close();
  await server?.interrupt();
  rmSync(data, { recursive: true, force: true });
});

/** Any message of the panel that says why there is no explanation. */
function reasons() {
  return viewer.panel.locator('[role="alert"]');
}

/** The viewport has taken the instance, whether its pixels can be had or not: before that, there is no image to explain. */
async function expectTaken(instance: string): Promise<void> {
  await expect.poll(() => viewer.imageIds()).toEqual([expect.stringContaining(instance)]);
}

/** The viewer still works: it opens another study and shows its image. */
async function expectViewerAlive(): Promise<void> {
  await viewer.open(whole.study);
  await expect(viewer.page.locator('[data-cy="viewport-pane"] canvas').first()).toBeVisible();
}

// First, before a model is loaded; and the card at the very first, as the worker lists the cards when it starts.
test.describe('a model package', () => {
  // A panel that is open loads the model with the film, also at the end of the test before: nothing of it is to be kept.
  test.beforeEach(async () => {
    await viewer.page.goto(new URL('app-config.js', server.address).href);
    await viewer.page.evaluate(async () => {
      for (const name of await caches.keys()) await caches.delete(name);
    });
  });

  test('with a card that fails its schema is refused with the reason', async () => {
    await viewer.page.route('**/model-card.json', async route => {
      const response = await route.fetch();
      const card = await response.json();
      delete card.operatingPoint;
      await route.fulfill({ response, json: card });
    });
    await expectModelRefused(/operatingPoint/);
  });

  test('with a changed weights file is refused with the reason', async () => {
    await viewer.page.route(isWeights, async route => {
      const response = await route.fetch();
      const body = await response.body();
      body[body.length >> 1] ^= 1;
      await route.fulfill({ response, body });
    });
    await expectModelRefused(/sha-?256|hash|changed|damaged/i);
  });

  test('with a missing weights file is refused with the reason', async () => {
    await viewer.page.route(isWeights, route => route.fulfill({ status: 404, body: '' }));
    await expectModelRefused(/missing/i);
  });
});

function isWeights(url: URL): boolean {
  return url.pathname.includes('/models/') && !url.pathname.endsWith('.json');
}

async function expectModelRefused(reason: RegExp): Promise<void> {
  await viewer.open(whole.study, { reload: true });
  await viewer.pressExplain();
  await expect(reasons().filter({ hasText: reason }).first()).toBeVisible({
    timeout: patience(120_000),
  });
  await viewer.page.unrouteAll({ behavior: 'ignoreErrors' });
  await expectViewerAlive();
}

test('a colour image is refused in the panel, and the viewer lives on', async () => {
  await viewer.open(uids(1).study);
  await viewer.pressExplain();
  await expect(
    reasons()
      .filter({ hasText: /colour|samples per pixel/i })
      .first(),
  ).toBeVisible({ timeout: patience(120_000) });
  await expectViewerAlive();
});

test('an instance without pixels is refused in the panel, and the viewer lives on', async () => {
  await viewer.open(uids(2).study, { image: false });
  await viewer.pressExplain();
  await expect(
    reasons()
      .filter({ hasText: /no pixels|no image/i })
      .first(),
  ).toBeVisible({ timeout: patience(120_000) });
  await expectViewerAlive();
});

test('a truncated file is refused in the panel, and the viewer lives on', async () => {
  expect(server.output()).toContain('1 file listed although cut off or damaged');
  await viewer.open(truncated.study, { image: false });
  await expectTaken(truncated.instance);
  await viewer.pressExplain();
  await expect(
    reasons()
      .filter({ hasText: /truncated|no image/i })
      .first(),
  ).toBeVisible({ timeout: patience(120_000) });
  await expectViewerAlive();
});

test('a truncated frame that reaches the browser is refused as well', async () => {
  await viewer.page.route('**/frames/1', async route => {
    const response = await route.fetch();
    const body = await response.body();
    await route.fulfill({ response, body: cutFrame(body) });
  });
  await viewer.open(unseen.study, { image: false });
  await expectTaken(unseen.instance);
  await viewer.pressExplain();
  await expect(
    reasons()
      .filter({ hasText: /truncated|no image|no pixels/i })
      .first(),
  ).toBeVisible({ timeout: patience(120_000) });
});

/** Takes the second half of the pixels out of a one-part multipart answer. */
function cutFrame(body: Buffer): Buffer {
  const start = body.indexOf('\r\n\r\n') + 4;
  const end = body.lastIndexOf('\r\n--', body.length - 6);
  return Buffer.concat([body.subarray(0, start + Math.floor((end - start) / 2)), body.subarray(end)]);
}
