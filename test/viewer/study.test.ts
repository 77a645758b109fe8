import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeToken } from '../../src/viewer/access';
import { MemoryBudget } from '../../src/viewer/memory-budget';
import { AnswerLog } from '../../src/viewer/study/answer-log';
import { openStudyFolder } from '../../src/viewer/study/study-folder';
import { readingOrder } from '../../src/study/reading-order';
import type { Answer } from '../../src/study/answers';
import { answerTo, sha256, smallPlan } from '../study/fakes';
import { startServer, type TestServer } from './test-server';

const plan = smallPlan();
const order = readingOrder(plan, 'r1');
const coordinatorKey = makeToken();
let folder: string;
let server: TestServer;

async function start(showAnswers = false, archive?: string): Promise<TestServer> {
  const study = {
    ...openStudyFolder(folder),
    coordinatorKey,
    showAnswers,
    archive,
    memory: new MemoryBudget(2 ** 24),
  };
  return startServer({}, { study });
}

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'explain-study-'));
  writeFileSync(path.join(folder, 'study.json'), JSON.stringify(plan));
  server = await start();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const file = () => path.join(folder, 'answers.jsonl');
const lines = () => readFileSync(file(), 'utf8').split('\n').filter(Boolean);
const post = (...texts: string[]) =>
  fetch(`${server.origin}/study/answers`, { method: 'POST', body: texts.join('\n') });
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
  const given = ['r1', 'r2'].flatMap(reader =>
    readingOrder(plan, reader).map(each => JSON.stringify(answerTo(plan, reader, each))),
  );
  const all = await Promise.all([...given, ...given].map(text => post(text)));
  expect(all.every(({ status }) => status === 200)).toBe(true);
  expect(lines().sort()).toEqual([...given].sort());
});

it('knows after a restart what was answered, and tells of it only where to go on', async () => {
  await post(...texts(answerTo(plan, 'r1', order[0])));
  await server.close();
  server = await start();
  const answered = await (await fetch(`${server.origin}/study/answered.json?reader=r1`)).json();
  expect(answered).toEqual([
    { key: order[0].key, session: order[0].session, answeredAt: '2026-01-01T12:00:10.000Z' },
  ]);
  expect((await fetch(`${server.origin}/study/answered.json?reader=r9`)).status).toBe(404);
});

it('goes on after a line that was cut off, which nobody acknowledged', async () => {
  const [first, second, third] = texts(...order.slice(0, 3).map(each => answerTo(plan, 'r1', each)));
  await post(first);
  appendFileSync(file(), second.slice(0, 40));
  expect((await post(second, third)).status).toBe(200);
  expect(lines()).toEqual([first, second.slice(0, 40), second, third]);
  const log = new AnswerLog(file());
  expect(await log.answers()).toHaveLength(3);
  expect(log.damaged).toBe(1);
});

it.each([
  ['no JSON', () => 'x', /no JSON/],
  ['another study', () => JSON.stringify(answerTo(plan, 'r1', order[0], { study: 'other' })), /other/],
  ['a stranger', () => JSON.stringify(answerTo(plan, 'r9', order[0])), /no such reader/],
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
  const response = await post(JSON.stringify(answerTo(plan, 'r1', order[1])), text());
  expect(response.status).toBe(422);
  expect((await response.json()).error).toMatch(why);
  expect(existsSync(file())).toBe(false);
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
  await post(...texts(answerTo(plan, 'r1', order[1], { rating: 5 })));
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
