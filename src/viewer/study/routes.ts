import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerProblems, answerSchema } from '../../study/answers';
import type { StudyPlan } from '../../study/plan';
import { progressOf } from '../../study/progress';
import { readingOrder } from '../../study/reading-order';
import { checkToken } from '../access';
import { Problem } from '../dicomweb/problem';
import { send, sendJson, withBody } from '../http';
import type { MemoryBudget } from '../memory-budget';
import { dashboardPage } from './dashboard';
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

interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  secure: boolean;
}

const longestBody = 4 * 2 ** 20;

/**
 * Answers a request below `/study`: the study file and what a reader has answered, for the reader's browser; answers that it
 * sends; progress, for the coordinator.
 *
 * @param path the request's path below the service's own
 * @throws Problem for everything that is refused
 */
export async function serveStudy(study: StudyService, path: string, call: Call): Promise<void> {
  const { request, response, url } = call;
  response.setHeader('Cache-Control', 'no-store');
  if (request.method === 'POST') {
    if (path !== '/answers') throw new Problem(405, 'Answers are sent to /study/answers.', true);
    return takeAnswers(study, call);
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new Problem(405, 'Only GET, HEAD and POST are possible here.', true);
  }
  if (path === '/plan.json') return sendJson(response, 200, study.plan);
  if (path === '/answered.json') {
    const reader = url.searchParams.get('reader') ?? '';
    if (!study.plan.readers.includes(reader)) throw new Problem(404, 'The study has no such reader.');
    const own = (await study.log.answers()).filter(answer => answer.reader === reader);
    // What was answered stays here: the browser needs to know only where to go on.
    const given = own.map(({ key, session, answeredAt }) => ({ key, session, answeredAt }));
    return sendJson(response, 200, given);
  }
  const reader = /^\/read\/([a-z0-9-]+)$/.exec(path)?.[1];
  if (reader !== undefined) {
    response.writeHead(303, { Location: readerAddress(study.plan, reader) }).end();
    return;
  }
  if (path !== '' && path !== '/' && path !== '/progress.json')
    throw new Problem(404, 'There is no such page.');
  const door = { parameter: 'key', cookie: 'explain-coordinator', path: '/study' };
  if (checkToken(request, response, url, study.coordinatorKey, call.secure, door)) return;
  const answers = await study.log.answers();
  if (path === '/progress.json') return sendJson(response, 200, progressOf(study.plan, answers));
  const { plan, showAnswers } = study;
  const page = dashboardPage({ plan, answers, damaged: study.log.damaged, showAnswers, now: new Date() });
  send(response, 200, 'text/html; charset=utf-8', page, {
    'Content-Security-Policy':
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  });
}

/** Where a reader begins: the viewer opens some study of the plan, and study mode covers it until a case begins. */
function readerAddress(plan: StudyPlan, reader: string): string {
  if (!plan.readers.includes(reader)) throw new Problem(404, 'The study has no such reader.');
  return `/viewer?StudyInstanceUIDs=${plan.cases[0].studyInstanceUid}&explainReader=${reader}`;
}

async function takeAnswers(study: StudyService, { request, response }: Call): Promise<void> {
  const receipts = await withBody(request, { longest: longestBody, memory: study.memory }, async body => {
    const texts = body
      .toString('utf8')
      .split('\n')
      .filter(line => line !== '');
    if (texts.length === 0) throw new Problem(400, 'The request holds no answer.');
    texts.forEach((text, at) => checkAnswer(study.plan, text, at + 1));
    return study.log.add(texts);
  });
  sendJson(response, 200, { receipts });
}

/** @throws Problem 422 for what is no complete answer to a reading of the study */
function checkAnswer(plan: StudyPlan, text: string, line: number): void {
  const refuse = (why: string): Problem => new Problem(422, `Answer ${line} is refused: ${why}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse('it is no JSON.');
  }
  const { success, data, error } = answerSchema.safeParse(value);
  if (!success) {
    const { path, message } = error.issues[0];
    throw refuse(`${path.join('.')}: ${message}`);
  }
  if (data.study !== plan.id) throw refuse(`it is of the study ${data.study}; here runs ${plan.id}.`);
  if (!plan.readers.includes(data.reader)) throw refuse('the study has no such reader.');
  const reading = readingOrder(plan, data.reader).find(({ key }) => key === data.key);
  if (!reading) throw refuse('the reader has no such reading.');
  const problems = answerProblems(plan, reading, data);
  if (problems.length > 0) throw refuse(problems.join(' '));
}
