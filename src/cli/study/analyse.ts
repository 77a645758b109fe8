import path from 'node:path';
import { Option, type Command } from 'commander';
import type { KappaWeights } from '../../study/agreement';
import { analyseStudy, studyAnalysisSchema } from '../../study/analysis';
import { printableLines } from '../../io/printable';
import { writeAtomically } from '../../io/write-file';
import { addStudyInput, atLeast, finite, fraction, readStudy, type StudyInputOptions } from './input';
import { analysisTables } from './tables';

interface AnalyseOptions extends StudyInputOptions {
  positiveFrom?: number;
  kappa: KappaWeights;
  level: number;
  resamples: number;
  seed: number;
  out?: string;
  json?: boolean;
}

/** Adds `explain study analyse`. */
export function registerAnalyse(group: Command): void {
  addStudyInput(
    group
      .command('analyse')
      .description(
        'Analyse a factorial reader study: ROC areas over readers and cases, marks, agreement, confidence, time',
      ),
  )
    .option('--positive-from <rating>', 'operating point: a rating of this or more is positive', finite)
    .addOption(
      new Option('--kappa <weights>', 'weights of kappa').choices(['linear', 'quadratic']).default('linear'),
    )
    .option('--level <share>', 'coverage of the intervals', fraction, 0.95)
    .option('--resamples <count>', 'bootstrap resamples of alpha', atLeast(100, 1_000_000), 1000)
    .option('--seed <number>', 'fixes the bootstrap', atLeast(0), 0)
    .option('--out <folder>', 'write analysis.json and tables.txt there too')
    .option('--json', 'print the JSON instead of tables')
    .action((file: string, options: AnalyseOptions) => analyse(file, options));
}

async function analyse(file: string, options: AnalyseOptions): Promise<void> {
  const { data, marks } = await readStudy(file, options);
  const { positiveFrom: threshold, kappa: kappaWeights, level, resamples, seed, out } = options;
  const judged = marks && { judged: marks, rule: options.hit };
  const settings = { threshold, marks: judged, kappaWeights, level, resamples, seed };
  const analysis = studyAnalysisSchema.parse(analyseStudy(data, settings));
  const json = `${JSON.stringify(analysis, null, 2)}\n`;
  const tables = `${analysisTables(analysis)}\n`;
  process.stdout.write(options.json ? json : tables);
  if (out === undefined) return;
  await writeAtomically(path.join(out, 'analysis.json'), json);
  await writeAtomically(path.join(out, 'tables.txt'), printableLines(tables));
  if (!options.json) process.stdout.write(`\nWritten to ${out}: analysis.json, tables.txt\n`);
}
