// Measures explanations in the viewer, in Chromium with software WebGL: `node scripts/bench-viewer.mjs [FILE...]` after
// `npm run build`. Without files, the first image of the sample study. `--backends wasm,webgl` and `--folds 10` choose
// what is measured. All times are those that the panel reports, in seconds:
//   cold   the first of its kind in a fresh page (the panel loads and warms up its model when it opens)
//   warm   the same once more
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startSession, untilDone } from './viewer-session.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    backends: { type: 'string', default: 'wasm,webgl' },
    folds: { type: 'string', default: '10' },
  },
});
const sample = () =>
  path.join(
    'sample',
    readdirSync('sample').find(name => name.endsWith('.dcm')),
  );
const files = positionals.length > 0 ? positionals : [sample()];
const kinds = ['load', 'warm-up', 'preparation', 'classifier', 'explanation', 'total'];

// Copies, so that the viewer serves these files alone.
const data = mkdtempSync(path.join(os.tmpdir(), 'explain-bench-'));
const copies = files.map((file, index) => {
  const copy = path.join(data, `${index}.dcm`);
  copyFileSync(file, copy);
  return copy;
});

console.log(
  `${os.cpus()[0]?.model ?? 'unknown processor'}, ${os.cpus().length} cores, ${new Date().toISOString()}`,
);
console.log(
  `load average before: ${os.loadavg()[0].toFixed(2)} (from the number of cores on, other work disturbs the figures)\n`,
);
const session = await startSession(['--data', data]);
try {
  print(['file', 'model', 'backend', 'what', ...kinds]);
  print(Array.from({ length: 4 + kinds.length }, () => '---'));
  for (const [index, copy] of copies.entries()) {
    for (const backend of options.backends.split(',')) await measure(files[index], copy, backend);
  }
} finally {
  await session.close();
  rmSync(data, { recursive: true, force: true });
}

/** Measures one image on one backend, in a page of its own. */
async function measure(file, copy, backend) {
  const page = await session.open(copy, { width: 1280, height: 800 });
  const part = name => page.locator(`[data-cy="explain-${name}"]`);
  const panel = part('panel');
  // The toolbar's button would explain at once, on the backend that is chosen automatically.
  await page.evaluate(() =>
    globalThis.services.panelService.activatePanel('ohif-extension-explain.panelModule.explain', true),
  );
  await panel.waitFor();
  await part('backend-choice').selectOption(backend);
  await page.locator(`[data-cy="explain-backend"][data-backend="${backend}"]`).waitFor({ timeout: 120_000 });
  await page.locator('[data-cy="explain-panel"][data-engine="ready"]').waitFor({ timeout: 300_000 });
  for (const folds of [1, Number(options.folds)]) {
    await part('augment').setChecked(folds > 1);
    if (folds > 1) await part('augment-count').fill(String(folds));
    for (const state of ['cold', 'warm']) {
      // Cleared first, so that the old result cannot be taken for the new one.
      if (await part('clear').isEnabled()) await part('clear').click();
      await part('run-button').click();
      await untilDone(page);
      const what = `${folds > 1 ? `mean of ${folds}` : 'one'}, ${state}`;
      const first = folds === 1 && state === 'cold';
      const times = await Promise.all(kinds.map(kind => seconds(part(`time-${kind}`), kind, first)));
      const model = await part('model-version').getAttribute('data-model');
      print([path.basename(file), model, backend, what, ...times]);
    }
  }
  await page.close();
}

/** Loading and warm-up happen once, so they are printed once. */
async function seconds(element, kind, first) {
  if (!first && (kind === 'load' || kind === 'warm-up')) return '';
  if ((await element.count()) === 0) return '';
  return Number(await element.getAttribute('data-seconds')).toFixed(3);
}

function print(cells) {
  console.log(`| ${cells.join(' | ')} |`);
}
