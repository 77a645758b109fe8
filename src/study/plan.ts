import * as z from 'zod';

/** Lower-case letters, digits and hyphens: what may stand in a table, an address and a file name. */
export const studyCode = z
  .string()
  .max(32)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case letters, digits and single hyphens: a code, not a name');

/** A DICOM UID. */
export const dicomUid = z
  .string()
  .max(64)
  .regex(/^[0-9]+(\.[0-9]+)+$/, 'a DICOM UID');

/** What a reader answers on: whole points with a word each, or 0 to 100. */
const scale = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('points'),
    /** Words of the points 1, 2, …, the surest of disease (or of the answer) last. */
    labels: z.array(z.string().min(1)).min(2).max(11),
  }),
  z.strictObject({
    kind: z.literal('percent'),
    /** Words at 0 and at 100. */
    ends: z.tuple([z.string().min(1), z.string().min(1)]),
  }),
]);

const aid = z.strictObject({
  /** Id of an explanation method, with its generator where the model has several. */
  method: studyCode,
  generator: studyCode.optional(),
  /** Random transforms that the map is averaged over; 0 for one pass. */
  augment: z.int().min(0).max(100),
  /** Whether the classifier's score is shown with the map; what it decided always is, since the map is read by it. */
  score: z.boolean().default(true),
  /** Whether the generated images may be looked at, by the key that shows them. */
  images: z.boolean().default(false),
});

const arm = z.strictObject({
  /** Name in the tables of results. Readers are shown `label`, or a letter. */
  id: studyCode,
  label: z.string().min(1),
  /** Null: the film alone. */
  aid: aid.nullable(),
});

const design = z.discriminatedUnion('kind', [
  /** Every case once, in the one arm. */
  z.strictObject({ kind: z.literal('single') }),
  /** Every case without the aid; the answer is locked, then the aid is shown and the case answered again. */
  z.strictObject({ kind: z.literal('sequential') }),
  /** Every case in every arm, in sessions apart. */
  z.strictObject({
    kind: z.literal('crossover'),
    /** Days from the last answer of a session to the first of the next. */
    washoutDays: z.number().min(0).max(365),
    /** One arm a session, or all arms in every session, on other cases each time. */
    sessions: z.enum(['one-arm', 'mixed']),
  }),
]);

const planCase = z.strictObject({
  id: studyCode,
  studyInstanceUid: dicomUid,
  seriesInstanceUid: dicomUid.optional(),
  sopInstanceUid: dicomUid.optional(),
  /** Read first, shown with no result, left out of the analysis. */
  practice: z.boolean().default(false),
});

const planSchema = z.strictObject({
  format: z.literal('explain-study-plan/1'),
  id: studyCode,
  title: z.string().min(1),
  /** What is asked of every case. */
  question: z.string().min(1),
  /** Fixes all orders: the same plan gives the same order on every machine. */
  seed: z.int().min(0),
  /** Codes of the readers. Who they are is not for this file. */
  readers: z.array(studyCode).min(1),
  /**
   * The cases, without their truth: this file goes to the readers' browsers. The truth joins the answers when they are
   * analysed (`ratingsTable`).
   */
  cases: z.array(planCase).min(1),
  /** The first is the reference of the analysis. */
  arms: z.array(arm).min(1).max(6),
  design,
  /** Aided arms are shown as A, B, C in an order drawn for each reader. */
  blindAids: z.boolean().default(false),
  rating: scale,
  /** How sure the reader is of the answer; absent: not asked. */
  confidence: scale.optional(),
  /** Boxes, each with a confidence on the rating's scale; absent: none are drawn. */
  boxes: z
    .strictObject({
      most: z.int().min(1).max(20),
      /** A rating of this or more is not taken without a box. */
      neededFrom: z.number().optional(),
    })
    .optional(),
  /** Seconds without a movement after which the clock of a case stands still. */
  pauseAfterSeconds: z.number().min(5).max(3600).default(60),
});

/** Schema of the file that a reader study runs on. */
const studyPlanSchema = planSchema.superRefine((plan, context) => {
  const wrong = (path: (string | number)[], message: string): void => {
    context.addIssue({ code: 'custom', path, message });
  };
  const unique = (path: string, names: readonly string[]): void => {
    names.forEach((name, i) => {
      if (names.indexOf(name) !== i) wrong([path, i], `"${name}" is there already`);
    });
  };
  unique('readers', plan.readers);
  unique(
    'cases',
    plan.cases.map(({ id }) => id),
  );
  unique(
    'arms',
    plan.arms.map(({ id }) => id),
  );
  if (plan.cases.every(({ practice }) => practice)) wrong(['cases'], 'all cases are practice cases');
  const { kind } = plan.design;
  if (kind === 'single' && plan.arms.length !== 1) wrong(['arms'], 'a single design has one arm');
  if (kind === 'crossover' && plan.arms.length < 2) wrong(['arms'], 'a crossover needs two arms or more');
  if (kind === 'sequential') {
    const [first, second, ...more] = plan.arms;
    if (more.length > 0 || first.aid !== null || !second?.aid) {
      wrong(['arms'], 'a sequential design has two arms, the first without an aid and the second with one');
    }
  }
  if (plan.blindAids && plan.arms.filter(each => each.aid).length < 2) {
    wrong(['blindAids'], 'with fewer than two aided arms there is nothing to blind');
  }
});

export type StudyPlan = z.infer<typeof studyPlanSchema>;
export type Scale = StudyPlan['rating'];

/**
 * Checks the text of a study file.
 *
 * @throws Error naming each field that is wrong
 */
export function parseStudyPlan(text: string): StudyPlan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`The study file is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
  const result = studyPlanSchema.safeParse(value);
  if (!result.success) throw new Error(`The study file is refused:\n${z.prettifyError(result.error)}`);
  return result.data;
}

/** Whether a value lies on a scale. */
export function onScale(value: number, on: Scale): boolean {
  const [least, most] = on.kind === 'points' ? [1, on.labels.length] : [0, 100];
  return Number.isInteger(value) && value >= least && value <= most;
}
