import { InvalidArgumentError, type Command } from 'commander';
import { decimalOf } from '../../io/options';
import { readGivenUtf8 } from '../../io/read-given-file';
import { studyCode } from '../../study/plan';
import { readMarks, type HitRule, type JudgedMarks } from '../../study/marks';
import { readRatings, type StudyData, type StudyTable } from '../../study/ratings';
import { parseStudyTable } from './table';

/** Options of every command that reads a study. */
export interface StudyInputOptions {
  marks?: string;
  lesions?: string;
  hit: HitRule;
  reference?: string;
  dropIncomplete?: boolean;
}

/** A study as read from its files. */
export interface StudyInput {
  data: StudyData;
  marks?: JudgedMarks;
}

export function addStudyInput(command: Command): Command {
  return command
    .argument('<ratings.csv>', 'one row a reader, arm and case: docs/study.md names the columns')
    .option('--marks <file>', 'marks with a confidence each (CSV), with --lesions')
    .option('--lesions <file>', 'the true lesions (CSV)')
    .option(
      '--hit <rule>',
      'a mark hits a lesion whose box holds its centre ("centre"), or that it overlaps ("iou:0.5")',
      hitRule,
      'centre' as HitRule,
    )
    .option('--reference <arm>', 'arm that the others are compared with (default: the first of the file)')
    .option('--drop-incomplete', 'leave out cases that were not read by everybody in every arm');
}

/** @throws Error when a file cannot be read; StudyDataError when it holds something wrong */
export async function readStudy(file: string, options: StudyInputOptions): Promise<StudyInput> {
  if ((options.marks === undefined) !== (options.lesions === undefined)) {
    throw new Error('--marks and --lesions are given together, or not at all.');
  }
  const data = readRatings(await readTable(file), options);
  if (options.marks === undefined) return { data };
  const [marks, lesions] = await Promise.all([readTable(options.marks), readTable(options.lesions!)]);
  return { data, marks: readMarks(data, marks, lesions, options.hit) };
}

async function readTable(file: string): Promise<StudyTable> {
  return parseStudyTable(await readGivenUtf8(file), file);
}

function hitRule(text: string): HitRule {
  if (text === 'centre') return text;
  const iou = decimalOf(/^iou:(.+)$/.exec(text)?.[1] ?? '');
  if (!(iou > 0 && iou <= 1))
    throw new InvalidArgumentError('It must be "centre", or "iou:" and a number up to 1.');
  return { iou };
}

/** A finite number. */
export function finite(text: string): number {
  const value = decimalOf(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

/** Readers and cases of a study that is planned or drawn, which is in memory as a whole. */
export const mostReaders = 500;
export const mostCases = 10_000;

/** A whole number of `least` or more, and of what is kept for each, of `most` or less. */
export function atLeast(least: number, most = Infinity): (text: string) => number {
  return text => {
    const value = finite(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(
        most === Infinity
          ? `It must be a whole number of ${least} or more.`
          : `It must be a whole number of ${least} to ${most}.`,
      );
    }
    return value;
  };
}

/** A number above 0 and below 1. */
export function fraction(text: string): number {
  const value = finite(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('It must lie between 0 and 1.');
  return value;
}

/** A code of letters, digits and few signs, as study files have them. */
export function code(text: string): string {
  const { success, error } = studyCode.safeParse(text);
  if (!success) throw new InvalidArgumentError(`It must be ${error.issues[0].message}.`);
  return text;
}
