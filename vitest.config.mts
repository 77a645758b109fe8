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
const waiting = ['pacs', 'viewer'];
/** In these folders, what counts the memory of its process, mocks a module, or trains for longer than it loads. */
const exceptions = [
  'test/dicom/fuzz.test.ts',
  'test/extension/actions.test.ts',
  'test/training/multiclass.test.ts',
  'test/training/realism.test.ts',
  'test/training/resume.test.ts',
  'test/training/tasks.test.ts',
];
/** All other folders: a process for each file. */
const apart = readdirSync('test').filter(folder => ![...together, ...waiting, 'e2e'].includes(folder));

const testsIn = (folders: readonly string[]): string[] =>
  folders.map(folder => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    // Two cores: more workers would only take memory from each other.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'together', include: testsIn(together), exclude: exceptions, isolate: false },
      },
      { extends: true, test: { name: 'apart', include: [...testsIn(apart), ...exceptions] } },
      {
        extends: true,
        // After the others, which keep both cores busy.
        test: { name: 'waiting', include: testsIn(waiting), maxWorkers: 4, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
