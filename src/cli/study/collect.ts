import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { sourceAttributes } from '../../dicom/results';
import { readingText } from '../../dicom/results/reading-report';
import { writeAtomically } from '../../io/write-file';
import { answerTables, type Answer, type CaseTruth } from '../../study/answers';
import { idOf } from '../../study/delivery';
import { csv } from '../../study/exports/text';
import { parseStudyPlan } from '../../study/plan';
import { progressOf } from '../../study/progress';
import type { StudyTable } from '../../study/ratings';
import { parseAnswers } from '../../viewer/study/answer-log';
import { parseStudyTable } from './table';

interface CollectOptions {
  truth: string;
  out: string;
}

/** Adds `explain study collect`. */
export function registerCollect(group: Command): void {
  group
    .command('collect')
    .description('Join answers from study mode with the truth, as the tables that "analyse" reads')
    .argument('<study.json>', 'the study file')
    .argument(
      '<answers...>',
      'answers.jsonl of a study folder, downloads of readers, or DICOM files and folders of them',
    )
    .requiredOption('--truth <file>', 'CSV with the columns case, truth (0 or 1) and, optionally, model')
    .option('--out <folder>', 'folder of ratings.csv and marks.csv', 'collected')
    .action((file: string, answers: string[], options: CollectOptions) => collect(file, answers, options));
}

async function collect(file: string, files: string[], { truth, out }: CollectOptions): Promise<void> {
  const plan = parseStudyPlan(await read(file));
  const truths = truthsIn(parseStudyTable(await read(truth), truth));
  const answers = new Map<string, Answer>();
  let others = 0;
  for (const each of files) {
    const { answers: found, damaged, isCut } = parseAnswers(await answersIn(each));
    if (damaged > 0 || isCut) {
      process.stderr.write(
        `${each}: ${damaged + Number(isCut)} lines hold no whole answer and are left out.\n`,
      );
    }
    for (const { answer } of found) {
      if (answer.study !== plan.id) {
        others += 1;
        continue;
      }
      const before = answers.get(idOf(answer));
      if (before && JSON.stringify(before) !== JSON.stringify(answer)) {
        process.stderr.write(
          `${each}: reader ${answer.reader}, ${answer.key} was answered twice; the first counts.\n`,
        );
      }
      if (!before || answer.answeredAt < before.answeredAt) answers.set(idOf(answer), answer);
    }
  }
  if (others > 0) process.stderr.write(`${others} answers are of another study and are left out.\n`);
  const { ratings, marks } = answerTables(plan, [...answers.values()], truths);
  await writeAtomically(path.join(out, 'ratings.csv'), textOf(ratings));
  await writeAtomically(path.join(out, 'marks.csv'), textOf(marks));
  const missing = progressOf(plan, [...answers.values()]).reduce((sum, each) => sum + each.missing.length, 0);
  process.stdout.write(
    `${ratings.rows.length} answers, ${marks.rows.length} boxes; ${missing} readings are not answered. ` +
      `Written to ${out}: ratings.csv, marks.csv\n`,
  );
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
  if (!isFolder && !/\.dcm$/i.test(place)) return read(place);
  const names = isFolder ? await readdir(place, { recursive: true }) : [''];
  const lines: string[] = [];
  for (const name of names.sort()) {
    const file = path.join(place, name);
    if (isFolder && !/\.dcm$/i.test(name)) continue;
    // What is no reading is left aside: the films themselves, and what is no DICOM.
    const text = await readFile(file).then(storedReading, () => undefined);
    if (text !== undefined) lines.push(`${text}\n`);
  }
  return lines.join('');
}

function storedReading(bytes: Uint8Array): string | undefined {
  try {
    return readingText(sourceAttributes(bytes));
  } catch {
    return undefined;
  }
}

function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: Error) => {
    throw new Error(`${file} cannot be read: ${error.message}`);
  });
}
