// The viewer in a browser, for scripts that look at it.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chromium } from '@playwright/test';
import dicomParser from 'dicom-parser';
import { ensureChromium } from './chromium.mjs';

const patience = 300_000;

/**
 * Starts `explain viewer` on a free port and a browser of its own; `args` are the viewer's.
 *
 * @param initScript a file that every page runs before its own scripts
 */
export async function startSession(args = [], { initScript } = {}) {
  const server = spawn(process.execPath, ['bin/explain.js', 'viewer', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Also where the script is ended by Ctrl-C, which ends the browser too.
  process.once('exit', () => server.kill('SIGINT'));
  const address = await new Promise((resolve, reject) => {
    let output = '';
    server.stdout.on('data', chunk => {
      output += chunk;
      const found = /OHIF with Explain: (http:\S+)/.exec(output)?.[1];
      if (found) resolve(found);
    });
    server.on('error', reject).on('exit', () => reject(new Error(`The viewer did not start:\n${output}`)));
  });
  const browser = await chromium.launch({
    executablePath: await ensureChromium(),
    args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  });
  return {
    browser,
    server,
    /** Opens the study of a DICOM file in a fresh page; `explain` goes over the extension's configuration. */
    async open(file, viewport, { context = browser, explain = {} } = {}) {
      const page = await context.newPage(context === browser ? { viewport } : undefined);
      if (context !== browser) await page.setViewportSize(viewport);
      if (initScript) await page.addInitScript({ path: initScript });
      await page.addInitScript(overConfiguration, explain);
      const study = dicomParser.parseDicom(readFileSync(file), { untilTag: 'x7fe00010' }).string('x0020000d');
      await page.goto(`${address}viewer?StudyInstanceUIDs=${study}`, { timeout: patience });
      await page.locator('[data-cy="Explain"]').waitFor({ timeout: patience });
      await page
        .getByRole('button', { name: 'Confirm and hide' })
        .click({ timeout: 20_000 })
        .catch(() => undefined);
      return page;
    },
    async close() {
      await browser.close();
      server.kill('SIGINT');
    },
  };
}

/** Waits until the panel shows a result; a failure is thrown with what the panel says. */
export async function untilDone(page) {
  const panel = page.locator('[data-cy="explain-panel"]');
  await page
    .locator('[data-cy="explain-panel"]:is([data-state="done"], [data-state="failed"])')
    .waitFor({ timeout: patience });
  if ((await panel.getAttribute('data-state')) === 'failed') {
    throw new Error(`The panel says: ${await panel.locator('[role="alert"]').first().innerText()}`);
  }
}

/** In the page: what `app-config.js` sets, with other values for this extension. */
function overConfiguration(explain) {
  let configured;
  Object.defineProperty(globalThis, 'config', {
    get: () => configured,
    set: given => {
      configured = { ...given, explain: { ...given.explain, ...explain } };
    },
  });
}
