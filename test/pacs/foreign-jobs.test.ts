import { Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runQueue, type InstanceAddress } from '../../src/pacs';
import { hasRedis, startRedis, type RunningProgram } from '../support/debian-programs';
import { memoryLog } from './fixtures';

const images: InstanceAddress[] = ['1', '2'].map(number => ({
  studyUid: '2.999',
  seriesUid: '2.999.1',
  instanceUid: `2.999.1.${number}`,
}));

async function* found(): AsyncGenerator<InstanceAddress> {
  yield* images;
}

describe.skipIf(!hasRedis)('a job that no worker has made (Debian redis-server)', () => {
  let redis: RunningProgram;
  beforeAll(async () => {
    redis = await startRedis();
  }, 60_000);
  afterAll(() => redis?.stop());

  it.each<[string, unknown]>([
    ['null', null],
    ['text', 'Doe^Jane'],
    ['an address of no UIDs', { studyUid: '../../Doe', seriesUid: '1', instanceUid: { name: 'Doe^Jane' } }],
  ])('fails in words of our own, and the images are done: %s', { timeout: 60_000 }, async (name, data) => {
    const queue = new Queue(`foreign ${name}`, { connection: { url: redis.url } });
    await queue.add('explain', data, { attempts: 3 });
    const { log, text } = memoryLog();
    const done: string[] = [];
    const process = async ({ instanceUid }: InstanceAddress) => {
      done.push(instanceUid);
      return { kind: 'explained' as const, stored: 1, present: 0, cautions: [] };
    };
    const options = { url: redis.url, leaseMs: 5000, attempts: 3 };
    const tally = await runQueue(found(), process, log, `foreign ${name}`, options);
    expect(tally).toMatchObject({ explained: 2, failed: 1 });
    expect(done.sort()).toEqual(images.map(({ instanceUid }) => instanceUid));
    const reasons = (await queue.getFailed()).map(job => job.failedReason);
    expect(reasons).toEqual(['The job names no image.']);
    expect(text()).not.toContain('Doe');
    await queue.close();
  });
});
