import { seededRandom, shuffled } from '../models/random';
import type { StudyPlan } from './plan';

/** One case to be read, in one arm. */
export interface Reading {
  /** Stays the same over all sessions: `arm/case`, practice cases with the session before it. */
  key: string;
  /** From 0. */
  session: number;
  arm: string;
  case: string;
  practice: boolean;
  /** The reading whose answer must be given, and is then locked, before this one is shown (sequential design). */
  after?: string;
}

/**
 * All readings of one reader, in order. The same plan gives the same order everywhere; every reader and session has an
 * order of its own. In a crossover the sequences of arms are those of Williams (Australian Journal of Scientific Research
 * 1949), which put every arm as often into every session, and after every other arm, where the number of readers allows.
 *
 * @throws RangeError when the plan has no such reader
 */
export function readingOrder(plan: StudyPlan, reader: string): readonly Reading[] {
  const known = orders.get(plan) ?? new Map<string, readonly Reading[]>();
  orders.set(plan, known);
  const order = known.get(reader) ?? drawOrder(plan, reader);
  known.set(reader, order);
  return order;
}

/** Drawn once: every answer is held against its reader's. */
const orders = new WeakMap<StudyPlan, Map<string, readonly Reading[]>>();

function drawOrder(plan: StudyPlan, reader: string): Reading[] {
  const at = plan.readers.indexOf(reader);
  if (at < 0) throw new RangeError(`The study has no reader "${reader}".`);
  const arms = plan.arms.map(({ id }) => id);
  const practice = plan.cases.filter(each => each.practice).map(({ id }) => id);
  const cases = plan.cases.filter(each => !each.practice).map(({ id }) => id);
  const order = (session: number, ids: readonly string[]): string[] =>
    shuffled(ids, seededRandom(`${plan.seed}/order/${reader}/${session}`));
  const reading = (session: number, arm: string, id: string, isPractice: boolean): Reading => ({
    key: isPractice ? `practice-${session}/${arm}/${id}` : `${arm}/${id}`,
    session,
    arm,
    case: id,
    practice: isPractice,
  });

  if (plan.design.kind !== 'crossover') {
    const both = (id: string, isPractice: boolean): Reading[] =>
      arms.map((arm, a) => {
        const own = reading(0, arm, id, isPractice);
        return a === 0 ? own : { ...own, after: reading(0, arms[a - 1], id, isPractice).key };
      });
    return [...practice.flatMap(id => both(id, true)), ...order(0, cases).flatMap(id => both(id, false))];
  }
  const sequence = armSequence(plan, at);
  const blocks = caseBlocks(plan, reader, cases);
  return sequence.flatMap((sessionArm, session) => {
    const armOf = (id: string): string =>
      plan.design.kind === 'crossover' && plan.design.sessions === 'mixed'
        ? arms[sequence[(session + blocks.get(id)!) % arms.length]]
        : arms[sessionArm];
    return [
      ...practice.map((id, p) => {
        const mixed = plan.design.kind === 'crossover' && plan.design.sessions === 'mixed';
        return reading(session, arms[mixed ? p % arms.length : sessionArm], id, true);
      }),
      ...order(session, cases).map(id => reading(session, armOf(id), id, false)),
    ];
  });
}

/** Indices of the arms, session by session, of one reader. */
function armSequence(plan: StudyPlan, reader: number): number[] {
  const sequences = williamsSequences(plan.arms.length);
  // Which reader gets which sequence is drawn; each sequence is taken as often as any other, or once more.
  const places = shuffled(
    plan.readers.map((_, i) => i),
    seededRandom(`${plan.seed}/sequences`),
  );
  return sequences[places.indexOf(reader) % sequences.length];
}

/** The sequences of a Williams design of k arms: k of them where k is even, 2k where it is odd. */
export function williamsSequences(k: number): number[][] {
  const first = Array.from({ length: k }, (_, i) => (i % 2 === 0 ? i / 2 : k - (i + 1) / 2));
  const turned = Array.from({ length: k }, (_, shift) => first.map(arm => (arm + shift) % k));
  return k % 2 === 0 ? turned : [...turned, ...turned.map(sequence => [...sequence].reverse())];
}

/** Which of as many blocks as there are arms a case is in, drawn for each reader; blocks differ by one case at the most. */
function caseBlocks(plan: StudyPlan, reader: string, cases: readonly string[]): Map<string, number> {
  const drawn = shuffled(cases, seededRandom(`${plan.seed}/blocks/${reader}`));
  return new Map(drawn.map((id, i) => [id, i % plan.arms.length]));
}

/** What the reader is shown as the name of each arm: its label, or a letter where aids are blinded. */
export function shownLabels(plan: StudyPlan, reader: string): Record<string, string> {
  const aided = plan.arms.filter(({ aid }) => aid).map(({ id }) => id);
  const drawn = shuffled(aided, seededRandom(`${plan.seed}/labels/${reader}`));
  return Object.fromEntries(
    plan.arms.map(({ id, label, aid }) => [
      id,
      plan.blindAids && aid ? String.fromCharCode(65 + drawn.indexOf(id)) : label,
    ]),
  );
}

/** The first reading without an answer, where a closed tab goes on; undefined when all are answered. */
export function nextReading(order: readonly Reading[], answered: ReadonlySet<string>): Reading | undefined {
  return order.find(({ key }) => !answered.has(key));
}

/**
 * When a session may begin: the washout after the last answer of the one before.
 *
 * @param lastAnswer when the session before ended; undefined for the first session
 * @returns undefined where it may begin at any time
 */
export function sessionOpens(
  plan: StudyPlan,
  session: number,
  lastAnswer: Date | undefined,
): Date | undefined {
  if (session === 0 || plan.design.kind !== 'crossover' || !lastAnswer) return undefined;
  return new Date(lastAnswer.getTime() + plan.design.washoutDays * 86_400_000);
}
