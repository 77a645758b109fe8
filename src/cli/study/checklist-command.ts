import { stat } from 'node:fs/promises';
import path from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { readModelCard } from '../../models/package';
import { checklistMarkdown, checklists, fillChecklist, type ChecklistId } from './checklist';
import type { EvaluationResults } from '../../evaluation/results';
import { studyAnalysisSchema, type StudyAnalysis } from '../../study/analysis';
import { writeAtomically } from '../../io/write-file';
import { folderReader } from '../../io/folder-reader';
import { refuseOverwriting } from '../../io/out-folder';
import { readGivenUtf8 } from '../../io/read-given-file';
import { nextCommand } from '../next-command';

interface ChecklistOptions {
  model: string;
  report?: string;
  study?: string;
  list: ChecklistId[];
  out?: string;
  json?: boolean;
}

/** Adds `explain study checklist`. */
export function registerChecklist(group: Command): void {
  const all = Object.keys(checklists) as ChecklistId[];
  group
    .command('checklist')
    .description('Fill CLAIM 2024, STARD(-AI) and TRIPOD+AI from a model card and reports, and name the gaps')
    .requiredOption('--model <folder>', 'model package')
    .option('--report <folder>', 'folder of explain evaluate')
    .option('--study <file>', 'analysis.json of explain study analyse')
    .option('--list <names>', `lists separated by commas: ${all.join(', ')}`, lists, all)
    .option('--out <file>', 'write there instead of printing')
    .option('--json', 'JSON instead of Markdown')
    .action((options: ChecklistOptions) => checklist(options));
}

async function checklist(options: ChecklistOptions): Promise<void> {
  // What it leaves open is filled in by hand.
  if (options.out !== undefined) await refuseOverwriting('--out', [options.out]);
  const card = await readModelCard(folderReader(options.model));
  const results = options.report === undefined ? undefined : await readResults(options.report);
  if (results && results.provenance.model.id !== card.id) {
    throw new Error(
      `The report in ${options.report} is of the model ${results.provenance.model.id}, not of ${card.id}.`,
    );
  }
  const study = options.study === undefined ? undefined : await readStudyAnalysis(options.study);
  const sources = { card, results, study };
  const text = options.json
    ? `${JSON.stringify(
        options.list.flatMap(list => fillChecklist(list, sources)),
        null,
        2,
      )}\n`
    : checklistMarkdown(options.list, sources);
  if (options.out === undefined) process.stdout.write(text);
  else await writeAtomically(options.out, text);
}

async function readResults(folder: string): Promise<EvaluationResults> {
  const folderGiven = await stat(folder).then(
    found => found.isDirectory(),
    () => false,
  );
  const results = (await readJson(
    folderGiven ? path.join(folder, 'results.json') : folder,
  )) as EvaluationResults;
  if (results.format !== 'explain-evaluation/1')
    throw new Error(`${folder} holds no evaluation (results.json).`);
  return results;
}

async function readStudyAnalysis(file: string): Promise<StudyAnalysis> {
  const parsed = studyAnalysisSchema.safeParse(await readJson(file));
  if (!parsed.success)
    throw new Error(
      `${file} is no analysis of a reader study (${nextCommand('study analyse')} --out writes one).`,
    );
  return parsed.data;
}

async function readJson(file: string): Promise<unknown> {
  const text = await readGivenUtf8(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
}

function lists(text: string): ChecklistId[] {
  const names = text.split(',').map(name => name.trim());
  const unknown = names.filter(name => !Object.hasOwn(checklists, name));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(`${unknown.join(', ')} is none of ${Object.keys(checklists).join(', ')}.`);
  }
  return names as ChecklistId[];
}
