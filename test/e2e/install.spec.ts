import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { startViewer, type ViewerProcess } from './support/command';
import { uidsOf } from './support/dicom';
import { hasModel, root, sampleFiles } from './support/paths';
import { startProxy, type Proxy, type ProxyOptions } from './support/proxy';
import { expect, test } from './support/test';
import { ViewerPage } from './support/viewer-page';

/** The policies that docs/install.md states: of the viewer, and of the extension's own files. */
const [viewerPolicy, extensionPolicy] = [
  ...readFileSync(path.join(root, 'docs/install.md'), 'utf8').matchAll(/```\n(.*script-src.*)\n```/g),
].map(match => match[1]);

const { study } = uidsOf(sampleFiles()[0]);
let server: ViewerProcess;
let hashes: string;
const proxies: Proxy[] = [];

test.skip(!hasModel('phantom'), 'models/phantom is not there');
test.beforeAll(async () => {
  server = await startViewer();
  const page = await (await fetch(server.address)).text();
  hashes = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)]
    .map(([, text]) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
    .join(' ');
});
test.afterAll(() => server?.interrupt());
test.afterEach(() => proxies.splice(0).forEach(proxy => proxy.close()));

async function proxy(options: ProxyOptions): Promise<Proxy> {
  const started = await startProxy(server.address, options);
  proxies.push(started);
  return started;
}

/** The documented policy with everything filled in; `origin` is that of the extension, if another. */
function policy(origin = ''): string {
  return viewerPolicy
    .replace('<hashes>', hashes)
    .replace(/(script-src|connect-src) 'self'/g, `$1 'self' ${origin}`);
}

test('it works under the documented Content-Security-Policy, from a folder of the user’s choice', async ({
  page,
}) => {
  const { address } = await proxy({ policy: policy(), extensionPolicy, extensionAt: '/tools/imaging/why' });
  const viewer = new ViewerPage(page, address);
  await viewer.open(study);
  expect((await viewer.explain()).backend).toBe('wasm');
  await expect(viewer.overlay).toHaveAttribute('data-layer', 'heat-map');
});

test('it works from another origin that allows it', async ({ page }) => {
  const other = await proxy({ headers: { 'Access-Control-Allow-Origin': '*' } });
  const { origin } = new URL(other.address);
  const { address } = await proxy({ policy: policy(origin), extensionUrl: `${origin}/explain/index.js` });
  const viewer = new ViewerPage(page, address);
  await viewer.open(study);
  expect((await viewer.explain()).backend).toBe('wasm');
});
