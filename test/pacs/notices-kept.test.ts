import { afterEach, describe, expect, it } from 'vitest';
import { said } from '../../src/io/harmless';
import { runImages, runService, type InstanceAddress, type Outcome } from '../../src/pacs';
import { DicomWebError } from '../../src/pacs/dicomweb-client';
import { mostLooks } from '../../src/pacs/notices';
import { PassingError } from '../../src/pacs/retry';
import { memoryLog } from './fixtures';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const explained: Outcome = { kind: 'explained', stored: 1, present: 0, cautions: [] };
const imageOf = (studyUid: string): InstanceAddress => ({
  studyUid,
  seriesUid: `${studyUid}.1`,
  instanceUid: `${studyUid}.1.1`,
});

type Work = Parameters<typeof runService>[0];

/** A service whose search finds nothing, as with --days of an old study; each study told of has one image. */
async function start(process: Work['process'], change: Partial<Work> = {}, waitMs = 5) {
  const { log, text } = memoryLog();
  const controller = new AbortController();
  const ended = runService(
    {
      process,
      log,
      all: async function* () {},
      ofStudy: async function* (uid) {
        yield imageOf(uid);
      },
      run: (images, work, onFailed) => runImages(images, work, log, { signal: controller.signal, onFailed }),
      ...change,
    },
    {
      listen: { host: '127.0.0.1', port: 0 },
      watchMs: waitMs,
      longestWaitMs: waitMs,
      signal: controller.signal,
    },
  );
  stops.push(async () => {
    controller.abort();
    await ended;
  });
  const lines = (event: string): Record<string, unknown>[] =>
    text()
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line) as Record<string, unknown>)
      .filter(line => line.event === event);
  await expect.poll(() => lines('listening').length).toBe(1);
  const address = lines('listening')[0].address as string;
  const tell = async (StudyInstanceUID: string): Promise<void> => {
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ StudyInstanceUID });
    expect((await fetch(`${address}/studies`, { method: 'POST', headers, body })).status).toBe(202);
  };
  const health = async (): Promise<unknown> => (await fetch(`${address}/health`)).json();
  const metrics = async (): Promise<string> => (await fetch(`${address}/metrics`)).text();
  return { lines, tell, health, metrics };
}

/** Fails the first times that it is asked of an image. */
function failing(times: number, of = '1.2') {
  const asked: string[] = [];
  const process: Work['process'] = async ({ studyUid }) => {
    asked.push(studyUid);
    if (studyUid === of && asked.filter(uid => uid === of).length <= times)
      throw new PassingError(said`The server answered HTTP 500.`);
    return explained;
  };
  return { asked, process };
}

describe('a study told of', () => {
  it('is looked at again where an image failed, though no search finds it', async () => {
    const { process, asked } = failing(2);
    const service = await start(process);
    await service.tell('1.2');
    await expect.poll(() => service.lines('explained').length).toBe(1);
    expect(asked).toEqual(['1.2', '1.2', '1.2']);
    await expect.poll(service.health).toMatchObject({
      status: 'ok',
      notices: { waiting: 0, retrying: 0, givenUp: 0 },
    });
  });

  it('is given up after ten looks, which health and metrics show, and keeps no other', async () => {
    const { process, asked } = failing(Infinity);
    const service = await start(process);
    await service.tell('1.2');
    await service.tell('1.3');
    await expect.poll(() => service.lines('given-up').length, { timeout: 10_000 }).toBe(1);
    expect(service.lines('given-up')[0]).toMatchObject({ level: 'error', looks: 10 });
    expect(service.lines('explained')).toHaveLength(1);
    await expect.poll(service.health).toMatchObject({ status: 'ok', notices: { givenUp: 1 } });
    expect(await service.metrics()).toContain('explain_notices_given_up_total 1');
    expect(asked.filter(uid => uid === '1.2')).toHaveLength(mostLooks);
  });

  it('is said to be tried again meanwhile', async () => {
    const service = await start(failing(1).process, {}, 60_000);
    await service.tell('1.2');
    await expect.poll(() => service.lines('waiting').length).toBe(1);
    expect(await service.health()).toMatchObject({ status: 'failing', notices: { retrying: 1 } });
    expect(await service.metrics()).toContain('explain_notices_retrying 1');
    expect(await service.metrics()).toContain('explain_queue_length 1');
  });

  it('is given up for no outage of the archive', async () => {
    let isUp = false;
    const outage = () => {
      if (!isUp) throw new PassingError(said`The server cannot be reached.`);
    };
    const service = await start(async () => explained, {
      all: async function* () {
        outage();
        yield* [];
      },
      ofStudy: async function* (uid) {
        outage();
        yield imageOf(uid);
      },
    });
    await service.tell('1.2');
    await expect.poll(() => service.lines('pass-failed').length, { timeout: 10_000 }).toBeGreaterThan(15);
    isUp = true;
    await expect.poll(() => service.lines('explained').length).toBe(1);
    expect(service.lines('given-up')).toEqual([]);
  });

  it.each([
    ['it does not have', new DicomWebError(said`The server answered HTTP 404.`)],
    ['it gives to nobody', new DicomWebError(said`The server answered HTTP 403.`, true)],
  ])('does not keep the archive from being looked through: one that %s', async (_which, error) => {
    let looks = 0;
    const service = await start(async () => explained, {
      all: async function* () {
        looks++;
        yield imageOf('1.9');
      },
      ofStudy: async function* (uid) {
        if (uid === '1.2') throw error;
        yield imageOf(uid);
      },
    });
    await service.tell('1.2');
    await service.tell('1.3');
    await expect.poll(() => service.lines('explained').length).toBe(2);
    await expect.poll(() => service.lines('given-up').length, { timeout: 10_000 }).toBe(1);
    expect(looks).toBeGreaterThan(8);
  });

  it('is looked at again where another process of the queue failed on it', async () => {
    let rounds = 0;
    const service = await start(async () => explained, {
      run: async (images, process, onFailed) => {
        const tally = { explained: 0, alreadyDone: 0, refused: 0, toDo: 0, failed: 0 };
        for await (const image of images) {
          if (++rounds === 1) onFailed(image);
          else await process(image);
        }
        return tally;
      },
    });
    await service.tell('1.2');
    await expect.poll(() => rounds).toBe(2);
    await expect.poll(service.health).toMatchObject({ status: 'ok', notices: { retrying: 0, givenUp: 0 } });
  });
});
