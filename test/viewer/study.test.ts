import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withLock } from '../../src/io/lock';
import { makeToken } from '../../src/viewer/access';
import { MemoryBudget } from '../../src/viewer/memory-budget';
import { AnswerLog } from '../../src/viewer/study/answer-log';
import { openStudyFolder } from '../../src/viewer/study/study-folder';
import { readingOrder } from '../../src/study/reading-order';
import type { Answer } from '../../src/study/answers';
import type { StudyPlan } from '../../src/study/plan';
import { answerTo as anyAnswer, sha256, smallPlan } from '../study/fakes';
import type { ReaderKeys } from '../../src/viewer/study/reader-keys';
import { archiveKey } from '../../src/viewer/study/reader-keys';
import { readingReport } from '../../src/dicom/results/reading-report';
import { sourceAttributes } from '../../src/dicom/results';
import { parseAnswers } from '../../src/viewer/study/answer-log';
import type { Reading } from '../../src/study/reading-order';
import { dicomFile, image } from './dicom-bytes';
import { startServer, type TestServer } from './test-server';

const plan = smallPlan();
const order = readingOrder(plan, 'r1');
const coordinatorKey = makeToken();
/** An answer to a reading, of the film of its case. */
const answerTo = (of: StudyPlan, reader: string, reading: Reading, change: Partial<Answer> = {}): Answer =>
  anyAnswer(of, reader, reading, { sopInstanceUid: filmOf(reading.case), ...change });
let keys: ReaderKeys;
let folder: string;
let server: TestServer;

async function start(showAnswers = false, archive?: string): Promise<TestServer> {
  const study = {
    ...(await openStudyFolder(folder)),
    coordinatorKey,
    showAnswers,
    archive,
    memory: new MemoryBudget(2 ** 24),
  };
  keys = study.keys;
  return startServer(films, { study });
}

/** A film of each case, as small as can be. */
const films = Object.fromEntries(
  plan.cases.map(({ studyInstanceUid }, i) => [
    `film-${i}.dcm`,
    dicomFile(image({ study: studyInstanceUid, series: `1.2.3.5.${i}`, instance: `1.2.3.4.${i}` })),
  ]),
);
const filmOf = (id: string): string => `1.2.3.4.${plan.cases.findIndex(each => each.id === id)}`;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'explain-study-'));
  writeFileSync(path.join(folder, 'study.json'), JSON.stringify(plan));
  server = await start();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const wrongAid: Partial<Answer> =
  order[0].arm === 'film'
    ? { aid: 'shown', model: { id: 'm', version: '1', score: 1, positive: 1 } }
    : { aid: 'none', model: undefined };
const file = () => path.join(folder, 'answers.jsonl');
/** What was sent, as the file holds it. */
const lines = () => parseAnswers(readFileSync(file(), 'utf8')).answers.map(({ text }) => text);
/** Cookies as a browser has them in which these readers entered. */
const cookies = (...readers: string[]) =>
  readers.map(reader => `explain-reader-${reader}-${server.port}=${keys.get(reader)}`).join('; ');
const postAs = (readers: string[], ...texts: string[]) =>
  fetch(`${server.origin}/study/answers`, {
    method: 'POST',
    headers: { Cookie: cookies(...readers) },
    body: texts.join('\n'),
  });
const post = (...texts: string[]) => postAs(['r1', 'r2'], ...texts);
const texts = (...given: Answer[]) => given.map(each => JSON.stringify(each));

it('acknowledges what the file holds, by the digest of its line', async () => {
  const given = texts(answerTo(plan, 'r1', order[0]), answerTo(plan, 'r1', order[1]));
  const response = await post(...given);
  expect(response.status).toBe(200);
  expect(lines()).toEqual(given);
  expect((await response.json()).receipts).toEqual(
    [order[0], order[1]].map(({ key }, i) => ({
      reader: 'r1',
      key,
      state: 'kept',
      sha256: sha256(given[i]),
    })),
  );
});

it('takes the same answer twice for one, and keeps the first of two', async () => {
  const first = answerTo(plan, 'r1', order[0]);
  await post(...texts(first));
  const again = await (await post(...texts(first))).json();
  expect(again.receipts[0].state).toBe('kept');
  const second = await (await post(...texts({ ...first, rating: 1 }))).json();
  expect(second.receipts[0]).toMatchObject({ state: 'conflict', sha256: sha256(texts(first)[0]) });
  expect(lines()).toEqual(texts(first));
});

it('takes answers that come at the same time one after the other, each once', async () => {
  const given = ['r1', 'r2'].map(reader =>
    readingOrder(plan, reader).map(each => JSON.stringify(answerTo(plan, reader, each))),
  );
  const all = await Promise.all([...given, ...given, ...given].map(texts => post(...texts)));
  expect(all.every(({ status }) => status === 200)).toBe(true);
  expect(lines().sort()).toEqual(given.flat().sort());
});

it('knows after a restart what was answered, and tells of it only where to go on', async () => {
  await post(...texts(answerTo(plan, 'r1', order[0])));
  await server.close();
  server = await start();
  const ask = (reader: string, of: string) =>
    fetch(`${server.origin}/study/answered.json?reader=${of}`, { headers: { Cookie: cookies(reader) } });
  const [{ receivedAt }] = parseAnswers(readFileSync(file(), 'utf8')).answers;
  // By the server's clock: the washout is counted from it.
  expect(Math.abs(Date.now() - Date.parse(receivedAt!))).toBeLessThan(60_000);
  expect(await (await ask('r1', 'r1')).json()).toEqual([
    { key: order[0].key, session: order[0].session, answeredAt: receivedAt },
  ]);
  expect((await ask('r2', 'r1')).status).toBe(401);
  expect((await ask('r1', 'r9')).status).toBe(404);
});

it('goes on after a line that was cut off, which nobody acknowledged', async () => {
  const [first, second, third] = texts(...order.slice(0, 3).map(each => answerTo(plan, 'r1', each)));
  await post(first);
  appendFileSync(file(), second.slice(0, 40));
  expect((await post(second, third)).status).toBe(200);
  expect(lines()).toEqual([first, second, third]);
  const { answers, damaged } = await new AnswerLog(file()).contents();
  expect(answers).toHaveLength(3);
  expect(damaged).toBe(1);
});

it.each([
  ['no JSON', () => 'x', /no JSON/],
  ['another study', () => JSON.stringify(answerTo(plan, 'r1', order[0], { study: 'other' })), /other/],
  ['a stranger', () => JSON.stringify(answerTo(plan, 'r9', order[0])), /no such reader/],
  [
    'another arm’s aid',
    () => JSON.stringify({ ...answerTo(plan, 'r1', order[0]), ...wrongAid }),
    /The arm shows/,
  ],
  [
    'a film of another case',
    () => JSON.stringify(answerTo(plan, 'r1', order[0], { sopInstanceUid: '1.2.3.4.3' })),
    /film/,
  ],
  [
    'a film of nowhere',
    () => JSON.stringify(answerTo(plan, 'r1', order[0], { sopInstanceUid: '9.9' })),
    /film/,
  ],
  [
    'a time longer than its own',
    () => JSON.stringify(answerTo(plan, 'r1', order[0], { seconds: 900 })),
    /less time/,
  ],
  ['a time without end', () => JSON.stringify(answerTo(plan, 'r1', order[0], { seconds: 1e300 })), /seconds/],
  [
    'an answer before the film',
    () => JSON.stringify(answerTo(plan, 'r1', order[0], { shownAt: '2026-01-02T12:00:00Z' })),
    /before it was shown/,
  ],
  [
    'an answer of the future',
    () => JSON.stringify(answerTo(plan, 'r1', order[0], { answeredAt: '9998-12-31T00:00:00Z' })),
    /future/,
  ],
  [
    'a box far off',
    () =>
      JSON.stringify(
        answerTo(plan, 'r1', order[0], { boxes: [{ x: 1e9, y: 0, width: 1, height: 1, confidence: 3 }] }),
      ),
    /boxes/,
  ],
  [
    'a long text',
    () => JSON.stringify(answerTo(plan, 'r1', order[0], { software: 'x'.repeat(900) })),
    /software/,
  ],
  ['the second before the first', () => JSON.stringify(answerTo(plan, 'r1', order[1])), /comes first/],
  [
    'another reading',
    () => JSON.stringify(answerTo(plan, 'r1', order[0], { key: 'map/c9' })),
    /no such reading/,
  ],
  ['no rating', () => JSON.stringify({ ...answerTo(plan, 'r1', order[0]), rating: undefined }), /rating/],
  ['a rating off the scale', () => JSON.stringify(answerTo(plan, 'r1', order[0], { rating: 6 })), /rating/],
  [
    'a name',
    () => JSON.stringify({ ...answerTo(plan, 'r1', order[0]), name: 'Doe' }),
    /Unrecognized key: "name"/,
  ],
])('refuses %s, and writes nothing', async (_, text, why) => {
  const response = await post(text());
  expect(response.status).toBe(422);
  expect((await response.json()).error).toMatch(why);
  expect(existsSync(file())).toBe(false);
});

it('looks at nothing that a browser sends which is no reader’s, nor at more than a reader has', async () => {
  const [text] = texts(answerTo(plan, 'r1', order[0]));
  // Neither is it told whether what it sends is an answer.
  for (const sent of ['x', '{}', text]) expect((await postAs([], sent)).status).toBe(401);
  expect((await postAs(['r2'], 'x')).status).toBe(422);
  // Of somebody else: whose it is, before what is wrong with it.
  expect((await postAs(['r2'], text.slice(0, -1) + ',"rating":"x"}')).status).toBe(401);
  const many = await post(...Array.from({ length: 201 }, () => text));
  expect(many.status).toBe(413);
  expect((await many.json()).error).toBe('A request takes 200 answers; this one holds 201.');
  expect((await post(...Array.from({ length: 200 }, () => text))).status).toBe(200);
});

it('counts a line as damaged whose time is none, and goes on', async () => {
  const [first, second] = texts(...order.slice(0, 2).map(each => answerTo(plan, 'r1', each)));
  await post(first, second);
  const whole = readFileSync(file(), 'utf8');
  for (const time of ['2026-11-30T05:2Z:00.1234Z', '2026-13-30T05:20:00.000Z', '------------------------']) {
    writeFileSync(file(), whole.replace(/\{"receivedAt":"[^"]+"/, `{"receivedAt":"${time}"`));
    expect(await new AnswerLog(file()).contents(), time).toMatchObject({
      damaged: 1,
      answers: [{ text: second }],
    });
    const opened = await fetch(`${server.origin}/study/?key=${coordinatorKey}`, { redirect: 'manual' });
    const Cookie = opened.headers.get('set-cookie')!.split(';')[0];
    for (const page of ['', 'progress.json']) {
      const { status } = await fetch(`${server.origin}/study/${page}`, { headers: { Cookie } });
      expect(status, time).toBe(200);
    }
  }
});

it('sees what was changed in the file, also where its length is the same', async () => {
  const [first] = texts(answerTo(plan, 'r1', order[0]));
  await post(first);
  const log = new AnswerLog(file());
  expect((await log.contents()).answers[0].answer.rating).toBe(4);
  const before = statSync(file());
  writeFileSync(file(), readFileSync(file(), 'utf8').replace('"rating":4', '"rating":5'));
  // As a tool that copies files leaves it.
  utimesSync(file(), before.atime, before.mtime);
  expect(statSync(file()).size).toBe(before.size);
  expect((await log.contents()).answers[0].answer.rating).toBe(5);
});

it('takes an answer of the reader alone who showed the key in that browser', async () => {
  const [text] = texts(answerTo(plan, 'r1', order[0]));
  const none = await postAs([], text);
  expect(none.status).toBe(401);
  // A page of an earlier release shows this sentence: it says the way out.
  expect((await none.json()).error).toMatch(/open the address with the reader's key/);
  expect((await postAs(['r2'], text)).status).toBe(401);
  expect(existsSync(file())).toBe(false);
  const enter = (body: unknown, headers = {}) =>
    fetch(`${server.origin}/study/enter`, { method: 'POST', body: JSON.stringify(body), headers });
  expect((await enter({ reader: 'r1' })).status).toBe(401);
  expect((await enter({ reader: 'r1', key: keys.get('r2') })).status).toBe(401);
  expect((await enter({ reader: 'r9', key: 'x' })).status).toBe(404);
  const entered = await enter({ reader: 'r1', key: keys.get('r1') });
  expect(await entered.json()).toEqual({ reader: 'r1', archiveKey: archiveKey(keys.get('r1')!) });
  const cookie = entered.headers.get('set-cookie')!;
  expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
  const again = { Cookie: cookie.split(';')[0] };
  expect((await enter({ reader: 'r1' }, again)).status).toBe(200);
  expect(
    (await fetch(`${server.origin}/study/answers`, { method: 'POST', body: text, headers: again })).status,
  ).toBe(200);
  // The key is in the study folder, for its owner alone, and stays; it is in no answer.
  expect(statSync(path.join(folder, 'keys.json')).mode & 0o077).toBe(0);
  expect([...(await openStudyFolder(folder)).keys]).toEqual([...keys]);
  expect(readFileSync(file(), 'utf8')).not.toContain(keys.get('r1'));
});

it('counts the washout by its own clock, whatever times an answer states', async () => {
  await server.close();
  const strict = smallPlan({ design: { kind: 'crossover', washoutDays: 28, sessions: 'one-arm' } });
  writeFileSync(path.join(folder, 'study.json'), JSON.stringify(strict));
  server = await start();
  const all = readingOrder(strict, 'r1').map(each => answerTo(strict, 'r1', each));
  const first = all.filter(({ session }) => session === 0);
  expect((await post(...texts(...first))).status).toBe(200);
  const [next] = all.filter(({ session }) => session === 1);
  const late = { shownAt: '2026-03-01T12:00:00.000Z', answeredAt: '2026-03-01T12:00:10.000Z' };
  const response = await post(...texts({ ...next, ...late }));
  expect(response.status).toBe(422);
  expect((await response.json()).error).toMatch(/Session 2 may not begin before/);
});

it('goes on with a file of an earlier release, whose lines are the answers alone', async () => {
  const [first, second] = texts(answerTo(plan, 'r1', order[0]), answerTo(plan, 'r1', order[1]));
  writeFileSync(file(), `${first}\n`);
  const receipts = (await (await post(first, second)).json()).receipts;
  expect(receipts.map(({ state }: { state: string }) => state)).toEqual(['kept', 'kept']);
  expect(lines()).toEqual([first, second]);
});

it('tells readers where they go on though another server holds the file’s lock', async () => {
  await post(...texts(answerTo(plan, 'r1', order[0])));
  await withLock(
    `${file()}.lock`,
    () => undefined,
    async () => {
      const headers = { Cookie: cookies('r1') };
      const answered = await fetch(`${server.origin}/study/answered.json?reader=r1`, { headers });
      expect(await answered.json()).toHaveLength(1);
    },
  );
});

it('has no list of studies: whoever comes is asked for the code, and a search must name a study', async () => {
  const root = await fetch(`${server.origin}/`, { redirect: 'manual' });
  expect([root.status, root.headers.get('location')]).toEqual([303, '/viewer?StudyInstanceUIDs=1.2.3.0']);
  const config = await (await fetch(`${server.origin}/app-config.js`)).text();
  expect(config).toContain('"showStudyList": false');
  expect(config).toContain('"dicomUploadEnabled": false');
  const json = { headers: { Accept: 'application/dicom+json' } };
  for (const search of [
    'studies',
    'studies?PatientName=*',
    'studies?StudyInstanceUID=*',
    'series',
    'instances',
  ]) {
    const found = await fetch(`${server.web}/${search}`, json);
    expect([search, found.status, found.headers.get('warning')]).toEqual([
      search,
      204,
      '299 - "A reader study runs here: studies are found by their UID alone"',
    ]);
  }
  expect((await fetch(`${server.web}/studies?StudyInstanceUID=1.2.3.1`, json)).status).toBe(200);
});

it('serves films of its cases alone: no map, report or segmentation beside them, no other study', async () => {
  const beside = (modality: string, n: number, study = '1.2.3.1') =>
    dicomFile(
      image(
        { study, series: `1.9.${n}`, instance: `1.9.${n}.1` },
        { modality: ['00080060', 'CS', modality] },
      ),
    );
  const more = {
    'pm.dcm': beside('PMAP', 1),
    'sr.dcm': beside('SR', 2),
    'other.dcm': beside('DX', 3, '7.7'),
  };
  const study = {
    ...(await openStudyFolder(folder)),
    coordinatorKey,
    showAnswers: false,
    memory: new MemoryBudget(2 ** 24),
  };
  const other = await startServer({ ...films, ...more }, { study });
  const json = { headers: { Accept: 'application/dicom+json' } };
  const series = await (await fetch(`${other.web}/studies/1.2.3.1/series`, json)).json();
  expect(series.map((each: Record<string, { Value: string[] }>) => each['0020000E'].Value[0])).toEqual([
    '1.2.3.5.1',
  ]);
  for (const hidden of ['1.2.3.1/series/1.9.1', '1.2.3.1/series/1.9.2', '7.7'])
    expect((await fetch(`${other.web}/studies/${hidden}/metadata`, json)).status, hidden).toBe(404);
  const body = new Uint8Array(beside('DX', 4));
  const stored = await fetch(`${other.web}/studies`, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/dicom' },
  });
  expect(stored.status).toBe(409);
  expect((await stored.json())['00081198'].Value[0]['00081197'].Value).toEqual([0x0124]);
  await other.close();
});

it('as the archive it keeps reports of answers that it took, and gives a reader those of that reader alone', async () => {
  await server.close();
  server = await start(false, '/dicom-web');
  const answer = answerTo(plan, 'r1', order[0]);
  const [text] = texts(answer);
  const one = plan.cases.find(({ id }) => id === answer.case)!;
  const source = sourceAttributes(films[`film-${plan.cases.indexOf(one)}.dcm`]);
  const report = (change: Partial<Answer>, secret = archiveKey(keys.get('r1')!)) => {
    const said = { ...answer, ...change };
    const at = new Date(said.answeredAt);
    return readingReport(source, { ...said, at, text: JSON.stringify(said) }, secret).bytes;
  };
  const store = async (bytes: Uint8Array) =>
    (
      await fetch(`${server.web}/studies`, {
        method: 'POST',
        body: bytes.slice(),
        headers: { 'Content-Type': 'application/dicom' },
      })
    ).status;
  // Before the answer was taken, somebody else's rating, UIDs without the secret.
  expect(await store(report({}))).toBe(409);
  expect((await post(text)).status).toBe(200);
  expect(await store(report({ rating: 1 }))).toBe(409);
  expect(await store(report({}, 'guessed'))).toBe(409);
  expect(await store(report({}))).toBe(200);
  const seen = async (reader: string) => {
    const headers = { Accept: 'application/dicom+json', Cookie: cookies(reader) };
    const found = await fetch(`${server.web}/studies/${one.studyInstanceUid}/series?Modality=SR`, {
      headers,
    });
    return found.status === 204 ? 0 : ((await found.json()) as unknown[]).length;
  };
  expect([await seen('r1'), await seen('r2')]).toEqual([1, 0]);
});

it('sends a reader to the viewer, and tells the viewer of the study', async () => {
  const reader = await fetch(`${server.origin}/study/read/r2`, { redirect: 'manual' });
  expect(reader.headers.get('location')).toBe('/viewer?StudyInstanceUIDs=1.2.3.0&explainReader=r2');
  expect((await fetch(`${server.origin}/study/read/r9`, { redirect: 'manual' })).status).toBe(404);
  const config = await (await fetch(`${server.origin}/app-config.js`)).text();
  expect(config).toContain('"plan": "/study/plan.json"');
  const sent = await (await fetch(`${server.origin}/study/plan.json`)).json();
  expect(sent).toEqual(plan);
});

it('shows progress and times to the coordinator alone, and not what was answered', async () => {
  await post(...texts(...order.map(each => answerTo(plan, 'r1', each, { rating: 5 }))));
  for (const page of ['/study/', '/study/progress.json']) {
    expect((await fetch(server.origin + page)).status).toBe(401);
  }
  const opened = await fetch(`${server.origin}/study/?key=${coordinatorKey}`, { redirect: 'manual' });
  expect(opened.status).toBe(303);
  const cookie = opened.headers.get('set-cookie')!;
  expect(cookie).toContain('Path=/study');
  const headers = { Cookie: cookie.split(';')[0] };
  const page = await (await fetch(`${server.origin}/study/`, { headers })).text();
  expect(page).toContain('Do &#60;maps&#62; help?');
  expect(page).toContain('6 of 12 answers (50 %)');
  expect(page).toContain('http-equiv="refresh"');
  expect(page).toContain('>c1, c2, c3<');
  expect(page).not.toContain('Rating');
  const progress = await (await fetch(`${server.origin}/study/progress.json`, { headers })).json();
  expect(progress[0]).toMatchObject({ reader: 'r1', arm: 'film', answered: 3, of: 3, medianSeconds: 10 });
});

it('shows answers where the coordinator asked for that', async () => {
  await server.close();
  server = await start(true);
  const first = order.slice(0, 2).map(each => answerTo(plan, 'r1', each, { rating: 5 }));
  await post(...texts(...first));
  const opened = await fetch(`${server.origin}/study/?key=${coordinatorKey}`, { redirect: 'manual' });
  const headers = { Cookie: opened.headers.get('set-cookie')!.split(';')[0] };
  const page = await (await fetch(`${server.origin}/study/`, { headers })).text();
  expect(page).toContain('Answers (unblinds)');
  expect(page).toContain('<td class="n">5</td>');
});

it('names the archive that keeps answers too, and lets the viewer reach that one alone', async () => {
  const other = await start(false, 'https://pacs.example/dicom-web');
  const config = await fetch(`${other.origin}/app-config.js`);
  expect(await config.text()).toContain('"dicomweb:https://pacs.example/dicom-web"');
  expect(config.headers.get('Content-Security-Policy')).toContain(
    "connect-src 'self' https://pacs.example data: blob:;",
  );
  await other.close();
  const own = await start(false, '/dicom-web');
  const policy = (await fetch(`${own.origin}/app-config.js`)).headers.get('Content-Security-Policy');
  expect(policy).toContain("connect-src 'self' data: blob:;");
  await own.close();
});

it('is not there where no study runs', async () => {
  const plain = await startServer({});
  expect((await fetch(`${plain.origin}/study/answers`, { method: 'POST' })).status).toBe(405);
  expect(await (await fetch(`${plain.origin}/app-config.js`)).text()).not.toContain('study.json');
  await plain.close();
});
