import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { LockTaken } from '../../io/lock';
import { answerSchema, problemsByPlan, type Answer } from '../../study/answers';
import type { StudyPlan } from '../../study/plan';
import { progressOf } from '../../study/progress';
import { outOfTurn } from '../../study/taking';
import { checkToken, isSame, remember, remembers, type Door } from '../access';
import { Problem } from '../dicomweb/problem';
import { send, sendJson, withBody } from '../http';
import type { MemoryBudget } from '../memory-budget';
import { dashboardPage } from './dashboard';
import { archiveKey } from './reader-keys';
import type { StudyFolder } from './study-folder';

/** What the server knows of the study that is run from it. */
export interface StudyService extends StudyFolder {
  /** What opens the coordinator's pages; readers do not have it. */
  coordinatorKey: string;
  /** Whether those pages show what was answered. */
  showAnswers: boolean;
  /** Root of a DICOMweb archive that keeps answers too. */
  archive?: string;
  memory: MemoryBudget;
}

/** What the study's pages need of the films that the server shows. */
export interface StudyFilms {
  /** Whether a film is one of a case's. */
  has(one: StudyPlan['cases'][number], sopInstanceUid: string): Promise<boolean>;
}

interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  secure: boolean;
}

const longestBody = 4 * 2 ** 20;
/** A browser sends 50. */
const mostAnswers = 200;
/** What a reader enters: code and key. */
const longestEntry = 4096;

const entrySchema = z.strictObject({ reader: z.string().max(64), key: z.string().max(128).optional() });

/**
 * Answers a request below `/study`: the study file and what a reader has answered, for the reader's browser; answers that it
 * sends; progress, for the coordinator.
 *
 * @param path the request's path below the service's own
 * @throws Problem for everything that is refused
 */
export async function serveStudy(
  study: StudyService,
  films: StudyFilms,
  path: string,
  call: Call,
): Promise<void> {
  const { request, response, url } = call;
  response.setHeader('Cache-Control', 'no-store');
  if (request.method === 'POST') {
    if (path === '/enter') return enter(study, call);
    if (path !== '/answers') throw new Problem(405, 'Answers are sent to /study/answers.', true);
    return takeAnswers(study, films, call);
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new Problem(405, 'Only GET, HEAD and POST are possible here.', true);
  }
  if (path === '/plan.json') return sendJson(response, 200, study.plan);
  if (path === '/answered.json') {
    const reader = url.searchParams.get('reader') ?? '';
    if (!study.plan.readers.includes(reader)) throw new Problem(404, 'The study has no such reader.');
    if (!isReader(study, request, reader)) throw notTheReader(reader);
    const own = (await study.log.contents()).answers.filter(({ answer }) => answer.reader === reader);
    // What was answered stays here: the browser needs to know only where to go on, by this server's clock.
    const given = own.map(({ answer: { key, session, answeredAt }, receivedAt }) => ({
      key,
      session,
      answeredAt: receivedAt ?? answeredAt,
    }));
    return sendJson(response, 200, given);
  }
  const reader = /^\/read\/([a-z0-9-]+)$/.exec(path)?.[1];
  if (reader !== undefined) return beginReading(study, reader, call);
  if (path !== '' && path !== '/' && path !== '/progress.json')
    throw new Problem(404, 'There is no such page.');
  if (checkToken(request, response, url, study.coordinatorKey, call.secure, coordinatorDoor)) return;
  const { answers: held, damaged } = await study.log.contents();
  const answers = held.map(({ answer, receivedAt }) => ({
    ...answer,
    answeredAt: receivedAt ?? answer.answeredAt,
  }));
  if (path === '/progress.json') return sendJson(response, 200, progressOf(study.plan, answers));
  const { plan, showAnswers } = study;
  const page = dashboardPage({ plan, answers, damaged, showAnswers, now: new Date() });
  send(response, 200, 'text/html; charset=utf-8', page, {
    'Content-Security-Policy':
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  });
}

const coordinatorDoor: Door = {
  parameter: 'key',
  cookie: 'explain-coordinator',
  path: '/study',
  refusal:
    'This page is for the coordinator: open the address that was printed at the start (it ends in ?key=…).',
};

/** Its cookie goes to the archive's requests too, which give a reader the reports of that reader alone. */
function readerDoor(reader: string): Door {
  return { parameter: 'key', cookie: `explain-reader-${reader}`, path: '/', refusal: refusalFor(reader) };
}

function refusalFor(reader?: string): string {
  const whose = reader === undefined ? "a reader's" : `reader ${reader}'s`;
  return (
    `This browser has not shown that it is ${whose}: open the address with the reader's key ` +
    '(…/study/read/<code>?key=…; "explain viewer --study" prints it). Answers that are kept in the browser are sent then.'
  );
}

function notTheReader(reader?: string): Problem {
  return new Problem(401, refusalFor(reader));
}

/** Whether a request comes from the browser of a reader, who showed the key there. */
export function isReader({ keys }: StudyService, request: IncomingMessage, reader: string): boolean {
  const key = keys.get(reader);
  return key !== undefined && remembers(request, key, readerDoor(reader));
}

/** A reader's address: with the key it is remembered in the browser, without it asked for there. */
function beginReading(study: StudyService, reader: string, { request, response, url, secure }: Call): void {
  const key = study.keys.get(reader);
  if (key === undefined) throw new Problem(404, 'The study has no such reader.');
  const given = url.searchParams.get('key');
  if (given !== null && isSame(given, key)) remember(request, response, key, secure, readerDoor(reader));
  response.writeHead(303, { Location: viewerAddress(study.plan, reader) }).end();
}

/** Where a reader begins: the viewer opens some study of the plan, and study mode covers it until a case begins. */
export function viewerAddress(plan: StudyPlan, reader?: string): string {
  const named = reader === undefined ? '' : `&explainReader=${reader}`;
  return `/viewer?StudyInstanceUIDs=${plan.cases[0].studyInstanceUid}${named}`;
}

/** A reader's code and, in a browser that has not shown it yet, key. The answer is what the reader's reports are named by. */
async function enter(study: StudyService, { request, response, secure }: Call): Promise<void> {
  const entry = await withBody(request, { longest: longestEntry, memory: study.memory }, async body =>
    entrySchema.safeParse(jsonOf(body.toString('utf8'))),
  );
  if (!entry.success) throw new Problem(400, 'A reader enters by a code and a key.');
  const { reader, key: given } = entry.data;
  const key = study.keys.get(reader);
  if (key === undefined) throw new Problem(404, 'The study has no such reader.');
  if (given !== undefined && isSame(given.trim().toLowerCase(), key))
    remember(request, response, key, secure, readerDoor(reader));
  else if (!isReader(study, request, reader)) throw notTheReader(reader);
  sendJson(response, 200, { reader, archiveKey: archiveKey(key) });
}

async function takeAnswers(
  study: StudyService,
  films: StudyFilms,
  { request, response }: Call,
): Promise<void> {
  // Before anything is looked at: checking costs time, which is a reader's alone.
  const senders = new Set(study.plan.readers.filter(reader => isReader(study, request, reader)));
  const receipts = await withBody(request, { longest: longestBody, memory: study.memory }, async body => {
    if (senders.size === 0) throw notTheReader();
    const texts = body
      .toString('utf8')
      .split('\n')
      .filter(line => line !== '');
    if (texts.length === 0) throw new Problem(400, 'The request holds no answer.');
    if (texts.length > mostAnswers)
      throw new Problem(413, `A request takes ${mostAnswers} answers; this one holds ${texts.length}.`);
    const values = texts.map(jsonOf);
    const stranger = values.map(readerIn).find(reader => !senders.has(reader) && study.keys.has(reader));
    if (stranger !== undefined) throw notTheReader(stranger);
    const answers = values.map((value, at) => checkAnswer(study.plan, value, at + 1));
    for (const [at, answer] of answers.entries()) {
      const one = study.plan.cases.find(({ id }) => id === answer.case)!;
      if (!(await films.has(one, answer.sopInstanceUid)))
        throw refusal(at + 1, 'the film is none of the case.');
    }
    return study.log
      .add(texts, (held, fresh, now) => {
        const problem = outOfTurn(study.plan, held, fresh, now);
        if (problem !== undefined) throw new Problem(422, `Refused: ${problem}`);
      })
      .catch((error: unknown) => {
        if (error instanceof LockTaken)
          throw new Problem(503, 'Another server writes into this study. Send the answers again.');
        throw error;
      });
  });
  sendJson(response, 200, { receipts });
}

/** @throws Problem 422 for what is no complete answer to a reading of the study */
function checkAnswer(plan: StudyPlan, value: unknown, line: number): Answer {
  if (value === undefined) throw refusal(line, 'it is no JSON.');
  const { success, data, error } = answerSchema.safeParse(value);
  if (!success) {
    const { path, message } = error.issues[0];
    throw refusal(line, `${path.join('.')}: ${message}`);
  }
  const problems = problemsByPlan(plan, data);
  if (problems.length > 0) throw refusal(line, problems.join(' '));
  return data;
}

/** Who sends an answer, by its own word; empty where it does not say. */
function readerIn(value: unknown): string {
  const { reader } = (typeof value === 'object' && value !== null ? value : {}) as { reader?: unknown };
  return typeof reader === 'string' ? reader : '';
}

function refusal(line: number, why: string): Problem {
  return new Problem(422, `Answer ${line} is refused: ${why}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
