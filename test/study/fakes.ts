import { createHash } from 'node:crypto';
import type { Answer } from '../../src/study/answers';
import type { AnswerStore, KeptAnswer } from '../../src/study/delivery';
import { parseStudyPlan, type StudyPlan } from '../../src/study/plan';
import type { Reading } from '../../src/study/reading-order';

/** A small crossover: two readers, three cases and one for practice, 5 points, boxes. */
export function smallPlan(change: Record<string, unknown> = {}): StudyPlan {
  return parseStudyPlan(
    JSON.stringify({
      format: 'explain-study-plan/1',
      id: 'small',
      title: 'Do <maps> help?',
      question: 'Is there an opacity?',
      seed: 3,
      readers: ['r1', 'r2'],
      cases: ['p1', 'c1', 'c2', 'c3'].map((id, i) => ({
        id,
        studyInstanceUid: `1.2.3.${i}`,
        practice: i === 0,
      })),
      arms: [
        { id: 'film', label: 'Film', aid: null },
        { id: 'map', label: 'Film and map', aid: { method: 'evidence-change', augment: 0 } },
      ],
      design: { kind: 'crossover', washoutDays: 0, sessions: 'one-arm' },
      rating: { kind: 'points', labels: ['no', 'rather no', 'unsure', 'rather yes', 'yes'] },
      boxes: { most: 2 },
      ...change,
    }),
  );
}

export function answerTo(
  plan: StudyPlan,
  reader: string,
  reading: Reading,
  change: Partial<Answer> = {},
): Answer {
  return {
    format: 'explain-study-answer/1',
    study: plan.id,
    reader,
    key: reading.key,
    session: reading.session,
    arm: reading.arm,
    case: reading.case,
    practice: reading.practice,
    sopInstanceUid: '1.2.3.4',
    rating: 4,
    boxes: [],
    ...(plan.arms.find(({ id }) => id === reading.arm)?.aid
      ? { aid: 'shown', model: { id: 'm', version: '1.0.0', score: 0.7, positive: 1 } }
      : { aid: 'none' }),
    shownAt: '2026-01-01T12:00:00.000Z',
    answeredAt: '2026-01-01T12:00:10.000Z',
    seconds: 10,
    pauses: [],
    software: '0.0.0',
    ...change,
  };
}

/** By Node's own implementation, beside the one in the product. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Keeps answers as the browser's database does: what was put is there again after a restart. */
export class MemoryStore implements AnswerStore {
  readonly kept = new Map<string, KeptAnswer>();

  async all(study: string): Promise<KeptAnswer[]> {
    return [...this.kept.values()].filter(({ answer }) => answer.study === study);
  }

  async put(kept: KeptAnswer): Promise<void> {
    this.kept.set(kept.id, kept);
  }
}
