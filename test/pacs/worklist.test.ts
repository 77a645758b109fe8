import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { DicomWebError } from '../../src/pacs/dicomweb-client';
import { said } from '../../src/io/harmless';
import {
  Claims,
  runImages,
  runService,
  Worklist,
  WorklistClient,
  type InstanceAddress,
  type Log,
  type Outcome,
} from '../../src/pacs';
import { memoryLog, quickRetries, startFake } from './fixtures';

type Json = Record<string, { vr?: string; Value?: unknown[] } | undefined>;

/** The value of an attribute, through the first items of the sequences before it. */
function valueAt(attributes: Json, ...tags: string[]): unknown {
  const value = tags.reduce<unknown>(
    (item, tag) => (item as Json | undefined)?.[tag]?.Value?.[0],
    attributes,
  );
  return value;
}

interface Item {
  state: string;
  transaction?: string;
  attributes: Json;
  /** It stays scheduled and is refused to everybody. */
  isNeverGiven?: boolean;
}

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach(close => close()));

/** A worklist as PS3.18 chapter 11 has it: states and transaction UIDs are held to. */
async function startWorklist(items: Record<string, Item>) {
  const asked: string[] = [];
  const fail = { now: false };
  /** Changes to a state that are made, but whose answer does not arrive. */
  const lost: string[] = [];
  const hasLost = (state: string): boolean => {
    const at = lost.indexOf(state);
    if (at >= 0) lost.splice(at, 1);
    return at >= 0;
  };
  /** Workitems that it answers with a status of its own, by UID. */
  const broken: Record<string, number> = {};
  const fake = await startFake((request, response, body) => {
    const url = new URL(request.url ?? '', 'http://x');
    const [, uid, tail] = /^\/dicom-web\/workitems(?:\/([\d.]+))?(\/state)?$/.exec(url.pathname) ?? [];
    const item = uid === undefined ? undefined : items[uid];
    const answer = (status: number, data?: unknown): unknown =>
      response
        .writeHead(status, { 'Content-Type': 'application/dicom+json' })
        .end(data === undefined ? undefined : JSON.stringify(data));
    if (fail.now) return answer(503);
    asked.push(`${request.method} ${url.pathname.replace('/dicom-web/', '')}`);
    if (uid === undefined) {
      const state = url.searchParams.get('ProcedureStepState');
      const [offset, limit] = ['offset', 'limit'].map(name => Number(url.searchParams.get(name) ?? 0));
      const found = Object.entries(items)
        .filter(([, one]) => one.state === state)
        .slice(offset, offset + limit);
      return answer(
        200,
        found.map(([one]) => ({ '00080018': { vr: 'UI', Value: [one] } })),
      );
    }
    if (!item) return answer(404);
    if (uid in broken) return answer(broken[uid]);
    const state = { '00741000': { vr: 'CS', Value: [item.state] } };
    if (request.method === 'GET') return answer(200, [{ ...item.attributes, ...state }]);
    const [sent] = JSON.parse(body.toString()) as Json[];
    const transaction = sent['00081195']?.Value?.[0] as string;
    if (tail) {
      const state = sent['00741000']?.Value?.[0] as string;
      if (state === 'IN PROGRESS') {
        if (item.state !== 'SCHEDULED' || item.isNeverGiven) return answer(409);
        Object.assign(item, { state, transaction });
        return hasLost(state) ? response.destroy() : answer(200);
      }
      if (item.state !== 'IN PROGRESS' || transaction !== item.transaction) return answer(409);
      // The final state asks for what was performed (PS3.4 CC.2.5).
      if (state === 'COMPLETED' && !item.attributes['00741216']?.Value?.length) return answer(409);
      item.state = state;
      return hasLost(state) ? response.destroy() : answer(200);
    }
    if (transaction !== item.transaction || url.searchParams.get('transaction') !== transaction)
      return answer(409);
    Object.assign(item.attributes, sent);
    return answer(200);
  });
  closing.push(fake.close);
  return { url: fake.url, asked, fail, lost, broken };
}

function scheduled(...inputs: Json[]): Item {
  return { state: 'SCHEDULED', attributes: { '00404021': { vr: 'SQ', Value: inputs } } };
}

const ofStudy = (uid: string): Json => ({ '0020000D': { vr: 'UI', Value: [uid] } });
const explained: Outcome = { kind: 'explained', stored: 4, present: 0, cautions: [] };
const reference = { sopClassUid: '1.5', sopInstanceUid: '1.6', seriesInstanceUid: '1.7' };

/** Works through a worklist once. @returns what was explained, and the log */
async function work(
  url: string,
  change: {
    explain?: (address: InstanceAddress) => Promise<Outcome>;
    images?: number;
    signal?: AbortSignal;
    claims?: Claims;
    onLine?: (entry: { event: string }) => void;
  } = {},
) {
  const { log: keep, text } = memoryLog();
  const log: Log = entry => {
    keep(entry);
    change.onLine?.(entry);
  };
  const seen: InstanceAddress[] = [];
  const worklist = new Worklist(
    new WorklistClient({ url, retries: quickRetries }),
    log,
    async address => {
      seen.push(address);
      return change.explain ? change.explain(address) : explained;
    },
    async function* (studyUid, seriesUid = '1.9') {
      for (let i = 0; i < (change.images ?? 2); i++)
        yield { studyUid, seriesUid, instanceUid: `${studyUid}.${i}` };
    },
    change.signal ?? new AbortController().signal,
    async () => [reference],
    change.claims ?? (await Claims.open()),
  );
  const failures: string[] = [];
  const tally = await runImages(
    worklist.images(failure => failures.push(failure.reason)),
    worklist.process,
    log,
  );
  return { seen, tally, failures, text: text() };
}

describe('workitems of a UPS-RS worklist', () => {
  it('are taken on, told the progress of, and completed with what was made', async () => {
    const items = { '1.1': scheduled(ofStudy('1.2')) };
    const { url, asked } = await startWorklist(items);
    const { seen, tally, text } = await work(url);
    expect(seen.map(({ instanceUid }) => instanceUid)).toEqual(['1.2.0', '1.2.1']);
    expect(tally.explained).toBe(2);
    const { state, attributes } = items['1.1'];
    expect(state).toBe('COMPLETED');
    expect(valueAt(attributes, '00741002', '00741004')).toBe(100);
    expect(valueAt(attributes, '00741216', '00404050')).toMatch(/^\d{14}$/);
    expect(valueAt(attributes, '00741216', '00404033', '00081199', '00081155')).toBe('1.6');
    expect(asked).toEqual([
      'GET workitems',
      'PUT workitems/1.1/state',
      'GET workitems/1.1',
      'POST workitems/1.1',
      'POST workitems/1.1',
      'POST workitems/1.1',
      'PUT workitems/1.1/state',
      'GET workitems',
    ]);
    // No UID is in the log.
    expect(text).not.toMatch(/\b1\.[12]\b/);
  });

  it('that name instances ask for those alone', async () => {
    const input = {
      ...ofStudy('1.2'),
      '0020000E': { vr: 'UI', Value: ['1.3'] },
      '00081199': { vr: 'SQ', Value: [{ '00081155': { vr: 'UI', Value: ['1.4'] } }] },
    };
    const { url } = await startWorklist({ '1.1': scheduled(input) });
    const { seen } = await work(url);
    expect(seen).toEqual([{ studyUid: '1.2', seriesUid: '1.3', instanceUid: '1.4' }]);
  });

  it('that another service took are left to it', async () => {
    const items = { '1.1': scheduled(ofStudy('1.2')), '1.5': scheduled(ofStudy('1.6')) };
    const { url } = await startWorklist(items);
    const done = await Promise.all([work(url), work(url), work(url)]);
    expect(
      done
        .flatMap(({ seen }) => seen)
        .map(({ instanceUid }) => instanceUid)
        .sort(),
    ).toEqual(['1.2.0', '1.2.1', '1.6.0', '1.6.1']);
    expect(Object.values(items).map(({ state }) => state)).toEqual(['COMPLETED', 'COMPLETED']);
  });

  it.each<[string, Parameters<typeof work>[1], RegExp]>([
    [
      'an image failed',
      {
        explain: ({ instanceUid }) =>
          instanceUid.endsWith('1') ? Promise.reject(new Error('Doe^Jane')) : Promise.resolve(explained),
      },
      /1 of 2 images failed/,
    ],
    ['nothing was found', { images: 0 }, /No image of these modalities/],
    [
      'the model is made for none',
      { explain: async () => ({ kind: 'refused', reason: said`No.` }) },
      /made for none of the 2/,
    ],
  ])('are canceled with the reason where %s', async (_what, change, words) => {
    const items = { '1.1': scheduled(ofStudy('1.2')) };
    const { url } = await startWorklist(items);
    const { text } = await work(url, change);
    expect(items['1.1'].state).toBe('CANCELED');
    const { attributes } = items['1.1'];
    expect(valueAt(attributes, '00741002', '00741238')).toMatch(words);
    expect(valueAt(attributes, '00741002', '0074100E', '00080100')).toBe('110513');
    expect(JSON.stringify(items)).not.toContain('Doe');
    expect(text).not.toContain('Doe');
  });

  it('are canceled where the work is broken off', async () => {
    const items = { '1.1': scheduled(ofStudy('1.2')) };
    const { url } = await startWorklist(items);
    const failing = work(url, { explain: () => Promise.reject(new DicomWebError(said`Log in.`, true)) });
    await expect(failing).rejects.toThrow('Log in.');
    expect(items['1.1'].state).toBe('CANCELED');
  });

  it('are told to the worklist before the log is', async () => {
    const items = { '1.1': scheduled(ofStudy('1.2')) };
    const { url } = await startWorklist(items);
    const states: string[] = [];
    await work(url, {
      images: 0,
      onLine: ({ event }) => event === 'canceled' && states.push(items['1.1'].state),
    });
    expect(states).toEqual(['CANCELED']);
  });

  it('are ours where the answer to taking them on gets lost', async () => {
    const items = { '1.1': scheduled(ofStudy('1.2')) };
    const { url, lost } = await startWorklist(items);
    lost.push('IN PROGRESS');
    const { seen, text } = await work(url);
    expect(seen.length).toBe(2);
    expect(items['1.1'].state).toBe('COMPLETED');
    expect(text).toContain('"claimed"');
  });

  it('are said to be completed where the answer to that gets lost', async () => {
    const items = { '1.1': scheduled(ofStudy('1.2')) };
    const { url, lost } = await startWorklist(items);
    lost.push('COMPLETED');
    const { text } = await work(url);
    expect(items['1.1'].state).toBe('COMPLETED');
    expect(text).toContain('"completed"');
    expect(text).not.toContain('"canceled"');
  });

  it('are given up where the worklist does not take their completion', async () => {
    const items = { '1.1': scheduled(ofStudy('1.2')) };
    const { url } = await startWorklist(items);
    const attributes = items['1.1'].attributes;
    // What was performed does not stay with the workitem.
    Object.defineProperty(attributes, '00741216', { get: () => undefined, set: () => undefined });
    const { text } = await work(url);
    expect(items['1.1'].state).toBe('CANCELED');
    expect(text).toContain('The worklist did not take its end.');
  });

  it('of which a whole page is never given hide no others', async () => {
    const items: Record<string, Item> = {};
    for (let i = 0; i < 230; i++) items[`1.3.${i}`] = { ...scheduled(ofStudy('1.4')), isNeverGiven: true };
    items['1.1'] = scheduled(ofStudy('1.2'));
    items['1.5'] = scheduled(ofStudy('1.6'));
    const { url } = await startWorklist(items);
    const { seen, text } = await work(url, { images: 1 });
    expect(seen.map(({ studyUid }) => studyUid)).toEqual(['1.2', '1.6']);
    expect(text).toContain('"event":"not-given","workitems":230');
  });

  it('that the server fails on keep nobody from the others', async () => {
    const items = { '1.1': scheduled(ofStudy('1.2')), '1.3': scheduled(ofStudy('1.4')) };
    const { url, broken } = await startWorklist(items);
    broken['1.1'] = 422;
    const claims = await Claims.open();
    for (const expected of [['1.4'], []]) {
      const { seen, failures } = await work(url, { claims, images: 1 });
      expect(seen.map(({ studyUid }) => studyUid)).toEqual(expected);
      expect(failures.join()).toContain('HTTP 422');
      expect(claims.all().map(({ uid }) => uid)).toEqual(['1.1']);
    }
    delete broken['1.1'];
    expect((await work(url, { claims })).seen.length).toBe(2);
    expect(claims.all()).toEqual([]);
  });

  it('a service asks again at its interval, and gives an item back when it is told to stop', async () => {
    const items: Record<string, Item> = {};
    const { url } = await startWorklist(items);
    const controller = new AbortController();
    const { log } = memoryLog();
    const worklist = new Worklist(
      new WorklistClient({ url, retries: quickRetries }),
      log,
      async () => {
        controller.abort();
        return explained;
      },
      async function* (studyUid) {
        for (let i = 0; i < 3; i++) yield { studyUid, seriesUid: '1.9', instanceUid: `${studyUid}.${i}` };
      },
      controller.signal,
      async () => [],
      await Claims.open(),
    );
    const ended = runService(
      {
        process: worklist.process,
        log,
        all: onFailure => worklist.images(onFailure),
        ofStudy: async function* () {},
        run: (images, process) => runImages(images, process, log, { signal: controller.signal }),
      },
      { watchMs: 20, signal: controller.signal },
    );
    items['1.1'] = scheduled(ofStudy('1.2'));
    expect((await ended).explained).toBe(1);
    expect(items['1.1'].state).toBe('CANCELED');
    expect(valueAt(items['1.1'].attributes, '00741002', '00741238')).toMatch(
      /told to stop after 1 of 3|broken off/,
    );
  });

  describe('that a service took on before it was killed', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'explain-claims-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    /** A service that is killed while it explains the first image: nothing of it runs any more. */
    async function killed(url: string, file: string): Promise<void> {
      const { log } = memoryLog();
      const claims = await Claims.open(file);
      const client = new WorklistClient({ url, retries: quickRetries });
      const imagesOf = async function* (studyUid: string) {
        yield { studyUid, seriesUid: '1.9', instanceUid: `${studyUid}.0` };
      };
      const never = new AbortController().signal;
      const worklist = new Worklist(
        client,
        log,
        async () => explained,
        imagesOf,
        never,
        async () => [],
        claims,
      );
      await worklist.images(() => undefined).next();
    }

    it('are gone on with under the same transaction, and completed', async () => {
      const file = path.join(folder, 'killed.json');
      const items = { '1.1': scheduled(ofStudy('1.2')), '1.3': scheduled(ofStudy('1.4')) };
      const { url } = await startWorklist(items);
      await killed(url, file);
      expect([items['1.1'].state, items['1.3'].state]).toEqual(['IN PROGRESS', 'SCHEDULED']);
      const { transaction } = items['1.1'] as Item;
      const { seen, text } = await work(url, { claims: await Claims.open(file) });
      expect(seen.map(({ studyUid }) => studyUid)).toEqual(['1.2', '1.2', '1.4', '1.4']);
      expect([items['1.1'].state, items['1.3'].state]).toEqual(['COMPLETED', 'COMPLETED']);
      expect((items['1.1'] as Item).transaction).toBe(transaction);
      expect(text).toContain('claimed-before');
      expect((await Claims.open(file)).all()).toEqual([]);
    });

    it('are left alone where they were ended meanwhile, or were never taken on', async () => {
      const file = path.join(folder, 'ended.json');
      const items = { '1.1': scheduled(ofStudy('1.2')) };
      const { url } = await startWorklist(items);
      await killed(url, file);
      items['1.1'].state = 'CANCELED';
      expect((await work(url, { claims: await Claims.open(file) })).seen).toEqual([]);
      expect((await Claims.open(file)).all()).toEqual([]);
      const claims = await Claims.open(file);
      await claims.add({ uid: '1.1', transactionUid: '1.8', begin: new Date().toISOString() });
      items['1.1'].state = 'SCHEDULED';
      expect((await work(url, { claims: await Claims.open(file) })).seen.length).toBe(2);
      expect(items['1.1'].state).toBe('COMPLETED');
    });

    it('are forgotten where the worklist has them no more, and the others gone on with', async () => {
      const items: Record<string, Item> = { '1.3': scheduled(ofStudy('1.4')) };
      const { url } = await startWorklist(items);
      const claims = await Claims.open();
      await claims.add({ uid: '1.1', transactionUid: '1.8', begin: new Date().toISOString() });
      const { seen, text, failures } = await work(url, { claims });
      expect(seen.map(({ studyUid }) => studyUid)).toEqual(['1.4', '1.4']);
      expect(failures).toEqual([]);
      expect(text).toContain('"gone"');
      expect(claims.all()).toEqual([]);
    });

    it('are left to the one who holds them under another transaction', async () => {
      const items = { '1.1': { ...scheduled(ofStudy('1.2')), state: 'IN PROGRESS', transaction: '1.7' } };
      const { url } = await startWorklist(items);
      const claims = await Claims.open();
      await claims.add({ uid: '1.1', transactionUid: '1.8', begin: new Date().toISOString() });
      expect((await work(url, { claims })).seen).toEqual([]);
      expect(items['1.1']).toMatchObject({ state: 'IN PROGRESS', transaction: '1.7' });
      expect(items['1.1'].attributes).not.toHaveProperty('00741002');
      expect(claims.all()).toEqual([]);
    });

    it('are ended by the next look where the worklist did not answer at the end', async () => {
      const items = { '1.1': scheduled(ofStudy('1.2')) };
      const { url, fail } = await startWorklist(items);
      const claims = await Claims.open();
      const away = work(url, {
        claims,
        explain: async () => {
          fail.now = true;
          return explained;
        },
      });
      await expect(away).rejects.toThrow('HTTP 503');
      expect(items['1.1'].state).toBe('IN PROGRESS');
      fail.now = false;
      await work(url, { claims });
      expect(items['1.1'].state).toBe('COMPLETED');
    });

    it('need a file that holds such a list', async () => {
      const file = path.join(folder, 'other.json');
      writeFileSync(file, '{"Doe": "Jane"}');
      await expect(Claims.open(file)).rejects.toThrow(/--claims .*other\.json is no list of workitems/);
    });
  });
});
