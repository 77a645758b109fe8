import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test, type Route } from '@playwright/test';
import dicomParser from 'dicom-parser';
import { hasOrthanc, startOrthanc, type RunningProgram } from '../support/debian-programs';
import { startViewer, type ViewerProcess } from './support/command';
import { uidsOf } from './support/dicom';
import { patience } from './support/patience';
import { hasModel, realFolder, sampleFiles } from './support/paths';
import { startProxy, type Proxy } from './support/proxy';
import { expect, expectNothingLeft, watchPage, type Watch } from './support/test';
import { ViewerPage } from './support/viewer-page';

const real = path.join(realFolder, 'chest-cr-mono1-10bit-explicit-le.dcm');
/** A patient's radiograph where there is one, else a phantom; each with the model made for it. */
const [file, modelId] = existsSync(real) ? [real, 'cxr-pneumonia'] : [sampleFiles()[0], 'phantom'];
/** The method of the first map: each model's own. */
const method = modelId === 'cxr-pneumonia' ? 'evidence-change' : 'similar-adversarial';

/** Of both models. */
const operatingPoint = 0.5;

// The steps follow one another as at a workstation, so they share page and archive.
test.describe.configure({ mode: 'serial' });
test.describe('a study in Orthanc', () => {
  const uids = uidsOf(file);
  let orthanc: RunningProgram;
  let server: ViewerProcess;
  let proxy: Proxy;
  let watch: Watch;
  let viewer: ViewerPage;
  let saved: Uint8Array;
  let score: number;
  /** Description of a series: what it is, the decision where it is negative, the method. */
  const described = (what: string): string =>
    `AI ${what}${score > operatingPoint ? '' : ' NEG'} - ${method} - research use only`;

  test.skip(!hasOrthanc, 'no Orthanc on this machine: "node scripts/debian.mjs" installs it');
  test.skip(!hasModel(modelId), `models/${modelId} is not there`);

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(patience(300_000));
    orthanc = await startOrthanc();
    server = await startViewer();
    proxy = await startProxy(server.address, { archive: orthanc.url });
    await storeInOrthanc();
    const page = await browser.newPage();
    watch = await watchPage(page);
    viewer = new ViewerPage(page, proxy.address);
  });

  test.afterAll(async () => {
    await viewer?.page.close();
    if (watch) expectNothingLeft(watch);
    proxy?.close();
    await server?.interrupt();
    await orthanc?.stop();
  });

  test('is explained', async () => {
    test.setTimeout(patience(300_000));
    await viewer.open(uids.study);
    const shown = await viewer.explain('wasm');
    expect(shown.model).toBe(modelId);
    score = shown.score;
    await expect.poll(async () => (await viewer.labelmap()).includes(1)).toBe(true);
    saved = await viewer.labelmap();
  });

  test('a page to log in, a refusal and a lost connection are not taken for success', async () => {
    const stow = '**/dicom-web/studies';
    const page = { status: 200, contentType: 'text/html', body: '<!DOCTYPE html><html>Log in</html>' };
    const full = { '00081198': { vr: 'SQ', Value: [{ '00081197': { vr: 'US', Value: [0xa700] } }] } };
    const answers: [(route: Route) => Promise<void>, string][] = [
      [route => route.fulfill(page), 'a web page came in place of an archive’s answer'],
      [route => route.fulfill({ json: full }), 'failure reason 0xa700'],
      [route => route.fulfill({ ...page, status: 500 }), 'HTTP 500'],
      [route => route.abort('connectionreset'), 'no answer: the connection failed'],
    ];
    for (const [answer, message] of answers) {
      await viewer.page.route(stow, route =>
        route.request().method() === 'POST' ? answer(route) : route.fallback(),
      );
      await viewer.part('save-results').click();
      await expect(viewer.part('notice')).toContainText(message, { timeout: patience(60_000) });
      await expect(viewer.part('notice')).toContainText('Nothing in the viewer was lost');
      await viewer.page.unroute(stow);
    }
    await expect(viewer.overlay).toHaveAttribute('data-layer', 'heat-map');
  });

  test('SEG, map, picture and report are saved', async () => {
    await viewer.part('save-results').click();
    await expect(viewer.part('notice')).toContainText('Saved as DICOM SEG', { timeout: patience(60_000) });
  });

  test('holds them by QIDO, each in a series of its own that refers to the radiograph', async () => {
    const series = await search(`studies/${uids.study}/series`);
    const found = series.map(one => `${text(one, '00080060')} ${text(one, '0008103E')}`).sort();
    expect(found.filter(name => /^\w+ AI /.test(name))).toEqual([
      `OT ${described('map')}`,
      `OT ${described('picture')}`,
      `SEG ${described('mask')}`,
      `SR ${described('report')}`,
    ]);
    for (const one of series.filter(({ '0008103E': name }) => String(name?.Value?.[0]).startsWith('AI '))) {
      const dataset = await retrieve(text(one, '0020000E'));
      expect(referencedInstances(dataset)).toContain(uids.instance);
    }
  });

  test('saving again leaves one of each', async () => {
    await viewer.part('save-results').click();
    await expect(viewer.part('save-results')).toBeDisabled();
    await expect(viewer.part('save-results')).toBeEnabled({ timeout: patience(60_000) });
    await expect(viewer.part('notice')).toContainText('Saved as DICOM SEG');
    expect(await search(`studies/${uids.study}/instances`)).toHaveLength(5);
  });

  test('shows the SEG after the study is opened again', async () => {
    test.setTimeout(patience(300_000));
    await viewer.open(uids.study, { reload: true });
    await viewer.showSeries(described('mask'), 5);
    await viewer.page.getByRole('button', { name: 'Yes', exact: true }).click();
    await expect
      .poll(async () => Buffer.compare(await viewer.labelmap(), saved), { timeout: patience(60_000) })
      .toBe(0);
  });

  test('shows the picture and the report', async () => {
    test.setTimeout(patience(300_000));
    await viewer.open(uids.study, { reload: true });
    await viewer.showSeries(described('report'), 5);
    const words = viewer.page.getByText('AI score, research use only').first();
    const verdict = score > operatingPoint ? 'AI: positive, above' : 'AI: negative, below';
    // OHIF may take the report's annotations over after it has drawn the film, and shows them when it draws again: at a pan.
    await expect(async () => {
      await viewer.drag({ x: 4, y: 4 }, 'middle');
      await expect(words).toBeVisible({ timeout: 2_000 });
    }).toPass({ timeout: patience(60_000) });
    await expect(viewer.page.getByText(verdict)).toBeVisible();
    await viewer.open(uids.study, { reload: true });
    const before = await viewer.imageIds();
    await viewer.showSeries(described('picture'), 5);
    await expect.poll(() => viewer.imageIds(), { timeout: patience(60_000) }).not.toEqual(before);
  });

  test('shows the explanation again without computing it', async () => {
    test.setTimeout(patience(300_000));
    await viewer.open(uids.study, { reload: true });
    await viewer.openPanel();
    await viewer.part('restore').click();
    await viewer.settled();
    await expect(viewer.overlay).toHaveAttribute('data-layer', 'heat-map');
    expect(await viewer.part('score').getAttribute('data-score')).toBe(String(score));
    await expect.poll(async () => Buffer.compare(await viewer.labelmap(), saved)).toBe(0);
    expect(await viewer.part('time-explanation').count()).toBe(0);
  });

  async function storeInOrthanc(): Promise<void> {
    const boundary = 'file';
    const body = Buffer.concat([
      Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`),
      readFileSync(file),
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);
    const type = `multipart/related; type="application/dicom"; boundary=${boundary}`;
    const headers = { 'Content-Type': type, Accept: 'application/dicom+json' };
    const response = await fetch(`${orthanc.url}/dicom-web/studies`, { method: 'POST', headers, body });
    expect(response.status).toBe(200);
  }

  type Json = Record<string, { Value?: string[] } | undefined>;

  async function search(resource: string): Promise<Json[]> {
    const headers = { Accept: 'application/dicom+json' };
    return (await fetch(`${orthanc.url}/dicom-web/${resource}?includefield=all`, { headers })).json();
  }

  async function retrieve(seriesUid: string): Promise<dicomParser.DataSet> {
    const [found] = await (
      await fetch(`${orthanc.url}/tools/find`, {
        method: 'POST',
        body: JSON.stringify({ Level: 'Instance', Query: { SeriesInstanceUID: seriesUid } }),
      })
    ).json();
    const response = await fetch(`${orthanc.url}/instances/${found}/file`);
    return dicomParser.parseDicom(new Uint8Array(await response.arrayBuffer()));
  }

  function text(dataset: Json, tag: string): string {
    return dataset[tag]?.Value?.[0] ?? '';
  }

  /** SOP Instance UIDs that an object refers to, at any depth. */
  function referencedInstances(dataset: dicomParser.DataSet): string[] {
    const own = dataset.string('x00081155');
    const below = Object.values(dataset.elements).flatMap(({ items }) =>
      (items ?? []).flatMap(item => (item.dataSet ? referencedInstances(item.dataSet) : [])),
    );
    return own ? [own, ...below] : below;
  }
});
