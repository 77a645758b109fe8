import path from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { csv } from '../../study/exports/text';
import { structures, type StructureName } from '../../study/roe-metz';
import { simulateStudy } from '../../study/simulate';
import { refuseOverwriting } from '../../io/out-folder';
import { writeAtomically } from '../../io/write-file';
import { counted } from '../../io/counted';
import { atLeast, finite, fraction, mostCases, mostReaders } from './input';

interface SimulateOptions {
  readers: number;
  cases: number;
  prevalence: number;
  areas: [number, number];
  structure: StructureName;
  scale: '5' | '100';
  model: [number, number];
  confidenceGain: number;
  timeRatio: number;
  seed: number;
  out: string;
}

/** Adds `explain study simulate`. */
export function registerSimulate(group: Command): void {
  group
    .command('simulate')
    .description('Draw a crossover study with known effects: ratings, lesions and marks as tables')
    .option('--readers <count>', 'readers', atLeast(1, mostReaders), 6)
    .option('--cases <count>', 'cases', atLeast(4, mostCases), 50)
    .option('--prevalence <share>', 'share of diseased cases', fraction, 0.5)
    .option('--areas <unaided,aided>', 'expected areas under the ROC curve', pair, [0.75, 0.88])
    .addOption(structureOption())
    .addOption(
      new Option('--scale <points>', 'rating scale: 1 to 5, or 0 to 100')
        .choices(['5', '100'])
        .default('100'),
    )
    .option('--model <sensitivity,specificity>', 'of the classifier', pair, [0.85, 0.8])
    .option(
      '--confidence-gain <points>',
      'what the aid adds to the confidence where the classifier says positive',
      finite,
      10,
    )
    .option('--time-ratio <ratio>', 'aided over unaided reading time', positive, 1.2)
    .option('--seed <number>', 'fixes everything', atLeast(0), 0)
    .option('--out <folder>', 'folder of the tables', 'study')
    .action((options: SimulateOptions) => simulate(options));
}

async function simulate({ structure, scale, out, ...options }: SimulateOptions): Promise<void> {
  // A study folder's own tables have the same names.
  await refuseOverwriting(
    '--out',
    ['ratings.csv', 'lesions.csv', 'marks.csv', 'effects.json'].map(name => path.join(out, name)),
  );
  const tables = simulateStudy({
    ...options,
    variances: structures[structure],
    scale: Number(scale) as 5 | 100,
  });
  const { seed, readers, cases, areas } = options;
  for (const [name, rows] of Object.entries(tables) as [string, string[][]][]) {
    await writeAtomically(path.join(out, `${name}.csv`), csv(rows));
  }
  const effects = { ...options, structure, scale: Number(scale), areaDifference: areas[1] - areas[0] };
  await writeAtomically(path.join(out, 'effects.json'), `${JSON.stringify(effects, null, 2)}\n`);
  process.stdout.write(
    `${counted(readers, 'reader')}, ${cases} cases, seed ${seed}. Written to ${out}: ratings.csv, lesions.csv, marks.csv, effects.json\n`,
  );
}

/** The structures of Roe and Metz by name. */
export function structureOption(): Option {
  return new Option(
    '--structure <name>',
    'variances of Roe & Metz 1997: correlation by case, then variance between readers, high or low',
  )
    .choices(Object.keys(structures))
    .default('LL');
}

/** Two numbers between 0 and 1, separated by a comma. */
export function pair(text: string): [number, number] {
  const parts = text.split(',');
  if (parts.length !== 2) throw new InvalidArgumentError('It must be two numbers, separated by a comma.');
  return [fraction(parts[0]), fraction(parts[1])];
}

function positive(text: string): number {
  const value = finite(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be above 0.');
  return value;
}
