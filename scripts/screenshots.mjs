// Makes the pictures of the README from the sample study: `node scripts/screenshots.mjs` after `npm run build`.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import dicomParser from 'dicom-parser';
import { chromium } from '@playwright/test';
import { ensureChromium } from './chromium.mjs';

const port = 3917;
const address = `http://127.0.0.1:${port}/`;
const patience = 180_000;
// A positive phantom of the sample study.
const file = process.argv[2] ?? readdirSync('sample').find(name => name.endsWith('.dcm'));
const study = dicomParser.parseDicom(readFileSync(`sample/${file}`)).string('x0020000d');

const server = spawn(process.execPath, ['bin/explain.js', 'viewer', '--port', String(port)], {
  stdio: 'ignore',
});
const browser = await chromium.launch({
  executablePath: await ensureChromium(),
  args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1400, height: 880 } });
  await page.addInitScript(() => localStorage.setItem('shownTours', '["basicViewerTour"]'));
  await untilServed();
  await page.goto(`${address}viewer?StudyInstanceUIDs=${study}`);
  await page.locator('[data-cy="Explain"]').waitFor({ timeout: patience });
  await page
    .getByRole('button', { name: 'Confirm and hide' })
    .click({ timeout: 20_000 })
    .catch(() => undefined);
  await page.locator('[data-cy="Explain"]').click();
  await done(page);
  await page.locator('[data-cy="explain-augment"]').check();
  await page.locator('[data-cy="explain-run-button"]').click();
  await page.waitForTimeout(1_000);
  await done(page);
  await page.waitForTimeout(3_000);
  await page.screenshot({ path: 'docs/images/explain-heat-map.png' });
  await page.mouse.move(600, 450);
  await page.keyboard.down('x');
  await page.waitForTimeout(3_000);
  await page.screenshot({ path: 'docs/images/explain-counterfactual.png' });
  await page.keyboard.up('x');
} finally {
  await browser.close();
  server.kill('SIGINT');
}

async function done(page) {
  await page.locator('[data-cy="explain-panel"][data-state="done"]').waitFor({ timeout: patience });
}

async function untilServed() {
  for (let attempt = 0; attempt < 60; attempt++) {
    if (
      await fetch(address).then(
        answer => answer.ok,
        () => false,
      )
    )
      return;
    await new Promise(resolve => setTimeout(resolve, 500));
  }
  throw new Error(`Nothing answers at ${address}.`);
}
