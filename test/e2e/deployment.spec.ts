import { createHash } from 'node:crypto';
import { expect, test } from '@playwright/test';
import { hasNginx, hasOrthanc, hasOpenssl } from '../support/debian-programs';
import { startDeployment, type ViewerProcess } from './support/command';
import { uidsOf } from './support/dicom';
import { startNetworkTrap, type NetworkTrap } from './support/network-trap';
import { hasModel, sampleFiles } from './support/paths';
import { patience } from './support/patience';
import { ViewerPage } from './support/viewer-page';

// The steps follow one another as at a workstation, so they share page, server and archive.
test.describe.configure({ mode: 'serial' });
test.describe('OHIF behind nginx with Orthanc, below a path, with log-in, cut off from other hosts', () => {
  const token = 'of-the-day.0123456789';
  const { study } = uidsOf(sampleFiles()[0]);
  let server: ViewerProcess;
  let trap: NetworkTrap;
  let viewer: ViewerPage;
  let score: number;
  const violations: string[] = [];

  test.skip(!hasNginx, 'no nginx on this machine: "node scripts/debian.mjs" installs it');
  test.skip(!hasOrthanc, 'no Orthanc on this machine: "node scripts/debian.mjs" installs it');
  test.skip(!hasModel('phantom'), 'models/phantom is not there');

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(patience(300_000));
    server = await startDeployment(['--base', '/imaging/pacs/', '--token', token]);
    trap = await startNetworkTrap();
    const context = await browser.newContext({ proxy: trap.proxy });
    const page = await context.newPage();
    page.on('console', message => {
      if (/content security policy/i.test(message.text())) violations.push(message.text());
    });
    // The guided tour would cover the viewer.
    await page.addInitScript(() => localStorage.setItem('shownTours', '["basicViewerTour"]'));
    viewer = new ViewerPage(page, server.address);
  });

  test.afterAll(async () => {
    await viewer?.page.context().close();
    trap?.close();
    await server?.interrupt();
  });

  test('nobody reads or stores without the token', async () => {
    for (const headers of [{}, { Authorization: 'Bearer of-yesterday' }] as HeadersInit[]) {
      expect((await ask('studies', { headers })).status).toBe(401);
      expect((await ask('studies', { headers, method: 'POST', body: 'anything' })).status).toBe(401);
    }
    expect(await instances()).toBe(1);
  });

  test('the drop-in is what its hashes say, and may be kept by browsers', async () => {
    const [, drop] = /The drop-in: (\S+)/.exec(server.output())!;
    const address = new URL(drop, server.address);
    const sums = await (await fetch(new URL('SHA256SUMS', address))).text();
    expect(drop).toContain(`explain-${sha256(sums).slice(0, 16)}/`);
    const lines = sums.trim().split('\n');
    expect(lines.length).toBeGreaterThan(8);
    for (const line of lines) {
      const [sum, name] = line.split('  ');
      const response = await fetch(new URL(name, address));
      expect(sha256(new Uint8Array(await response.arrayBuffer())), name).toBe(sum);
      expect(response.headers.get('Cache-Control')).toContain('immutable');
    }
    expect((await fetch(new URL('nothing.js', address))).status).toBe(404);
  });

  test('a study is opened with the token and explained', async () => {
    test.setTimeout(patience(300_000));
    await viewer.open(study, { token });
    const shown = await viewer.explain();
    expect(shown.backend).toBe('wasm');
    expect(shown.model).toBe('phantom');
    score = shown.score;
    await expect(viewer.overlay).toHaveAttribute('data-layer', 'heat-map');
    await expect.poll(async () => (await viewer.labelmap()).includes(1)).toBe(true);
  });

  test('a token that has run out is said, and costs nothing but the attempt', async () => {
    await logInAs('of-yesterday');
    await viewer.part('save-results').click();
    const said = viewer.page.getByText('The archive did not take the DICOM SEG').first();
    await expect(said).toBeVisible({ timeout: patience(60_000) });
    await expect(said).toContainText('401');
    expect(await instances()).toBe(1);
    await expect(viewer.overlay).toHaveAttribute('data-layer', 'heat-map');
  });

  test('with OHIF’s log-in the results are stored', async () => {
    await logInAs(token);
    await viewer.part('save-results').click();
    await expect(viewer.part('notice')).toContainText('Saved as DICOM SEG', { timeout: patience(60_000) });
    expect(await instances()).toBe(5);
  });

  test('the stored explanation comes back from the archive, by the log-in too', async () => {
    test.setTimeout(patience(300_000));
    await viewer.open(study, { token, reload: true });
    await viewer.openPanel();
    await viewer.part('restore').click();
    await viewer.settled();
    await expect(viewer.overlay).toHaveAttribute('data-layer', 'heat-map');
    expect(await viewer.part('score').getAttribute('data-score')).toBe(String(score));
  });

  test('nothing broke the Content-Security-Policy or asked for another host', async () => {
    expect(violations).toEqual([]);
    expect(trap.attempts).toEqual([]);
    // Whether the trap would have noticed.
    const other = await viewer.page.context().newPage();
    await other.goto('http://elsewhere.test/').catch(() => undefined);
    await other.goto('https://elsewhere.test/').catch(() => undefined);
    expect(trap.attempts).toContain('http://elsewhere.test/');
    expect(trap.attempts).toContain('elsewhere.test:443');
  });

  /** Asks the archive through nginx. */
  function ask(resource: string, options: RequestInit): Promise<Response> {
    return fetch(`${server.address}dicom-web/${resource}`, options);
  }

  async function instances(): Promise<number> {
    const headers = { Authorization: `Bearer ${token}`, Accept: 'application/dicom+json' };
    return (await (await ask(`studies/${study}/instances`, { headers })).json()).length;
  }

  /** What OHIF's log-in does when it gets a token. */
  async function logInAs(bearer: string): Promise<void> {
    await viewer.page.evaluate(value => {
      const { services } = window as unknown as { services: { userAuthenticationService: Authentication } };
      services.userAuthenticationService.setServiceImplementation({
        getAuthorizationHeader: () => ({ Authorization: `Bearer ${value}` }),
      });
    }, bearer);
  }
});

test.describe('OHIF behind nginx with Orthanc, over TLS, with the log-in of an identity provider', () => {
  const token = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ0ZXN0In0.c2ln';
  const { study } = uidsOf(sampleFiles()[0]);
  let server: ViewerProcess;
  let viewer: ViewerPage;
  /** Requests to the archive: method, address, Authorization. */
  const sent: { method: string; url: string; authorization?: string }[] = [];
  const violations: string[] = [];

  test.skip(!hasNginx, 'no nginx on this machine: "node scripts/debian.mjs" installs it');
  test.skip(!hasOrthanc, 'no Orthanc on this machine: "node scripts/debian.mjs" installs it');
  test.skip(!hasOpenssl, 'no openssl on this machine');
  test.skip(!hasModel('phantom'), 'models/phantom is not there');

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(patience(300_000));
    server = await startDeployment(['--base', '/imaging/pacs/', '--token', token, '--tls']);
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    page.on('console', message => {
      if (/content security policy|mixed content/i.test(message.text())) violations.push(message.text());
    });
    page.on('request', request => {
      if (!request.url().includes('/dicom-web/')) return;
      const { authorization } = request.headers();
      sent.push({ method: request.method(), url: request.url(), authorization });
    });
    await page.addInitScript(() => localStorage.setItem('shownTours', '["basicViewerTour"]'));
    viewer = new ViewerPage(page, server.address);
  });

  test.afterAll(async () => {
    await viewer?.page.context().close();
    await server?.interrupt();
  });

  test('only TLS is spoken, and the archive’s own addresses say so', async () => {
    expect(server.address).toMatch(/^https:/);
    const { request } = viewer.page.context();
    const plain = await request.get(server.address.replace('https:', 'http:'), { maxRedirects: 0 });
    expect([plain.status(), plain.headers().location]).toEqual([307, server.address]);
    const studies = `${server.address}dicom-web/studies?StudyInstanceUID=${study}`;
    expect((await request.get(studies)).status()).toBe(401);
    const found = await request.get(studies, { headers: { Authorization: `Bearer ${token}` } });
    const [{ '00081190': retrieve }] = await found.json();
    expect(retrieve.Value[0]).toBe(`${server.address}dicom-web/studies/${study}`);
  });

  test('a user of an identity provider reads, explains and stores', async () => {
    test.setTimeout(patience(300_000));
    await viewer.open(study, { token });
    await viewer.explain();
    await expect.poll(async () => (await viewer.labelmap()).includes(1)).toBe(true);
    await logInByProvider(token);
    sent.length = 0;
    await viewer.part('save-results').click();
    await expect(viewer.part('notice')).toContainText('Saved as DICOM SEG', { timeout: patience(60_000) });
    const stores = sent.filter(({ method }) => method === 'POST');
    expect(stores.map(({ url }) => url)).toEqual(Array(4).fill(`${server.address}dicom-web/studies`));
    expect(stores.map(({ authorization }) => authorization)).toEqual(Array(4).fill(`Bearer ${token}`));
    const instances = await viewer.page
      .context()
      .request.get(`${server.address}dicom-web/studies/${study}/instances`, {
        headers: { Authorization: `Bearer ${token}`, Accept: 'application/dicom+json' },
      });
    expect(await instances.json()).toHaveLength(5);
    expect(violations).toEqual([]);
  });

  test('a token that the provider has renewed is the one that is sent', async () => {
    await logInByProvider('renewed.but.unknown-to-nginx');
    sent.length = 0;
    await viewer.part('save-results').click();
    const said = viewer.page.getByText('The archive did not take the DICOM SEG').first();
    await expect(said).toBeVisible({ timeout: patience(60_000) });
    await expect(said).toContainText('HTTP 401');
    const [store] = sent.filter(({ method }) => method === 'POST');
    expect(store.authorization).toBe('Bearer renewed.but.unknown-to-nginx');
  });

  /** What OHIF's route for OpenID Connect does once a provider has answered, without the provider. */
  async function logInByProvider(accessToken: string): Promise<void> {
    await viewer.page.evaluate(value => {
      const { services } = window as unknown as { services: { userAuthenticationService: Authentication } };
      const { userAuthenticationService: service } = services;
      service.set({ enabled: true });
      service.setServiceImplementation({
        getAuthorizationHeader: () => ({ Authorization: `Bearer ${service.getUser().access_token}` }),
      });
      service.setUser({ access_token: value });
    }, accessToken);
  }
});

interface Authentication {
  setServiceImplementation(methods: { getAuthorizationHeader(): Record<string, string> }): void;
  set(settings: { enabled: boolean }): void;
  setUser(user: { access_token: string }): void;
  getUser(): { access_token: string };
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
