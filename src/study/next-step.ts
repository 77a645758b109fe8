import type { Answer } from './answers';
import type { StudyPlan } from './plan';
import { nextReading, readingOrder, sessionOpens, type Reading } from './reading-order';

/** What a reader has to do next. */
export type NextStep =
  | {
      kind: 'read';
      reading: Reading;
      /** Place of the case among those of its session that are practice, or count, as it does; from 1, and their number. */
      place: number;
      of: number;
      /** Sessions of the study. */
      sessions: number;
      /** The session's first reading. */
      beginsSession: boolean;
      /** The reading's own first answer to the same case, locked (sequential design). */
      before?: string;
    }
  /** The washout before a session is not over. */
  | { kind: 'wait'; opens: Date; session: number }
  | { kind: 'done' };

/** What is known of a given answer: all that the order of reading depends on. */
export type Given = Pick<Answer, 'key' | 'session' | 'answeredAt'>;

/**
 * What comes next for a reader: the first reading without an answer, once its session may begin.
 *
 * @param given answers of this reader, wherever they are kept
 * @throws RangeError when the plan has no such reader
 */
export function nextStep(plan: StudyPlan, reader: string, given: readonly Given[], now: Date): NextStep {
  const order = readingOrder(plan, reader);
  const reading = nextReading(order, new Set(given.map(({ key }) => key)));
  if (!reading) return { kind: 'done' };
  const { session } = reading;
  // A case that is read without and then with an aid is one case.
  const alike = order.filter(each => each.session === session && each.practice === reading.practice);
  const cases = [...new Set(alike.map(each => each.case))];
  const place = cases.indexOf(reading.case) + 1;
  const beginsSession = !given.some(each => each.session === session);
  if (beginsSession) {
    const opens = sessionOpens(plan, session, lastOf(given.filter(each => each.session < session)));
    if (opens && opens > now) return { kind: 'wait', opens, session };
  }
  const sessions = 1 + Math.max(...order.map(each => each.session));
  return {
    kind: 'read',
    reading,
    place,
    of: cases.length,
    sessions,
    beginsSession,
    ...(reading.after ? { before: reading.after } : {}),
  };
}

function lastOf(given: readonly Given[]): Date | undefined {
  const times = given.map(({ answeredAt }) => Date.parse(answeredAt));
  return times.length > 0 ? new Date(Math.max(...times)) : undefined;
}
