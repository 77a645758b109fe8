import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseStudyPlan, type StudyPlan } from '../../study/plan';
import { AnswerLog } from './answer-log';
import { openReaderKeys, type ReaderKeys } from './reader-keys';

/** A folder that a reader study is run from: its study file, and the answers that are added to it. */
export interface StudyFolder {
  plan: StudyPlan;
  log: AnswerLog;
  /** By code: what each reader proves to be that one by. */
  keys: ReaderKeys;
}

/** Names within the folder. */
const studyFiles = { plan: 'study.json', answers: 'answers.jsonl', keys: 'keys.json' } as const;

/** @throws Error that says what to do where the study file is missing or wrong */
export async function openStudyFolder(folder: string): Promise<StudyFolder> {
  const file = path.join(folder, studyFiles.plan);
  if (!existsSync(file)) {
    throw new Error(
      `${file} is not there: a study folder holds a study file (explain study make writes one).`,
    );
  }
  const plan = parseStudyPlan(readFileSync(file, 'utf8'));
  return {
    plan,
    keys: await openReaderKeys(path.join(folder, studyFiles.keys), plan.readers),
    log: new AnswerLog(path.join(folder, studyFiles.answers)),
  };
}
