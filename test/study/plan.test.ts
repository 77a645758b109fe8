import { describe, expect, it } from 'vitest';
import { analyseAreas } from '../../src/study/figures';
import { answerProblems, answerSchema, answerTables, lacksOf, type Answer } from '../../src/study/answers';
import { progressOf } from '../../src/study/progress';
import { nextStep } from '../../src/study/next-step';
import { onScale, parseStudyPlan, type StudyPlan } from '../../src/study/plan';
import { readRatings } from '../../src/study/ratings';
import {
  nextReading,
  readingOrder,
  sessionOpens,
  shownLabels,
  williamsSequences,
  type Reading,
} from '../../src/study/reading-order';

const map = (method: string) => ({ method, augment: 0 });

/** A crossover of film alone against one map: six readers, twelve cases, two for practice. */
const crossover = {
  format: 'explain-study-plan/1',
  id: 'maps-2026',
  title: 'Do maps help?',
  question: 'Is there an opacity suspicious of pneumonia?',
  seed: 7,
  readers: ['r1', 'r2', 'r3', 'r4', 'r5', 'r6'],
  cases: Array.from({ length: 14 }, (_, c) => ({
    id: `c${c}`,
    studyInstanceUid: `1.2.3.${c}`,
    practice: c < 2,
  })),
  arms: [
    { id: 'film', label: 'Film', aid: null as ReturnType<typeof map> | null },
    { id: 'map', label: 'Film and map', aid: map('similar-adversarial') },
  ],
  design: { kind: 'crossover', washoutDays: 28, sessions: 'one-arm' } as Record<string, unknown>,
  rating: { kind: 'points', labels: ['no', 'rather no', 'unsure', 'rather yes', 'yes'] } as Record<
    string,
    unknown
  >,
  confidence: { kind: 'percent', ends: ['guessed', 'certain'] },
  boxes: { most: 3 },
};
const parse = (change: Partial<Record<keyof typeof crossover | 'blindAids', unknown>> = {}): StudyPlan =>
  parseStudyPlan(JSON.stringify({ ...crossover, ...change }));
const threeMaps = [
  crossover.arms[0],
  ...['gradcam', 'path', 'naive'].map(id => ({ id, label: id, aid: map(id) })),
];

describe('the study file', () => {
  it('is read with its defaults', () => {
    const plan = parse();
    expect(plan.pauseAfterSeconds).toBe(60);
    expect(plan.blindAids).toBe(false);
    expect(plan.cases.filter(({ practice }) => practice)).toHaveLength(2);
  });

  it.each([
    ['a name for a reader', { readers: ['Dr. Jane Doe'] }, /a code, not a name[^]*readers\[0\]/],
    ['a reader twice', { readers: ['r1', 'r1'] }, /"r1" is there already/],
    [
      'a truth in it',
      { cases: [{ id: 'c', studyInstanceUid: '1.2', truth: 1 }] },
      /Unrecognized key: "truth"/,
    ],
    [
      'practice alone',
      { cases: [{ id: 'c', studyInstanceUid: '1.2', practice: true }] },
      /all cases are practice/,
    ],
    ['no UID', { cases: [{ id: 'c', studyInstanceUid: 'film.dcm' }] }, /a DICOM UID/],
    ['one arm in a crossover', { arms: [crossover.arms[0]] }, /a crossover needs two arms/],
    [
      'sequential from the aid',
      { design: { kind: 'sequential' }, arms: [...crossover.arms].reverse() },
      /the first without an aid/,
    ],
    ['two arms in a single design', { design: { kind: 'single' } }, /a single design has one arm/],
    ['nothing to blind', { blindAids: true }, /nothing to blind/],
    ['a scale of one point', { rating: { kind: 'points', labels: ['yes'] } }, /rating/],
  ])('refuses %s', (_, change, message) => {
    expect(() => parse(change)).toThrow(message);
  });

  it('refuses what is no JSON', () => {
    expect(() => parseStudyPlan('{')).toThrow('not valid JSON');
  });

  it('has scales', () => {
    const { rating, confidence } = parse();
    expect([0, 1, 5, 6, 2.5].map(value => onScale(value, rating))).toEqual([false, true, true, false, false]);
    expect([-1, 0, 100, 101].map(value => onScale(value, confidence!))).toEqual([false, true, true, false]);
  });
});

describe('orders of reading', () => {
  const cases = (order: readonly Reading[], session: number): string[] =>
    order.filter(each => each.session === session && !each.practice).map(each => each.case);

  it('of a crossover: each arm a session, every case once in it, practice first', () => {
    const plan = parse();
    for (const reader of plan.readers) {
      const order = readingOrder(plan, reader);
      expect(order).toHaveLength(2 * 14);
      expect(new Set(order.map(({ key }) => key)).size).toBe(28);
      for (const session of [0, 1]) {
        const own = order.filter(each => each.session === session);
        expect(new Set(own.map(({ arm }) => arm)).size).toBe(1);
        expect(own.slice(0, 2).map(each => [each.case, each.practice])).toEqual([
          ['c0', true],
          ['c1', true],
        ]);
        expect(cases(order, session).sort()).toEqual(
          plan.cases
            .slice(2)
            .map(({ id }) => id)
            .sort(),
        );
      }
    }
  });

  it('half of the readers begin with each arm', () => {
    const plan = parse();
    const begins = plan.readers.map(reader => readingOrder(plan, reader)[0].arm);
    expect(begins.filter(arm => arm === 'film')).toHaveLength(3);
  });

  it('is the same for the same seed, and differs between readers, sessions and seeds', () => {
    const order = (reader: string, session: number, seed = 7): string =>
      cases(readingOrder(parse({ seed }), reader), session).join();
    expect(order('r1', 0)).toBe(order('r1', 0));
    const all = [order('r1', 0), order('r1', 1), order('r2', 0), order('r1', 0, 8)];
    expect(new Set(all).size).toBe(4);
  });

  it('is none for a reader who is not in the study', () => {
    // Drawn once: held against each answer.
    const plan = parse();
    expect(readingOrder(plan, plan.readers[0])).toBe(readingOrder(plan, plan.readers[0]));
    expect(() => readingOrder(parse(), 'r9')).toThrow('no reader "r9"');
  });

  it('of mixed sessions: every arm in each, on other cases', () => {
    const plan = parse({ design: { kind: 'crossover', washoutDays: 28, sessions: 'mixed' } });
    for (const reader of plan.readers) {
      const order = readingOrder(plan, reader).filter(({ practice }) => !practice);
      const of = (session: number, arm: string): string[] =>
        order
          .filter(each => each.session === session && each.arm === arm)
          .map(each => each.case)
          .sort();
      expect(of(0, 'film')).toHaveLength(6);
      expect(of(0, 'film')).toEqual(of(1, 'map'));
      expect(of(0, 'map')).toEqual(of(1, 'film'));
      expect(new Set(order.map(({ key }) => key)).size).toBe(24);
    }
  });

  it('of a sequential design: the film, its answer locked, then the map', () => {
    const order = readingOrder(parse({ design: { kind: 'sequential' } }), 'r1');
    for (let i = 0; i < order.length; i += 2) {
      expect(order[i].case).toBe(order[i + 1].case);
      expect([order[i].arm, order[i + 1].arm]).toEqual(['film', 'map']);
      expect(order[i].after).toBeUndefined();
      expect(order[i + 1].after).toBe(order[i].key);
    }
  });

  it.each([2, 3, 4, 5, 6])(
    'Williams’ sequences of %i arms: each in each place, and after each other, equally often',
    k => {
      const sequences = williamsSequences(k);
      const share = sequences.length / k;
      for (let place = 0; place < k; place++) {
        for (let arm = 0; arm < k; arm++) {
          expect(sequences.filter(sequence => sequence[place] === arm)).toHaveLength(share);
        }
      }
      const follows = new Map<string, number>();
      for (const sequence of sequences) {
        sequence.slice(1).forEach((arm, i) => {
          const pair = `${sequence[i]}>${arm}`;
          follows.set(pair, (follows.get(pair) ?? 0) + 1);
        });
      }
      expect(follows.size).toBe(k * (k - 1));
      expect(new Set(follows.values())).toEqual(new Set([share]));
    },
  );

  it('blinded maps are letters, of another order for other readers', () => {
    const plan = parse({ arms: threeMaps, blindAids: true });
    const labels = plan.readers.map(reader => shownLabels(plan, reader));
    for (const each of labels) {
      expect(each.film).toBe('Film');
      expect([each.gradcam, each.path, each.naive].sort()).toEqual(['A', 'B', 'C']);
    }
    expect(new Set(labels.map(each => each.gradcam)).size).toBeGreaterThan(1);
    expect(shownLabels(parse({ arms: threeMaps }), 'r1').gradcam).toBe('gradcam');
  });

  it('goes on where a tab was closed, and waits for the washout', () => {
    const plan = parse();
    const order = readingOrder(plan, 'r1');
    const answered = new Set(order.slice(0, 5).map(({ key }) => key));
    expect(nextReading(order, answered)).toBe(order[5]);
    expect(nextReading(order, new Set(order.map(({ key }) => key)))).toBeUndefined();
    const ended = new Date('2026-01-01T12:00:00Z');
    expect(sessionOpens(plan, 1, ended)).toEqual(new Date('2026-01-29T12:00:00Z'));
    expect(sessionOpens(plan, 0, undefined)).toBeUndefined();
  });
});

describe('answers', () => {
  const plan = parse();
  const truths = new Map(plan.cases.map(({ id }, c) => [id, { truth: (c % 2) as 0 | 1, model: 1 as const }]));
  const answer = (reader: string, reading: Reading, change: Partial<Answer> = {}): Answer => ({
    format: 'explain-study-answer/1',
    study: plan.id,
    reader,
    key: reading.key,
    session: reading.session,
    arm: reading.arm,
    case: reading.case,
    practice: reading.practice,
    // The map makes every reader right; without it they are right in half of the cases.
    rating: truths.get(reading.case)!.truth === 1 ? 5 : reading.arm === 'map' ? 1 : 5,
    confidence: 60,
    boxes: [{ x: 10, y: 20, width: 30, height: 40, confidence: 4 }],
    sopInstanceUid: '1.2.3.4',
    aid: reading.arm === 'map' ? 'shown' : 'none',
    shownAt: '2026-01-01T11:59:00Z',
    answeredAt: '2026-01-01T12:00:00Z',
    seconds: 12.5,
    pauses: [],
    software: '0.0.0',
    ...change,
  });
  const order = readingOrder(plan, 'r1');

  it('that are not complete are not taken', () => {
    const [, , reading] = order;
    answerSchema.parse(answer('r1', reading));
    const problems = (change: Partial<Answer>) =>
      answerProblems(plan, reading, answer('r1', reading, change));
    expect(problems({})).toEqual([]);
    expect(problems({ rating: 0 })).toEqual(['The rating is missing or not on its scale.']);
    expect(problems({ confidence: undefined })).toEqual(['The confidence is missing or not on its scale.']);
    expect(problems({ case: 'other' })).toEqual(['The answer belongs to another reading.']);
    const [box] = answer('r1', reading).boxes;
    expect(problems({ boxes: [box, box, box, box] })).toEqual(['There are more boxes than the study takes.']);
    expect(problems({ boxes: [{ ...box, confidence: 50 }] })).toEqual([
      'The confidence of a box is missing or not on its scale.',
    ]);
  });

  it('of all readers become the tables of the analysis', () => {
    const answers = plan.readers.flatMap(reader =>
      readingOrder(plan, reader).map(each => answer(reader, each)),
    );
    const { ratings, marks } = answerTables(plan, answers, truths);
    expect(ratings.rows).toHaveLength(6 * 2 * 12);
    expect(marks.rows).toHaveLength(6 * 2 * 12);
    const data = readRatings(ratings);
    expect(data.arms).toEqual(['film', 'map']);
    expect(data.confidence![0][0][0]).toBe(60);
    expect(analyseAreas(data).means.map(({ value }) => value)).toEqual([0.5, 1]);
  });

  it('given twice count as first given, and a case without truth is refused', () => {
    const reading = order.find(({ practice }) => !practice)!;
    const twice = [
      answer('r1', reading, { rating: 4 }),
      // What the answer itself says of its time does not count: a reader could write that.
      answer('r1', reading, { rating: 2, answeredAt: '2025-01-02T12:00:00Z' }),
    ];
    expect(answerTables(plan, twice, truths).ratings.rows.map(({ rating }) => rating)).toEqual(['4']);
    expect(() => answerTables(plan, twice, new Map())).toThrow(
      `The truth of case ${reading.case} is not given`,
    );
  });

  it('take the classifier’s answer from what readers were shown, where the truth file does not give it', () => {
    const reading = order.find(({ practice, arm }) => !practice && arm === 'map')!;
    const model = (positive: 0 | 1) => ({ id: 'm', version: '1.0.0', score: 0.4, positive });
    const truth = new Map([[reading.case, { truth: 1 as const }]]);
    const tables = (...said: (0 | 1)[]) =>
      answerTables(
        plan,
        said.map((positive, i) => answer(plan.readers[i], reading, { model: model(positive) })),
        truth,
      ).ratings;
    expect(tables(1, 1).rows.map(row => row.model)).toEqual(['1', '1']);
    // Two readers were shown different answers of it: then it is not known.
    expect(tables(1, 0).header).not.toContain('model');
  });

  it('need a box where the study asks for one', () => {
    const asks = parse({ boxes: { most: 1, neededFrom: 4 } });
    expect(lacksOf(asks, { rating: 3, confidence: 1, boxes: [] })).toEqual([]);
    expect(lacksOf(asks, { rating: 4, confidence: 1, boxes: [] })).toEqual(['box']);
    expect(lacksOf(asks, { boxes: [{ x: 0, y: 0, width: 1, height: 1 }] })).toEqual([
      'rating',
      'confidence',
      'box-confidence',
    ]);
  });

  it('say how far each reader is, and not what was answered', () => {
    const pauses = [{ reason: 'idle' as const, at: 1, seconds: 30 }];
    const some = order.slice(0, 6).map((each, i) => answer('r1', each, { seconds: i + 1, pauses }));
    const all = progressOf(plan, some);
    const begun = all.find(({ answered }) => answered > 0)!;
    expect(begun).toMatchObject({
      reader: 'r1',
      arm: order[0].arm,
      answered: 4,
      of: 12,
      medianSeconds: 4.5,
      // Of practice cases too time is lost, but they are left out.
      pausedSeconds: 120,
      lastAnsweredAt: '2026-01-01T12:00:00Z',
    });
    expect(begun.missing).toHaveLength(8);
    expect(all.filter(({ answered }) => answered > 0)).toHaveLength(1);
    expect(all).toHaveLength(6 * 2);
    expect(JSON.stringify(all)).not.toContain('rating');
  });

  it('lead to what comes next: practice, case after case, the washout, the end', () => {
    const given = (count: number) => order.slice(0, count).map(each => answer('r1', each));
    const at = (count: number, now = '2026-01-10T12:00:00Z') =>
      nextStep(plan, 'r1', given(count), new Date(now));
    expect(at(0)).toMatchObject({ kind: 'read', place: 1, of: 2, sessions: 2, beginsSession: true });
    expect(at(5)).toMatchObject({ kind: 'read', reading: order[5], place: 4, of: 12, beginsSession: false });
    expect(at(14)).toEqual({ kind: 'wait', session: 1, opens: new Date('2026-01-29T12:00:00Z') });
    expect(at(14, '2026-01-29T12:00:01Z')).toMatchObject({ kind: 'read', place: 1, beginsSession: true });
    // A session that has begun goes on, whatever the clock says.
    expect(at(15)).toMatchObject({ kind: 'read', reading: order[15], place: 2, of: 2 });
    expect(at(28)).toEqual({ kind: 'done' });
  });

  it('of a sequential design: the second reading names the first, whose answer is locked', () => {
    const sequential = parse({ design: { kind: 'sequential' } });
    const [first] = readingOrder(sequential, 'r1');
    const given = [{ key: first.key, session: 0, answeredAt: '2026-01-01T12:00:00Z' }];
    expect(nextStep(sequential, 'r1', given, new Date())).toMatchObject({
      kind: 'read',
      reading: { case: first.case, arm: 'map' },
      before: first.key,
      // The same case as before, of as many as there are cases.
      place: 1,
    });
  });
});
