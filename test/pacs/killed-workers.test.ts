import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killWorkers } from '../../scripts/kill-workers.mjs';
import { hasRedis, startRedis, type RunningProgram } from '../support/debian-programs';

describe.skipIf(!hasRedis)('workers that are killed at random (Debian redis-server)', () => {
  let redis: RunningProgram;
  beforeAll(async () => {
    redis = await startRedis();
  }, 60_000);
  afterAll(() => redis?.stop());

  it('lose no image, and the archive holds each once', { timeout: 300_000 }, async () => {
    const told = await killWorkers({
      redis: redis.url,
      // The name of the 301st is a whole number, which BullMQ takes for no id.
      images: 320,
      workers: 2,
      kills: 3,
      betweenMs: [500, 1500],
      explanationMs: 20,
    });
    expect(told).toMatchObject({ held: 320, lost: 0 });
    // What a killed worker had in hand is done again by another, not the rest.
    expect(told.offeredAgain).toBeLessThanOrEqual(told.kills);
  });
});
