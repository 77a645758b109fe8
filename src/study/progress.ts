import type { Answer } from './answers';
import type { StudyPlan } from './plan';
import { readingOrder } from './reading-order';

/** How far one reader is in one arm; practice cases are left out. */
export interface Progress {
  reader: string;
  arm: string;
  answered: number;
  of: number;
  /** Cases that are not answered yet, sorted: their order would tell the reader's. */
  missing: string[];
  /** Absent without an answer. */
  medianSeconds?: number;
  /** Pauses that were taken out, seconds in all. */
  pausedSeconds: number;
  /** Answers that were given without the aid that the arm has, since there was none for the film. */
  aidFailed: number;
  lastAnsweredAt?: string;
}

/** How far every reader is in every arm. It says nothing of what was answered. */
export function progressOf(plan: StudyPlan, answers: readonly Answer[]): Progress[] {
  return plan.readers.flatMap(reader => {
    const order = readingOrder(plan, reader).filter(({ practice }) => !practice);
    const own = answers.filter(answer => answer.reader === reader && !answer.practice);
    return plan.arms.map(({ id: arm }) => {
      const readings = order.filter(reading => reading.arm === arm);
      const given = own.filter(answer => answer.arm === arm);
      const keys = new Set(given.map(({ key }) => key));
      const last = given
        .map(({ answeredAt }) => answeredAt)
        .sort()
        .at(-1);
      return {
        reader,
        arm,
        answered: readings.filter(({ key }) => keys.has(key)).length,
        of: readings.length,
        missing: readings.flatMap(({ key, case: id }) => (keys.has(key) ? [] : [id])).sort(),
        ...(given.length > 0 ? { medianSeconds: median(given.map(({ seconds }) => seconds)) } : {}),
        pausedSeconds: sum(given.flatMap(({ pauses }) => pauses.map(({ seconds }) => seconds))),
        aidFailed: given.filter(({ aid }) => aid === 'failed').length,
        ...(last ? { lastAnsweredAt: last } : {}),
      };
    });
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
