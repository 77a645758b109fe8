// Finds the Chromium that the end-to-end tests drive, or installs Debian's. Run alone, it prints the path.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { canInstall, install } from './debian.mjs';

const usualPlaces = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/google-chrome',
    '/snap/bin/chromium',
  ],
  darwin: [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  win32: ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA']
    .filter(variable => process.env[variable])
    .map(variable => path.join(process.env[variable], 'Google/Chrome/Application/chrome.exe')),
};

/** The path of a Chromium that is there, or `undefined`: CHROMIUM_PATH, Playwright's own, then the usual places. */
export async function findChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (existsSync(named)) return named;
    throw new Error(`CHROMIUM_PATH names ${named}, which does not exist.`);
  }
  const { chromium } = await import('@playwright/test');
  return [chromium.executablePath(), ...(usualPlaces[process.platform] ?? [])].find(file => existsSync(file));
}

/** Finds Chromium, or installs it where that can be done unasked: on Debian and its kin, as root. */
export async function ensureChromium() {
  const found = await findChromium();
  if (found) return found;
  if (canInstall()) {
    console.log('Installing Chromium (apt-get install chromium) …');
    install(['chromium']);
    const installed = await findChromium();
    if (installed) return installed;
  }
  throw new Error(
    'The end-to-end tests need Chromium, and none was found. Install it (Debian: "sudo apt-get install chromium"; ' +
      'elsewhere: "npx playwright install chromium"), or name one in the environment variable CHROMIUM_PATH.',
  );
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  ensureChromium().then(console.log, error => {
    console.error(error.message);
    process.exit(1);
  });
}
