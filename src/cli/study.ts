import type { Command } from 'commander';
import { registerAnalyse } from './study/analyse';
import { registerExport } from './study/export';
import { registerSimulate } from './study/simulate';
import { registerSize } from './study/size';

/** Adds `explain study` and what it can do. */
export function registerStudy(program: Command): void {
  const group = program
    .command('study')
    .description('Reader studies: analyse ratings, draw simulated ones, size a study, export');
  registerAnalyse(group);
  registerExport(group);
  registerSimulate(group);
  registerSize(group);
}
