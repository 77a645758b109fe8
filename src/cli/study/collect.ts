import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { sourceAttributes } from '../../dicom/results';
import { readingText } from '../../dicom/results/reading-report';
import { folderReader } from '../../io/folder-reader';
import { readRegularFile } from '../../io/read-file';
import { readGivenUtf8 } from '../../io/read-given-file';
import { writeAtomically } from '../../io/write-file';
import { answerTables, problemsByPlan, type Answer, type CaseTruth } from '../../study/answers';
import { idOf } from '../../study/delivery';
import { csv } from '../../study/exports/text';
import { parseStudyPlan, type StudyPlan } from '../../study/plan';
import { progressOf } from '../../study/progress';
import type { StudyTable } from '../../study/ratings';
import { parseAnswers } from '../../viewer/study/answer-log';
import { parseStudyTable } from './table';

interface CollectOptions {
  truth: string;
  out: string;
  keepFirst?: boolean;
  leaveOutFaulty?: boolean;
}

/** Adds `explain study collect`. */
export function registerCollect(group: Command): void {
  group
    .command('collect')
    .description('Join answers from study mode with the truth, as the tables that "analyse" reads')
    .argument('<study.json>', 'the study file')
    .argument(
      '<answers...>',
      'answers.jsonl of a study folder, downloads of readers, or DICOM files and folders of them; what is given first goes before',
    )
    .requiredOption('--truth <file>', 'CSV with the columns case, truth (0 or 1) and, optionally, model')
    .option('--out <folder>', 'folder of ratings.csv and marks.csv', 'collected')
    .option(
      '--keep-first',
      'where two answers to one reading differ, keep the one of the file given first, and in a file of the line that stands first',
    )
    .option('--leave-out-faulty', 'leave out answers that the study file does not allow, instead of an error')
    .action((file: string, answers: string[], options: CollectOptions) => collect(file, answers, options));
}

async function collect(file: string, files: string[], options: CollectOptions): Promise<void> {
  const { truth, out } = options;
  const plan = parseStudyPlan(await readGivenUtf8(file));
  const truths = truthsIn(parseStudyTable(await readGivenUtf8(truth), truth));
  const found: FoundAnswer[] = [];
  for (const each of files) {
    const { answers, damaged, isCut } = parseAnswers(await answersIn(each));
    if (damaged > 0 || isCut) {
      warn(`${each}: ${damaged + Number(isCut)} lines hold no whole answer and are left out.`);
    }
    found.push(...answers.map(({ answer }) => ({ answer, file: each })));
  }
  const own = found.filter(({ answer }) => answer.study === plan.id);
  const others = found.length - own.length;
  if (others > 0) warn(`${others} answers are of another study and are left out.`);
  const answers = firstOfEach(
    allowed(plan, own, options.leaveOutFaulty === true),
    options.keepFirst === true,
  );
  const { ratings, marks } = answerTables(plan, answers, truths);
  await writeAtomically(path.join(out, 'ratings.csv'), textOf(ratings));
  await writeAtomically(path.join(out, 'marks.csv'), textOf(marks));
  const missing = progressOf(plan, answers).reduce((sum, each) => sum + each.missing.length, 0);
  process.stdout.write(
    `${ratings.rows.length} answers, ${marks.rows.length} boxes; ${missing} readings are not answered. ` +
      `Written to ${out}: ratings.csv, marks.csv\n`,
  );
}

interface FoundAnswer {
  answer: Answer;
  file: string;
}

/**
 * The answers that the plan allows.
 *
 * @throws Error naming those that it does not, unless they are to be left out
 */
function allowed(plan: StudyPlan, found: readonly FoundAnswer[], leaveOut: boolean): FoundAnswer[] {
  const faults = new Map<FoundAnswer, string>();
  for (const each of found) {
    const problems = problemsByPlan(plan, each.answer);
    if (problems.length > 0) faults.set(each, `${nameOf(each)}: ${problems.join(' ')}`);
  }
  tellFaults([...faults.values()], leaveOut, 'left out', '--leave-out-faulty leaves them out');
  return found.filter(each => !faults.has(each));
}

/**
 * One answer to each reading, in the order given: a server writes answers in the order in which it took them. What an answer says
 * of its own time does not count, since it is the reader's browser that says so.
 *
 * @throws Error naming readings with answers that differ, unless the first are to be kept
 */
function firstOfEach(found: readonly FoundAnswer[], keepFirst: boolean): Answer[] {
  const first = new Map<string, FoundAnswer>();
  const differing: string[] = [];
  for (const each of found) {
    const id = idOf(each.answer);
    const before = first.get(id);
    if (!before) first.set(id, each);
    else if (JSON.stringify(before.answer) !== JSON.stringify(each.answer))
      differing.push(`${nameOf(each)}: differs from the answer in ${before.file}`);
  }
  tellFaults(
    differing,
    keepFirst,
    'not taken, the first counts',
    '--keep-first takes the one of the file given first (the server’s answers.jsonl before downloads)',
  );
  return [...first.values()].map(({ answer }) => answer);
}

function nameOf({ answer: { reader, key }, file }: FoundAnswer): string {
  return `${file}: reader ${reader}, ${key}`;
}

/** @throws Error that names all, where they are not accepted */
function tellFaults(faults: readonly string[], accepted: boolean, done: string, way: string): void {
  if (faults.length === 0) return;
  if (!accepted) throw new Error([...faults, `Nothing was written: ${way}.`].join('\n'));
  for (const fault of faults) warn(`${fault} (${done})`);
}

function warn(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** @throws Error naming the line that is wrong */
function truthsIn(table: StudyTable): Map<string, CaseTruth> {
  const truths = new Map<string, CaseTruth>();
  table.rows.forEach((row, i) => {
    const wrong = (why: string): Error => new Error(`${table.name}, line ${table.lines[i]}: ${why}`);
    const { case: id = '', truth = '', model = '' } = row;
    if (id === '') throw wrong('case is empty');
    if (truth !== '0' && truth !== '1') throw wrong(`the truth of ${id} is "${truth}"; it must be 0 or 1`);
    if (model !== '' && model !== '0' && model !== '1') throw wrong(`model is "${model}"; it must be 0 or 1`);
    if (truths.has(id)) throw wrong(`${id} is there twice`);
    truths.set(id, {
      truth: Number(truth) as 0 | 1,
      ...(model !== '' && { model: Number(model) as 0 | 1 }),
    });
  });
  return truths;
}

function textOf({ header, rows }: StudyTable): string {
  return csv([[...header], ...rows.map(row => header.map(name => row[name] ?? ''))]);
}

/** Lines of a file of answers; of a DICOM file, or all those in a folder, the answers that are stored in them. */
async function answersIn(place: string): Promise<string> {
  const isFolder = (await stat(place).catch(() => undefined))?.isDirectory();
  if (!isFolder && !isDicomName(place)) return readGivenUtf8(place);
  const names = isFolder ? await dicomNames(place) : [path.basename(place)];
  const readBytes = isFolder ? folderReader(place) : () => readRegularFile(place);
  const lines: string[] = [];
  for (const name of names) {
    const bytes = await readBytes(name).catch((error: Error) => {
      if (!isFolder) throw error;
      warn(`${error.message} It is left out.`);
      return undefined;
    });
    // What is no reading is left aside: the films themselves, and what is no DICOM.
    const text = bytes && storedReading(bytes);
    if (text !== undefined) lines.push(`${text}\n`);
  }
  return lines.join('');
}

/** Paths of DICOM files below a folder and its subfolders, sorted. Links to folders are not followed: they could run in circles. */
async function dicomNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter(entry => !entry.isDirectory() && isDicomName(entry.name))
    .map(entry => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

function isDicomName(name: string): boolean {
  return /\.dcm$/i.test(name);
}

function storedReading(bytes: Uint8Array): string | undefined {
  try {
    return readingText(sourceAttributes(bytes));
  } catch {
    return undefined;
  }
}
