import * as z from 'zod';
import { onScale, type StudyPlan } from './plan';
import type { StudyTable } from './ratings';
import type { Reading } from './reading-order';

const box = z.strictObject({
  /** Left, top and size in pixels of the film. */
  x: z.number(),
  y: z.number(),
  width: z.number().positive(),
  height: z.number().positive(),
  confidence: z.number(),
});

/** Schema of one answer, as it is kept in the browser and sent. */
export const answerSchema = z.strictObject({
  format: z.literal('explain-study-answer/1'),
  study: z.string(),
  reader: z.string(),
  /** Key of the reading. */
  key: z.string(),
  session: z.int().min(0),
  arm: z.string(),
  case: z.string(),
  practice: z.boolean(),
  rating: z.number(),
  confidence: z.number().optional(),
  boxes: z.array(box),
  /** From display to answer, without pauses, and how long those were. */
  seconds: z.number().positive(),
  pausedSeconds: z.number().min(0),
  answeredAt: z.iso.datetime(),
});

export type Answer = z.infer<typeof answerSchema>;

/**
 * What is wrong with an answer to a reading, in words; nothing where it is complete. An answer that is not complete is not
 * taken (forced answers).
 */
export function answerProblems(plan: StudyPlan, reading: Reading, answer: Answer): string[] {
  const problems: string[] = [];
  if (answer.key !== reading.key || answer.arm !== reading.arm || answer.case !== reading.case) {
    problems.push('The answer belongs to another reading.');
  }
  if (!onScale(answer.rating, plan.rating)) problems.push('The rating is not on the scale.');
  if (plan.confidence) {
    if (answer.confidence === undefined) problems.push('The confidence is missing.');
    else if (!onScale(answer.confidence, plan.confidence))
      problems.push('The confidence is not on the scale.');
  } else if (answer.confidence !== undefined) problems.push('The study does not ask for a confidence.');
  const most = plan.boxes?.most ?? 0;
  if (answer.boxes.length > most) problems.push(`At most ${most} boxes are taken.`);
  if (answer.boxes.some(({ confidence }) => !onScale(confidence, plan.rating))) {
    problems.push('The confidence of a box is not on the scale.');
  }
  return problems;
}

/** What is known of a case besides the readers' answers. */
export interface CaseTruth {
  truth: 0 | 1;
  /** The classifier's answer. */
  model?: 0 | 1;
}

/**
 * The tables that `explain study analyse` reads. Practice cases are left out; of two answers to one reading, the first
 * counts (it was locked).
 *
 * @throws RangeError when the truth of an answered case is not given
 */
export function answerTables(
  plan: StudyPlan,
  answers: readonly Answer[],
  truths: ReadonlyMap<string, CaseTruth>,
): { ratings: StudyTable; marks: StudyTable } {
  const first = new Map<string, Answer>();
  for (const answer of [...answers].sort((a, b) => a.answeredAt.localeCompare(b.answeredAt))) {
    const key = `${answer.reader}/${answer.key}`;
    if (!answer.practice && !first.has(key)) first.set(key, answer);
  }
  // The reference arm comes first, as in the plan.
  const arms = plan.arms.map(({ id }) => id);
  const kept = [...first.values()].sort((a, b) => arms.indexOf(a.arm) - arms.indexOf(b.arm));
  const withModel = [...truths.values()].some(({ model }) => model !== undefined);
  const ratings = kept.map(answer => {
    const known = truths.get(answer.case);
    if (!known) throw new RangeError(`The truth of case ${answer.case} is not given.`);
    return {
      reader: answer.reader,
      arm: answer.arm,
      case: answer.case,
      truth: String(known.truth),
      rating: String(answer.rating),
      ...(plan.confidence ? { confidence: String(answer.confidence ?? '') } : {}),
      seconds: String(answer.seconds),
      ...(withModel ? { model: String(known.model ?? '') } : {}),
    };
  });
  const marks = kept.flatMap(({ reader, arm, case: id, boxes }) =>
    boxes.map(({ x, y, width, height, confidence }) => ({
      reader,
      arm,
      case: id,
      confidence: String(confidence),
      x: String(x),
      y: String(y),
      width: String(width),
      height: String(height),
    })),
  );
  return {
    ratings: table('ratings.csv', ratings, ['reader', 'arm', 'case', 'truth', 'rating', 'seconds']),
    marks: table('marks.csv', marks, ['reader', 'arm', 'case', 'confidence', 'x', 'y', 'width', 'height']),
  };
}

function table(name: string, rows: Record<string, string>[], columns: readonly string[]): StudyTable {
  return {
    name,
    header: rows.length > 0 ? Object.keys(rows[0]) : columns,
    rows,
    lines: rows.map((_, i) => i + 2),
  };
}

/** How far each reader is: answered and all readings, practice left out. */
export function progress(
  plan: StudyPlan,
  answers: readonly Answer[],
): { reader: string; answered: number; of: number; medianSeconds?: number }[] {
  const of = plan.cases.filter(({ practice }) => !practice).length * plan.arms.length;
  return plan.readers.map(reader => {
    const own = answers.filter(answer => answer.reader === reader && !answer.practice);
    const seconds = own.map(answer => answer.seconds).sort((a, b) => a - b);
    const middle = (seconds[(seconds.length - 1) >> 1] + seconds[seconds.length >> 1]) / 2;
    return {
      reader,
      answered: new Set(own.map(({ key }) => key)).size,
      of,
      ...(seconds.length > 0 ? { medianSeconds: middle } : {}),
    };
  });
}
