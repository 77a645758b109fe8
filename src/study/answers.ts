import * as z from 'zod';
import { dicomUid, onScale, studyCode, type Scale, type StudyPlan } from './plan';
import type { StudyTable } from './ratings';
import { readingOrder, type Reading } from './reading-order';

// Bounds keep what is stored small and what is computed of it finite. Nothing that the form gives comes near them.

/** Far beyond the edge of any film, pixels. */
const pixels = z.number().min(-1e5).max(1e5);
/** A year. */
const longest = 366 * 86_400;
const seconds = z.number().max(longest);
/** A time of the calendar, in UTC. */
export const moment = z.iso.datetime().max(40);

const box = z.strictObject({
  /** Left, top and size in pixels of the film. */
  x: pixels,
  y: pixels,
  width: pixels.positive(),
  height: pixels.positive(),
  confidence: z.number(),
});

const pause = z.strictObject({
  /** Another tab was in front; nobody moved anything; the reader asked for it; the tab was closed; the viewer showed something else. */
  reason: z.enum(['hidden', 'idle', 'asked', 'closed', 'away']),
  /** Seconds of reading before it. */
  at: seconds.min(0),
  seconds: seconds.min(0),
});

/** Schema of one answer, as it is kept in the browser and sent. */
export const answerSchema = z.strictObject({
  format: z.literal('explain-study-answer/1'),
  study: studyCode,
  reader: studyCode,
  /** Key of the reading. */
  key: z.string().max(120),
  session: z.int().min(0),
  arm: studyCode,
  case: studyCode,
  practice: z.boolean(),
  /** SOP Instance UID of the film on display. */
  sopInstanceUid: dicomUid,
  rating: z.number(),
  confidence: z.number().optional(),
  boxes: z.array(box).max(20),
  /** What was on display besides the film: nothing, the arm's aid, or the message that there is none for this film. */
  aid: z.enum(['none', 'shown', 'failed']),
  /** The classifier's answer, where the aid was shown. */
  model: z
    .strictObject({
      id: z.string().max(64),
      version: z.string().max(64),
      score: z.number(),
      positive: z.literal([0, 1]),
    })
    .optional(),
  shownAt: moment,
  answeredAt: moment,
  /** From display to answer, without pauses. */
  seconds: seconds.positive(),
  /** What was taken out. */
  pauses: z.array(pause).max(2000),
  /** Version of this software. */
  software: z.string().max(64),
});

export type Answer = z.infer<typeof answerSchema>;
export type Pause = z.infer<typeof pause>;

/** What a reader has said so far of a case. */
export interface Draft {
  rating?: number;
  confidence?: number;
  boxes: readonly { x: number; y: number; width: number; height: number; confidence?: number }[];
}

/** What a draft lacks before it may be given as an answer. */
export type Lack = 'rating' | 'confidence' | 'box' | 'box-confidence' | 'too-many-boxes';

/** What a draft still lacks: an answer that is not complete is not taken. */
export function lacksOf(plan: Pick<StudyPlan, 'rating' | 'confidence' | 'boxes'>, draft: Draft): Lack[] {
  const { rating, confidence, boxes } = draft;
  const isOn = (value: number | undefined, scale: Scale): boolean =>
    value !== undefined && onScale(value, scale);
  const lacks: Lack[] = [];
  if (!isOn(rating, plan.rating)) lacks.push('rating');
  if (plan.confidence && !isOn(confidence, plan.confidence)) lacks.push('confidence');
  const { most = 0, neededFrom } = plan.boxes ?? {};
  if (boxes.length > most) lacks.push('too-many-boxes');
  if (boxes.some(each => !isOn(each.confidence, plan.rating))) lacks.push('box-confidence');
  if (neededFrom !== undefined && rating !== undefined && rating >= neededFrom && boxes.length === 0)
    lacks.push('box');
  return lacks;
}

/**
 * What is wrong with an answer to a reading, in words; nothing where it is complete. An answer that is not complete is not
 * taken (forced answers).
 */
export function answerProblems(plan: StudyPlan, reading: Reading, answer: Answer): string[] {
  const problems: string[] = [];
  if (
    answer.key !== reading.key ||
    answer.arm !== reading.arm ||
    answer.case !== reading.case ||
    answer.session !== reading.session ||
    answer.practice !== reading.practice
  ) {
    problems.push('The answer belongs to another reading.');
  }
  if (!plan.confidence && answer.confidence !== undefined)
    problems.push('The study does not ask for a confidence.');
  problems.push(...lacksOf(plan, answer).map(lack => inWords[lack]));
  const film = plan.cases.find(({ id }) => id === reading.case)?.sopInstanceUid;
  if (film !== undefined && film !== answer.sopInstanceUid)
    problems.push('The film is not that of the case.');
  problems.push(...aidProblems(plan, reading, answer), ...timeProblems(answer));
  return problems;
}

/** What was shown must be what the arm shows. */
function aidProblems(plan: StudyPlan, { arm }: Reading, { aid, model }: Answer): string[] {
  const isAided = plan.arms.some(({ id, aid: own }) => id === arm && own !== null);
  if (!isAided && (aid !== 'none' || model)) return ['The arm shows the film alone, the answer says more.'];
  if (isAided && aid === 'none') return ['The arm shows more than the film, the answer says it did not.'];
  if (isAided && (aid === 'shown') !== (model !== undefined))
    return ['The model’s answer belongs to an aid that was shown, and to that alone.'];
  return [];
}

/** By so much the clock of the wall may be set while a case is read, seconds. */
const clockPlay = 120;

function timeProblems({ shownAt, answeredAt, seconds, pauses }: Answer): string[] {
  const passed = (Date.parse(answeredAt) - Date.parse(shownAt)) / 1000;
  const counted = pauses.reduce((sum, each) => sum + each.seconds, seconds);
  if (passed < -clockPlay) return ['It was answered before it was shown.'];
  return counted > passed + clockPlay ? ['Between display and answer lies less time than was counted.'] : [];
}

/**
 * What is wrong with an answer by the plan alone, in words: also that the plan has no such reader or reading. Every answer passes
 * here before it counts, whichever way it came.
 */
export function problemsByPlan(plan: StudyPlan, answer: Answer): string[] {
  if (answer.study !== plan.id) return [`It is of the study ${answer.study}, not of ${plan.id}.`];
  if (!plan.readers.includes(answer.reader)) return ['The study has no such reader.'];
  const reading = readingOrder(plan, answer.reader).find(({ key }) => key === answer.key);
  return reading ? answerProblems(plan, reading, answer) : ['The reader has no such reading.'];
}

const inWords: Record<Lack, string> = {
  rating: 'The rating is missing or not on its scale.',
  confidence: 'The confidence is missing or not on its scale.',
  box: 'A rating like this needs a box.',
  'box-confidence': 'The confidence of a box is missing or not on its scale.',
  'too-many-boxes': 'There are more boxes than the study takes.',
};

/** What is known of a case besides the readers' answers. */
export interface CaseTruth {
  truth: 0 | 1;
  /** The classifier's answer; without it, the one that the readers were shown. */
  model?: 0 | 1;
}

/**
 * The tables that `explain study analyse` reads. Practice cases are left out; of two answers to one reading the first in the
 * order given counts (it was locked). What an answer itself says of its time does not.
 *
 * @throws RangeError when the truth of an answered case is not given
 */
export function answerTables(
  plan: StudyPlan,
  answers: readonly Answer[],
  truths: ReadonlyMap<string, CaseTruth>,
): { ratings: StudyTable; marks: StudyTable } {
  const first = new Map<string, Answer>();
  for (const answer of answers) {
    const key = `${answer.reader}/${answer.key}`;
    if (!answer.practice && !first.has(key)) first.set(key, answer);
  }
  // The reference arm comes first, as in the plan.
  const arms = plan.arms.map(({ id }) => id);
  const kept = [...first.values()].sort((a, b) => arms.indexOf(a.arm) - arms.indexOf(b.arm));
  const said = modelAnswers(kept);
  const modelOf = (id: string): 0 | 1 | undefined => truths.get(id)?.model ?? said.get(id);
  const withModel = kept.some(({ case: id }) => modelOf(id) !== undefined);
  const ratings = kept.map(answer => {
    const known = truths.get(answer.case);
    if (!known) throw new RangeError(`The truth of case ${answer.case} is not given.`);
    const model = modelOf(answer.case);
    return {
      reader: answer.reader,
      arm: answer.arm,
      case: answer.case,
      truth: String(known.truth),
      rating: String(answer.rating),
      ...(plan.confidence ? { confidence: String(answer.confidence ?? '') } : {}),
      seconds: String(answer.seconds),
      ...(withModel ? { model: String(model ?? '') } : {}),
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

/** The classifier's answers that readers were shown; none for a case of which different ones were. */
function modelAnswers(answers: readonly Answer[]): Map<string, 0 | 1> {
  const said = new Map<string, Set<0 | 1>>();
  for (const { case: id, model } of answers) {
    if (model) said.set(id, (said.get(id) ?? new Set<0 | 1>()).add(model.positive));
  }
  return new Map([...said].flatMap(([id, all]) => (all.size === 1 ? [[id, [...all][0]] as const] : [])));
}

function table(name: string, rows: Record<string, string>[], columns: readonly string[]): StudyTable {
  return {
    name,
    header: rows.length > 0 ? Object.keys(rows[0]) : columns,
    rows,
    lines: rows.map((_, i) => i + 2),
  };
}
