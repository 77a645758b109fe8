// Makes the pictures of the README from the sample study: `node scripts/screenshots.mjs` after `npm run build`.
import { readdirSync } from 'node:fs';
import { startSession, untilDone } from './viewer-session.mjs';

// A positive phantom of the sample study.
const file = process.argv[2] ?? readdirSync('sample').find(name => name.endsWith('.dcm'));

const session = await startSession();
try {
  const page = await session.open(`sample/${file}`, { width: 1400, height: 880 });
  await page.locator('[data-cy="Explain"]').click();
  await untilDone(page);
  await page.locator('[data-cy="explain-augment"]').check();
  await page.locator('[data-cy="explain-run-button"]').click();
  await page.waitForTimeout(1_000);
  await untilDone(page);
  await page.waitForTimeout(3_000);
  await page.screenshot({ path: 'docs/images/explain-heat-map.png' });
  await page.mouse.move(600, 450);
  await page.keyboard.down('x');
  await page.waitForTimeout(3_000);
  await page.screenshot({ path: 'docs/images/explain-counterfactual.png' });
  await page.keyboard.up('x');
} finally {
  await session.close();
}
