import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startViewer } from './support/command';
import { explainCommand } from './support/paths';
import { patience } from './support/patience';
import { expect, test } from '@playwright/test';

/** Runs `explain viewer` until it ends by itself. */
function runToEnd(args: string[]): Promise<{ code: number; output: string }> {
  return new Promise(resolve => {
    execFile(process.execPath, [explainCommand, 'viewer', ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr });
    });
  });
}

test('the viewer starts over the sample study, says where, and ends cleanly at Ctrl-C', async () => {
  const viewer = await startViewer();
  expect(viewer.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  expect(viewer.output()).toMatch(/[1-9]\d* studies/);
  const studies = await (await fetch(`${viewer.address}dicom-web/studies`)).json();
  expect(studies.length).toBeGreaterThan(0);
  const started = performance.now();
  expect(await viewer.interrupt()).toBe(0);
  expect(performance.now() - started).toBeLessThan(20_000);
  await expect(fetch(viewer.address)).rejects.toThrow();
});

test('a port in use is said, with what to do', async () => {
  const taken = createServer();
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const { code, output } = await runToEnd(['--port', String(port)]);
  taken.close();
  expect(code).toBe(1);
  expect(output).toContain(`Port ${port} is in use`);
  expect(output).toContain(`--port ${port + 1}`);
});

test('an address that others can reach has to be allowed', async () => {
  const { code, output } = await runToEnd(['--host', '0.0.0.0', '--port', '0']);
  expect(code).toBe(1);
  expect(output).toContain('--allow-network');
  const allowed = await startViewer(['--host', '0.0.0.0', '--allow-network']);
  expect(allowed.output()).toContain('WARNING');
  // A token is made, and nothing is told without it.
  const token = new URL(allowed.address).searchParams.get('token') ?? '';
  expect(token.length).toBeGreaterThan(30);
  const studies = new URL('/dicom-web/studies', allowed.address);
  expect((await fetch(studies)).status).toBe(401);
  const headers = { Authorization: `Bearer ${token}` };
  expect((await fetch(studies, { headers })).status).toBe(200);
  expect(await allowed.interrupt()).toBe(0);
});

test('a data folder that is missing is named; an empty one is alright', async () => {
  const empty = mkdtempSync(path.join(tmpdir(), 'explain-empty-'));
  const missing = await runToEnd(['--data', path.join(empty, 'nothing'), '--port', '0']);
  expect(missing.code).toBe(1);
  expect(missing.output).toContain('is not a folder');
  const viewer = await startViewer(['--data', empty]);
  expect((await fetch(`${viewer.address}dicom-web/studies`)).status).toBe(204);
  await viewer.interrupt();
  rmSync(empty, { recursive: true, force: true });
});

test('OHIF works with the token: a film is shown, and the address keeps nothing of it', async ({ page }) => {
  const viewer = await startViewer(['--require-token']);
  const refused: string[] = [];
  page.on('response', response => {
    if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(viewer.address);
  expect(page.url()).not.toContain('token');
  expect(await page.evaluate(() => document.cookie)).not.toContain('token');
  const uid = await page.evaluate(async () => {
    const studies: Record<string, { Value: string[] }>[] = await (await fetch('/dicom-web/studies')).json();
    return studies[0]['0020000D'].Value[0];
  });
  await page.goto(new URL(`/viewer?StudyInstanceUIDs=${uid}`, viewer.address).href);
  await expect(page.locator('canvas.cornerstone-canvas').first()).toBeVisible({ timeout: patience(60_000) });
  expect(refused).toEqual([]);
  expect(await viewer.interrupt()).toBe(0);
});
