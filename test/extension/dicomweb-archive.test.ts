import { readFileSync } from 'node:fs';
import path from 'node:path';
import dcmjs from 'dcmjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pickSource, sourceAttributes, type Attributes } from '../../src/dicom/results';
import { DicomWebArchive, filmAttributes } from '../../src/extension/study/dicomweb-archive';
import { StudyFailure } from '../../src/extension/study/failure';
import { EveryDestination } from '../../src/extension/study/every-destination';
import type { StudyDestination } from '../../src/extension/study/study-service';
import { Delivery, type KeptAnswer } from '../../src/study/delivery';
import { readingOrder } from '../../src/study/reading-order';
import { hasOrthanc, startOrthanc, type RunningProgram } from '../support/debian-programs';
import { answerTo, MemoryStore, sha256, smallPlan } from '../study/fakes';

const film = readFileSync(path.resolve(__dirname, '../../sample/phantom-001.dcm'));
const source = sourceAttributes(film);
const study = String(source.StudyInstanceUID);
const instance = String(source.SOPInstanceUID);
const plan = smallPlan({
  cases: ['p1', 'c1'].map((id, i) => ({ id, studyInstanceUid: study, practice: i === 0 })),
});
const order = readingOrder(plan, 'r1');
const answers = order.map((each, i) =>
  answerTo(plan, 'r1', each, {
    sopInstanceUid: instance,
    boxes: [{ x: 1, y: 2, width: 30.5, height: 40, confidence: 4 }],
    answeredAt: new Date(Date.UTC(2026, 0, 1, 12, i)).toISOString(),
  }),
);
const kept = (answer = answers[0]): KeptAnswer => {
  const text = JSON.stringify(answer);
  return { id: answer.key, answer, text, state: 'waiting' };
};

/** An archive of DICOMweb that keeps what it is given, as much as is asked of it here. */
class FakeArchive {
  readonly instances = new Map<string, Attributes>();
  readonly requests: Request[] = [];
  down = false;
  /** Failure reason of the next objects. */
  refuses?: number;

  fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    this.requests.push(request);
    if (this.down) throw new TypeError('Failed to fetch');
    const { pathname } = new URL(request.url);
    if (request.method === 'POST') return this.store(Buffer.from(await request.arrayBuffer()));
    const uid = /instances\/([\d.]+)\/metadata$/.exec(pathname)?.[1];
    const found = [...this.instances.values()].filter(
      each => uid === undefined || each.SOPInstanceUID === uid,
    );
    const { denaturalizeDataset } = dcmjs.data.DicomMetaDictionary;
    return new Response(JSON.stringify(found.map(each => denaturalizeDataset({ ...each }))));
  };

  private store(body: Buffer): Response {
    const begin = body.indexOf('\r\n\r\n') + 4;
    const attributes = sourceAttributes(body.subarray(begin, body.lastIndexOf('\r\n--')));
    const uid = String(attributes.SOPInstanceUID);
    const item = (reason?: number) => ({
      '00081155': { vr: 'UI', Value: [uid] },
      ...(reason !== undefined && { '00081197': { vr: 'US', Value: [reason] } }),
    });
    const failure = this.refuses ?? (this.instances.has(uid) ? 0x0111 : undefined);
    if (failure === undefined) this.instances.set(uid, attributes);
    const tag = failure === undefined ? '00081199' : '00081198';
    const status = failure === undefined ? 200 : 409;
    return new Response(JSON.stringify({ [tag]: { vr: 'SQ', Value: [item(failure)] } }), { status });
  }
}

const secrets: Record<string, string> = { r1: 'secret of r1', r2: 'secret of r2' };

const archiveAt = (
  root: string,
  ask?: typeof fetch,
  secretOf = (reader: string): string | undefined => secrets[reader],
): DicomWebArchive =>
  new DicomWebArchive({
    root,
    plan,
    filmOf: async () => pickSource(source),
    secretOf,
    headers: () => ({ Authorization: 'Bearer t' }),
    fetch: ask,
  });

describe('an archive', () => {
  it('has an answer when it gives its text back, and is asked with the viewer’s log-in', async () => {
    const fake = new FakeArchive();
    const answer = kept();
    expect(await archiveAt('http://archive/dicom-web', fake.fetch).send([answer])).toEqual([
      { reader: 'r1', key: answer.answer.key, state: 'kept', sha256: sha256(answer.text) },
    ]);
    expect(fake.requests.map(({ headers }) => headers.get('Authorization'))).toEqual([
      'Bearer t',
      'Bearer t',
    ]);
    const [stored] = fake.instances.values();
    expect(stored).toMatchObject({ StudyInstanceUID: study, Modality: 'SR', VerificationFlag: 'UNVERIFIED' });
  });

  it('keeps the first answer to a reading: the same again is acknowledged, another is a conflict', async () => {
    const fake = new FakeArchive();
    const archive = archiveAt('http://archive', fake.fetch);
    const first = kept();
    await archive.send([first]);
    expect((await archive.send([first]))[0].state).toBe('kept');
    const [other] = await archive.send([kept({ ...answers[0], rating: 1 })]);
    expect(other).toMatchObject({ state: 'conflict', sha256: sha256(first.text) });
  });

  it('that refuses is quoted, and nothing is acknowledged', async () => {
    const fake = new FakeArchive();
    fake.refuses = 0xa700;
    await expect(archiveAt('http://archive', fake.fetch).send([kept()])).rejects.toThrow('0xa700');
  });

  it('tells another machine what was answered, by keys and times alone', async () => {
    const fake = new FakeArchive();
    const archive = archiveAt('http://archive', fake.fetch);
    await archive.send(answers.slice(0, 2).map(kept));
    const given = await archive.given('r1');
    expect(given).toHaveLength(2);
    expect(new Set(given.map(({ key }) => key))).toEqual(new Set(answers.slice(0, 2).map(({ key }) => key)));
    expect(Object.keys(given[0]).sort()).toEqual(['answeredAt', 'key', 'session']);
  });

  it('has reports under UIDs that only the reader’s secret gives', async () => {
    const fake = new FakeArchive();
    await archiveAt('http://archive', fake.fetch).send([kept()]);
    await archiveAt('http://archive', fake.fetch, () => 'guessed').send([kept()]);
    await archiveAt('http://archive', fake.fetch, () => undefined).send([kept()]);
    const all = [...fake.instances.values()];
    expect(new Set(all.map(each => each.SOPInstanceUID)).size).toBe(3);
    expect(new Set(all.map(each => each.SeriesInstanceUID)).size).toBe(3);
  });

  it('is believed nothing that is no answer of the reader to a reading of the study', async () => {
    const fake = new FakeArchive();
    const foreign = [
      { ...answers[0], answeredAt: 'soon' },
      { ...answers[0], key: 'map/c9' },
      { ...answers[0], reader: 'r2' },
      { ...answers[0], rating: 77 },
      { ...answers[0], extra: 1 },
    ] as (typeof answers)[number][];
    // Each under a key of its own, so that the archive keeps them all beside each other.
    for (const [i, answer] of foreign.entries()) {
      const odd = { ...kept(), answer: { ...answers[0], key: `x${i}` }, text: JSON.stringify(answer) };
      await archiveAt('http://archive', fake.fetch).send([odd]);
    }
    await archiveAt('http://archive', fake.fetch).send([
      { ...kept(), answer: { ...answers[0], key: 'y' }, text: 'no JSON' },
    ]);
    expect(fake.instances.size).toBe(foreign.length + 1);
    expect(await archiveAt('http://archive', fake.fetch).given('r1')).toEqual([]);
  });

  it('that is down loses nothing: all is sent when it is up again', async () => {
    const fake = new FakeArchive();
    fake.down = true;
    const store = new MemoryStore();
    const before = new Delivery(store, archiveAt('http://archive', fake.fetch), undefined, 60_000);
    await before.open(plan.id);
    for (const answer of answers) await before.add(answer);
    await before.idle();
    expect(before.state()).toMatchObject({
      waiting: answers.length,
      delivered: 0,
      failure: new StudyFailure('noConnection'),
    });
    before.close();
    // The tab is closed, and opened again another day.
    fake.down = false;
    const after = new Delivery(store, archiveAt('http://archive', fake.fetch));
    await after.open(plan.id);
    await after.idle();
    expect(after.state()).toEqual({ waiting: 0, delivered: answers.length, refused: 0 });
    expect(fake.instances.size).toBe(answers.length);
  });
});

describe('several destinations', () => {
  const holds = (state: 'kept' | 'conflict', sent: string[], name: string): StudyDestination => ({
    given: async () => [{ key: name, session: 0, answeredAt: '' }],
    send: async batch => {
      sent.push(...batch.map(({ answer }) => `${name} ${answer.key}`));
      return batch.map(({ answer: { reader, key }, text }) => ({ reader, key, state, sha256: sha256(text) }));
    },
  });

  it('have an answer when all of them do', async () => {
    const sent: string[] = [];
    const every = new EveryDestination([holds('kept', sent, 'a'), holds('kept', sent, 'b')]);
    expect((await every.send([kept()])).map(({ state }) => state)).toEqual(['kept']);
    expect(sent).toEqual([`a ${answers[0].key}`, `b ${answers[0].key}`]);
    expect((await every.given('r1')).map(({ key }) => key)).toEqual(['a', 'b']);
    const silent: StudyDestination = { send: async () => [] };
    expect(await new EveryDestination([holds('kept', sent, 'a'), silent]).send([kept()])).toEqual([]);
  });

  it('get nothing that the first of them refuses', async () => {
    const sent: string[] = [];
    const every = new EveryDestination([holds('conflict', sent, 'a'), holds('kept', sent, 'b')]);
    expect((await every.send([kept()])).map(({ state }) => state)).toEqual(['conflict']);
    expect(sent).toEqual([`a ${answers[0].key}`]);
  });

  it('are known as far as they answer; where none does, that is an error', async () => {
    const dead: StudyDestination = {
      given: async () => Promise.reject(new Error('down')),
      send: async () => [],
    };
    expect(await new EveryDestination([dead, holds('kept', [], 'b')]).given('r1')).toHaveLength(1);
    await expect(new EveryDestination([dead]).given('r1')).rejects.toThrow('No destination answers.');
  });
});

it('a film’s attributes come of the viewer, else of its archive, by what a report repeats alone', async () => {
  const listed = { ...source, PixelData: 'x' };
  const of = (instances: Attributes[], metadata: Record<string, unknown>[]) =>
    filmAttributes(instances, async () => metadata, study, instance);
  const expected = pickSource(source);
  expect(await of([listed], [])).toEqual(expected);
  const json = dcmjs.data.DicomMetaDictionary.denaturalizeDataset({ ...expected });
  expect(await of([], [json])).toMatchObject({ StudyInstanceUID: study, SOPInstanceUID: instance });
  await expect(of([], [])).rejects.toThrow('no longer holds the film');
});

describe.skipIf(!hasOrthanc)('Orthanc', () => {
  let orthanc: RunningProgram;
  beforeAll(async () => {
    orthanc = await startOrthanc();
    await fetch(`${orthanc.url}/instances`, { method: 'POST', body: film });
  }, 60_000);
  afterAll(() => orthanc?.stop());

  it('keeps all answers of a reader, the first to each reading, and tells them again', async () => {
    const root = `${orthanc.url}/dicom-web`;
    // Down: another port, where nobody listens.
    const store = new MemoryStore();
    const down = new Delivery(store, archiveAt('http://127.0.0.1:9'), undefined, 60_000);
    for (const answer of answers) await down.add(answer);
    await down.idle();
    expect(down.state()).toMatchObject({ waiting: answers.length, delivered: 0 });
    down.close();
    const up = new Delivery(store, archiveAt(root));
    await up.open(plan.id);
    await up.idle();
    expect(up.state()).toEqual({ waiting: 0, delivered: answers.length, refused: 0 });
    const [again] = await archiveAt(root).send([kept({ ...answers[0], rating: 1 })]);
    expect(again.state).toBe('conflict');
    expect(new Set((await archiveAt(root).given('r1')).map(({ key }) => key))).toEqual(
      new Set(answers.map(({ key }) => key)),
    );
    expect(await archiveAt(root).given('r2')).toEqual([]);
    const series = (await (await fetch(`${root}/studies/${study}/series?Modality=SR`)).json()) as unknown[];
    expect(series).toHaveLength(1);
  }, 60_000);
});
