import type { Command } from 'commander';
import { registerAnalyse } from './study/analyse';
import { registerCollect } from './study/collect';
import { registerMake } from './study/make';
import { registerChecklist } from './study/checklist-command';
import { registerExport } from './study/export';
import { registerPlan } from './study/plan';
import { registerSimulate } from './study/simulate';
import { registerSize } from './study/size';

/** Adds `explain study` and what it can do. */
export function registerStudy(program: Command): void {
  const group = program
    .command('study')
    .description(
      'Reader studies: make and check a study file, collect answers, analyse, simulate, size, export, checklists',
    );
  registerAnalyse(group);
  registerExport(group);
  registerSimulate(group);
  registerSize(group);
  registerMake(group);
  registerPlan(group);
  registerCollect(group);
  registerChecklist(group);
}
