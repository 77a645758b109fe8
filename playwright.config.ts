import { defineConfig } from '@playwright/test';
import { patience } from './test/e2e/support/patience';

/** Software rendering and no traffic of Chromium's own, so that a test sees the page's requests alone. */
const chromiumFlags = [
  '--no-sandbox',
  // Pages are painted by the processor: through the emulated card, as Debian's Chromium does it, they take a quarter more of it.
  '--disable-gpu-rasterization',
  '--disable-gpu-compositing',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results/e2e',
  // One browser at a time: software rendering keeps two cores busy. A machine of more takes more (E2E_WORKERS).
  workers: Number(process.env.E2E_WORKERS ?? 1),
  timeout: patience(180_000),
  expect: { timeout: patience(30_000) },
  retries: process.env.CI ? 1 : 0,
  forbidOnly: Boolean(process.env.CI),
  use: {
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    launchOptions: { executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: chromiumFlags },
  },
});
