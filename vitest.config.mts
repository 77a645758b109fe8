import { readdirSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/**
 * Folders whose tests start no servers, mock no module and leave nothing behind in their process: a worker runs one file after
 * the other and loads once what they share, which takes longer than most of the tests.
 */
const together = [
  'datasets',
  'dicom',
  'evaluation',
  'explain',
  'extension',
  'families',
  'image',
  'imported',
  'io',
  'metrics',
  'models',
  'panels',
  'phantom',
  'report',
  'study',
  'training',
  'trust',
];
/** Folders whose tests mostly wait, for servers, their processes and time-outs: more at once than there are cores. */
const waiting = ['pacs', 'queue', 'viewer'];
/** All other folders share too, in workers of their own: what listens to the terminal or exchanges kernels is among them. */
const others = readdirSync('test').filter(folder => ![...together, ...waiting, 'e2e'].includes(folder));
/** A process for each: what changes, fills or counts the memory of its process, mocks a module or needs it as it is loaded, or trains for longer than it loads. */
const apart = [
  'test/backends/auto.test.ts',
  'test/backends/memory.test.ts',
  'test/backends/own-kernels.test.ts',
  'test/cli/options.test.ts',
  'test/dicom/fuzz.test.ts',
  'test/evaluation/record-store.test.ts',
  'test/extension/actions.test.ts',
  'test/extension/first-label.test.ts',
  'test/extension/handlers.test.ts',
  'test/extension/i18n.test.ts',
  'test/training/interrupted-package.test.ts',
  'test/training/multiclass.test.ts',
  'test/training/realism.test.ts',
  'test/training/real-findings.test.ts',
  'test/training/resume.test.ts',
  'test/training/tasks.test.ts',
];

const testsIn = (folders: readonly string[]): string[] =>
  folders.map(folder => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    // Two cores: more workers would only take memory from each other.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // As of the end-to-end tests: what passed at its second try only is named at the end of `npm test`.
    retry: process.env.CI ? 1 : 0,
    projects: [
      {
        extends: true,
        test: { name: 'together', include: testsIn(together), exclude: apart, isolate: false },
      },
      {
        extends: true,
        test: { name: 'others', include: testsIn(others), exclude: apart, isolate: false },
      },
      { extends: true, test: { name: 'apart', include: apart } },
      {
        extends: true,
        // After the others, which keep both cores busy.
        test: { name: 'waiting', include: testsIn(waiting), maxWorkers: 4, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
