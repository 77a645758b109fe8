import { afterEach, expect, test, vi } from 'vitest';
import { StudyFailure } from '../../src/extension/study/failure';
import { StudyServer } from '../../src/extension/study/server';
import type { KeptAnswer } from '../../src/study/delivery';
import { readingOrder } from '../../src/study/reading-order';
import { answerTo, sha256, smallPlan } from '../study/fakes';

const plan = smallPlan();
const kept = (reader: string, session: number): KeptAnswer[] =>
  readingOrder(plan, reader)
    .filter(each => each.session === session)
    .map(each => {
      const answer = answerTo(plan, reader, each);
      return { id: each.key, answer, text: JSON.stringify(answer), state: 'waiting' };
    });

/** A server of which each request's readers and session are answered by a status. */
function answering(status: (reader: string, session: number) => number): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (_: string, { body }: { body: string }) => {
    const texts = body.split('\n');
    const answers = texts.map(text => JSON.parse(text));
    const [{ reader, session }] = answers;
    asked.push(`${[...new Set(answers.map(each => each.reader))].join('+')} ${session} ${answers.length}`);
    const code = status(reader, session);
    const receipts = texts.map((text, i) => ({
      reader,
      key: answers[i].key,
      state: 'kept',
      sha256: sha256(text),
    }));
    return new Response(JSON.stringify(code === 200 ? { receipts } : { error: 'no' }), { status: code });
  });
  return asked;
}
afterEach(() => vi.unstubAllGlobals());

test('what is refused of one reader or session does not keep back the rest', async () => {
  const asked = answering((reader, session) => (reader === 'r1' ? 401 : session === 1 ? 422 : 200));
  const server = new StudyServer('http://server/study');
  const all = [...kept('r2', 1), ...kept('r1', 0), ...kept('r2', 0), ...kept('r1', 1)];
  const receipts = await server.send(all);
  expect(receipts.map(({ reader }) => reader)).toEqual(kept('r2', 0).map(() => 'r2'));
  expect(asked.sort()).toEqual(['r1 0 4', 'r2 0 4', 'r2 1 4']);
  await expect(server.send(kept('r1', 0))).rejects.toEqual(new StudyFailure('notEntered', { reader: 'r1' }));
});

test('a reader enters by a key; a server of an earlier release asks for none; nobody answers', async () => {
  const told: unknown[] = [];
  const server = new StudyServer('http://server/study', (...given) => void told.push(given));
  const answers: Response[] = [
    new Response('{}', { status: 401 }),
    new Response('{"archiveKey":"s"}'),
    new Response('{"error":"Answers are sent to /study/answers."}', { status: 405 }),
  ];
  vi.stubGlobal('fetch', async () => answers.shift()!);
  expect(await server.enter('r1')).toBe('key');
  expect(await server.enter('r1', 'k')).toBe('entered');
  expect(await server.enter('r1')).toBe('entered');
  expect(told).toEqual([
    ['r1', 's'],
    ['r1', undefined],
  ]);
  vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('Failed to fetch')));
  await expect(server.given('r1')).rejects.toEqual(new StudyFailure('noConnection'));
});
