import { afterEach, describe, expect, it } from 'vitest';
import { DicomWebError } from '../../src/pacs/dicomweb-client';
import { said } from '../../src/io/harmless';
import {
  runImages,
  runService,
  Worklist,
  WorklistClient,
  type InstanceAddress,
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
}

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach(close => close()));

/** A worklist as PS3.18 chapter 11 has it: states and transaction UIDs are held to. */
async function startWorklist(items: Record<string, Item>) {
  const asked: string[] = [];
  const fake = await startFake((request, response, body) => {
    const url = new URL(request.url ?? '', 'http://x');
    const [, uid, tail] = /^\/dicom-web\/workitems(?:\/([\d.]+))?(\/state)?$/.exec(url.pathname) ?? [];
    const item = uid === undefined ? undefined : items[uid];
    const answer = (status: number, data?: unknown): unknown =>
      response
        .writeHead(status, { 'Content-Type': 'application/dicom+json' })
        .end(data === undefined ? undefined : JSON.stringify(data));
    asked.push(`${request.method} ${url.pathname.replace('/dicom-web/', '')}`);
    if (uid === undefined) {
      const state = url.searchParams.get('ProcedureStepState');
      const found = Object.entries(items).filter(([, one]) => one.state === state);
      return answer(
        200,
        found.map(([one]) => ({ '00080018': { vr: 'UI', Value: [one] } })),
      );
    }
    if (!item) return answer(404);
    if (request.method === 'GET') return answer(200, [item.attributes]);
    const [sent] = JSON.parse(body.toString()) as Json[];
    const transaction = sent['00081195']?.Value?.[0] as string;
    if (tail) {
      const state = sent['00741000']?.Value?.[0] as string;
      if (state === 'IN PROGRESS') {
        if (item.state !== 'SCHEDULED') return answer(409);
        Object.assign(item, { state, transaction });
        return answer(200);
      }
      if (item.state !== 'IN PROGRESS' || transaction !== item.transaction) return answer(409);
      // The final state asks for what was performed (PS3.4 CC.2.5).
      if (state === 'COMPLETED' && !item.attributes['00741216']?.Value?.length) return answer(409);
      item.state = state;
      return answer(200);
    }
    if (transaction !== item.transaction || url.searchParams.get('transaction') !== transaction)
      return answer(409);
    Object.assign(item.attributes, sent);
    return answer(200);
  });
  closing.push(fake.close);
  return { url: fake.url, asked };
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
  } = {},
) {
  const { log, text } = memoryLog();
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
});
