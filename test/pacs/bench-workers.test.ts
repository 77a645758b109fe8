import { existsSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchWorkers } from '../../scripts/bench-workers.mjs';
import { untrainedPackage } from '../cli/untrained-package';
import { hasRedis } from '../support/debian-programs';

const built = existsSync('dist/node/explain.js');

// How fast is for a machine that does nothing else: no time is asserted here.
describe.skipIf(!hasRedis || !built)('the benchmark of workers (Debian redis-server)', () => {
  let model: string;
  beforeAll(async () => {
    model = await untrainedPackage();
  }, 60_000);
  afterAll(() => rmSync(model, { recursive: true, force: true }));

  it(
    'has one worker, and two that share, explain every image of the archive once',
    { timeout: 300_000 },
    async () => {
      const runs = await benchWorkers({ images: 5, rounds: 1, latencyMs: 1, model, size: 96 });
      expect(runs.map(({ workers, images, storedTwice }) => [workers, images, storedTwice])).toEqual([
        [1, 5, 0],
        [2, 5, 0],
      ]);
      for (const { archiveShare } of runs) expect(archiveShare).toBeGreaterThan(0);
    },
  );
});
