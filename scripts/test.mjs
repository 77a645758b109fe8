// `npm test`: build, lint, formatting, types, unit tests, end-to-end tests. Ends with one line that sums up all tests.
// `npm test -- --no-e2e` leaves the browser out; `--unit` (`npm run test:unit`) builds and runs the unit tests alone.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureChromium } from './chromium.mjs';
import { describeMissing, ensureTestPackages } from './debian.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const reports = path.join(root, 'test-results');
const unitAlone = process.argv.includes('--unit');
const withBrowser = !unitAlone && !process.argv.includes('--no-e2e');
const failedSteps = [];
/** Names of tests, to be read at the end of the log. */
const failedTests = [];
/** Passed at their second try only, which is allowed where CI is set. */
const flakyTests = [];
const counts = { passed: 0, failed: 0, skipped: 0 };

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

const missingPackages = ensureTestPackages();
if (missingPackages.length > 0) console.log(describeMissing(missingPackages));

if (run('build', 'node', ['scripts/build.mjs'])) {
  if (!unitAlone) {
    run('lint', 'npm', ['run', '--silent', 'lint']);
    run('formatting', 'npm', ['run', '--silent', 'format:check']);
    run('types', 'npm', ['run', '--silent', 'typecheck']);
  }
  runUnitTests();
  if (withBrowser) await runBrowserTests();
}
finish();

function runUnitTests() {
  const report = path.join(reports, 'vitest.json');
  run('unit tests', 'npx', [
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const result = readReport(report, 'unit tests');
  if (!result) return;
  counts.passed += result.numPassedTests;
  counts.failed += result.numFailedTests;
  counts.skipped += result.numPendingTests + result.numTodoTests;
  for (const { name, message, assertionResults } of result.testResults) {
    const file = path.relative(root, name);
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    failedTests.push(...failed.map(({ fullName }) => `${file}: ${fullName}`));
    const flaky = assertionResults.filter(
      test => test.status === 'passed' && test.failureMessages.length > 0,
    );
    flakyTests.push(...flaky.map(({ fullName }) => `${file}: ${fullName}`));
    if (failed.length === 0 && message) failedTests.push(`${file}: ${message.split('\n')[0]}`);
  }
}

async function runBrowserTests() {
  let chromium;
  try {
    chromium = await ensureChromium();
  } catch (error) {
    console.error(error.message);
    failedSteps.push('Chromium');
    return;
  }
  if (!run('viewer download', 'node', ['bin/explain.js', 'viewer', '--fetch-only'])) return;
  const report = path.join(reports, 'playwright.json');
  run('end-to-end tests', 'npx', ['playwright', 'test', '--reporter=list,json'], {
    CHROMIUM_PATH: chromium,
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
  });
  const result = readReport(report, 'end-to-end tests');
  if (!result) return;
  const { stats } = result;
  counts.passed += stats.expected + stats.flaky;
  counts.failed += stats.unexpected;
  counts.skipped += stats.skipped;
  const specs = suite => [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specs)];
  const named = ({ file, line, title }) => `test/e2e/${file}:${line}: ${title}`;
  const all = result.suites.flatMap(specs);
  failedTests.push(...all.filter(({ ok }) => !ok).map(named));
  flakyTests.push(...all.filter(({ tests }) => tests.some(({ status }) => status === 'flaky')).map(named));
}

function run(name, command, args, env = {}) {
  console.log(`\n== ${name}`);
  const started = performance.now();
  const program = command === 'node' ? process.execPath : command;
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
    env: { ...process.env, ...env },
  });
  console.log(`-- ${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  if (status === 0) return true;
  if (error) console.error(error.message);
  failedSteps.push(name);
  return false;
}

function readReport(file, name) {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  failedSteps.push(`${name} (no report)`);
  return undefined;
}

function finish() {
  if (counts.passed + counts.failed === 0) failedSteps.push('no test ran');
  flakyTests.forEach(name => console.log(`Passed at the second try only: ${name}`));
  failedTests.forEach(name => console.log(`Failed: ${name}`));
  console.log(failedSteps.length > 0 ? `\nFailed: ${failedSteps.join(', ')}.` : '\nEverything passed.');
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exitCode = failedSteps.length > 0 || counts.failed > 0 ? 1 : 0;
}
