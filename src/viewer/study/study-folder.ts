import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseStudyPlan, type StudyPlan } from '../../study/plan';
import { AnswerLog } from './answer-log';

/** A folder that a reader study is run from: its study file, and the answers that are added to it. */
export interface StudyFolder {
  plan: StudyPlan;
  log: AnswerLog;
}

/** Names within the folder. */
const studyFiles = { plan: 'study.json', answers: 'answers.jsonl' } as const;

/** @throws Error that says what to do where the study file is missing or wrong */
export function openStudyFolder(folder: string): StudyFolder {
  const file = path.join(folder, studyFiles.plan);
  if (!existsSync(file)) {
    throw new Error(
      `${file} is not there: a study folder holds a study file (explain study make writes one).`,
    );
  }
  return {
    plan: parseStudyPlan(readFileSync(file, 'utf8')),
    log: new AnswerLog(path.join(folder, studyFiles.answers)),
  };
}
