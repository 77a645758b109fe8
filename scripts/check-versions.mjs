// Tries the drop-in in OHIF releases, one after the other, and prints what works in which as a Markdown table:
// `node scripts/check-versions.mjs [version …]` after `npm run build`. Releases not yet there are fetched through npm.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureChromium } from './chromium.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const pinned = JSON.parse(readFileSync(path.join(root, 'src/viewer/ohif-versions.json'), 'utf8'));
const wanted = process.argv.slice(2);
const versions = wanted.length > 0 ? wanted : Object.keys(pinned);

const unknown = versions.filter(version => !Object.hasOwn(pinned, version));
if (unknown.length > 0) {
  console.error(`Not pinned: ${unknown.join(', ')}. Known: ${Object.keys(pinned).join(', ')}.`);
  process.exit(1);
}
const chromium = await ensureChromium();
for (const version of versions) {
  const { status } = node(['bin/explain.js', 'viewer', '--fetch-only', '--ohif', version]);
  if (status !== 0) process.exit(1);
}
const tests = runTests();
console.log(table(tests));
process.exitCode = tests.length === versions.length && tests.every(({ ok }) => ok) ? 0 : 1;

/** Runs `test/e2e/versions.spec.ts`; what it found out is in the annotations of its tests. */
function runTests() {
  const report = path.join(root, 'test-results', 'versions.json');
  mkdirSync(path.dirname(report), { recursive: true });
  rmSync(report, { force: true });
  // A folder of its own, so that the report is not cleared with Playwright's.
  const args = ['test/e2e/versions.spec.ts', '--reporter=list,json', '--output=test-results/versions'];
  node(['node_modules/@playwright/test/cli.js', 'test', ...args], {
    OHIF_VERSIONS: versions.join(','),
    CHROMIUM_PATH: chromium,
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
  });
  if (!existsSync(report)) {
    console.error('Playwright wrote no report; the reason is above.');
    process.exit(1);
  }
  const { suites } = JSON.parse(readFileSync(report, 'utf8'));
  return suites
    .flatMap(({ specs }) => specs)
    .map(({ title, ok, tests: [test] }) => ({ title, ok, results: test.results.at(-1).annotations }));
}

function table(tests) {
  const checks = [...new Set(tests.flatMap(({ results }) => results.map(({ type }) => type)))];
  const row = cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    row(['', ...tests.map(({ title }) => title.replace('the drop-in works in ', ''))]),
    row(['---', ...tests.map(() => '---')]),
    ...checks.map(check =>
      row([
        check,
        ...tests.map(({ results }) => results.find(({ type }) => type === check)?.description ?? '–'),
      ]),
    ),
  ].join('\n');
}

function node(args, env = {}) {
  return spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
}
