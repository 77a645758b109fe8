import type { Answer } from './answers';
import type { StudyPlan } from './plan';
import { readingOrder, sessionOpens } from './reading-order';

/** An answer that was taken before, and when: by the clock of whoever took it. */
export interface Taken {
  answer: Answer;
  /** ISO time; absent where it was not written down: then the answer's own time stands for it. */
  receivedAt?: string;
}

/** No clock of a reader's computer is as wrong as this, milliseconds: further ahead is no mistake. */
const clockError = 86_400_000;

/**
 * Why answers to readings that have none yet cannot be taken now: each reader answers in the order of the plan, and begins a
 * session when the washout after the one before is over. Times are those at which answers were received, which no reader sets.
 *
 * @param taken in the order in which they were
 * @param fresh answers by readers of the plan to their own readings
 * @returns undefined where nothing stands against them
 */
export function outOfTurn(
  plan: StudyPlan,
  taken: readonly Taken[],
  fresh: readonly Answer[],
  now: Date,
): string | undefined {
  for (const reader of new Set(fresh.map(each => each.reader))) {
    const own = taken.filter(({ answer }) => answer.reader === reader);
    const problem = outOfTurnOf(
      plan,
      reader,
      own,
      fresh.filter(each => each.reader === reader),
      now,
    );
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function outOfTurnOf(
  plan: StudyPlan,
  reader: string,
  taken: readonly Taken[],
  fresh: readonly Answer[],
  now: Date,
): string | undefined {
  const keys = new Set([...taken.map(({ answer }) => answer.key), ...fresh.map(({ key }) => key)]);
  const late = fresh.find(({ answeredAt }) => Date.parse(answeredAt) > now.getTime() + clockError);
  if (late) return `${late.key} was answered in the future, by the clock of its browser.`;
  const order = readingOrder(plan, reader);
  const firstLeft = order.findIndex(({ key }) => !keys.has(key));
  const early = fresh.find(
    ({ key }) => firstLeft >= 0 && order.findIndex(each => each.key === key) > firstLeft,
  );
  if (early) {
    return `${early.key} is answered before ${order[firstLeft].key}, which comes first and has no answer here.`;
  }
  for (const session of new Set(fresh.map(each => each.session))) {
    if (taken.some(({ answer }) => answer.session === session)) continue;
    const opens = sessionOpens(plan, session, lastBefore(session, taken, fresh, now));
    if (opens && opens > now) return `Session ${session + 1} may not begin before ${opens.toISOString()}.`;
  }
  return undefined;
}

/** When the last answer of the sessions before was received. */
function lastBefore(
  session: number,
  taken: readonly Taken[],
  fresh: readonly Answer[],
  now: Date,
): Date | undefined {
  const times = taken.flatMap(({ answer, receivedAt }) =>
    answer.session < session ? [Date.parse(receivedAt ?? answer.answeredAt)] : [],
  );
  if (fresh.some(each => each.session < session)) times.push(now.getTime());
  return times.length > 0 ? new Date(Math.max(...times)) : undefined;
}
