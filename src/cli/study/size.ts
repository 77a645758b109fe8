import { writeAtomically } from '../../io/write-file';
import { InvalidArgumentError, type Command } from 'commander';
import { formatTable } from '../../report/tables';
import { structures, type StructureName } from '../../study/roe-metz';
import { simulatedPower } from '../../study/sample-size';
import { Progress } from '../progress';
import { atLeast, fraction, mostCases, mostReaders } from './input';
import { pair, structureOption } from './simulate';
import { counted } from '../../io/counted';

interface SizeOptions {
  readers: number[];
  cases: number[];
  prevalence: number;
  areas: [number, number];
  structure: StructureName;
  studies: number;
  alpha: number;
  seed: number;
  json?: string;
}

/** Adds `explain study size`. */
export function registerSize(group: Command): void {
  group
    .command('size')
    .description('Power of a study by simulation, for numbers of readers and cases')
    .option(
      '--readers <counts>',
      'numbers of readers, separated by commas',
      counts(2, mostReaders),
      [4, 6, 8],
    )
    .option('--cases <counts>', 'numbers of cases, separated by commas', counts(8, mostCases), [50, 100])
    .option('--prevalence <share>', 'share of diseased cases', fraction, 0.5)
    .option(
      '--areas <reference,other>',
      'expected areas under the ROC curve; two equal ones give the false alarms',
      pair,
      [0.8, 0.86],
    )
    .addOption(structureOption())
    .option('--studies <count>', 'simulated studies of each design', atLeast(20, 100_000), 500)
    .option('--alpha <p>', 'largest p that counts as a difference', fraction, 0.05)
    .option('--seed <number>', 'fixes the studies', atLeast(0), 0)
    .option('--json <file>', 'write the figures there too')
    .action((options: SizeOptions) => size(options));
}

async function size(options: SizeOptions): Promise<void> {
  const { prevalence, areas, structure, studies, alpha, seed } = options;
  const designs = options.readers.flatMap(readers => options.cases.map(cases => ({ readers, cases })));
  const progress = new Progress('simulating', designs.length * studies);
  const found = designs.map(({ readers, cases }, at) => {
    const diseased = Math.min(cases - 2, Math.max(2, Math.round(prevalence * cases)));
    const design = { readers, diseased, healthy: cases - diseased, areas, variances: structures[structure] };
    const onStudy = (done: number): void => {
      if (done % 10 === 0)
        progress.update(at * studies + done, `${counted(readers, 'reader')}, ${cases} cases`);
    };
    return simulatedPower(design, { studies, seed, alpha, onStudy });
  });
  progress.stop();
  const share = (value: number): string => value.toFixed(3);
  const table = formatTable(
    [
      'readers',
      'cases',
      'diseased',
      'power',
      'fixed readers',
      'fixed cases',
      'width of interval',
      'coverage',
    ],
    found.map(each => [
      String(each.readers),
      String(each.diseased + each.healthy),
      String(each.diseased),
      share(each.power.randomReadersRandomCases),
      share(each.power.fixedReadersRandomCases),
      share(each.power.randomReadersFixedCases),
      share(each.meanWidth),
      share(each.coverage),
    ]),
  );
  process.stdout.write(
    `Areas ${areas.join(' and ')}, structure ${structure}, alpha ${alpha}, ${studies} studies a design, seed ${seed}.\n` +
      `Power is that of random readers and cases; its Monte Carlo error is at most ${(0.5 / Math.sqrt(studies)).toFixed(3)}.\n\n${table}\n`,
  );
  if (options.json !== undefined) {
    const record = { format: 'explain-study-size/1', structure, alpha, seed, designs: found };
    await writeAtomically(options.json, `${JSON.stringify(record, null, 2)}\n`);
  }
}

/** Whole numbers of `least` or more, separated by commas. */
function counts(least: number, most: number): (text: string) => number[] {
  return text => {
    const parts = text.split(',');
    if (parts.length === 0) throw new InvalidArgumentError('It must be numbers, separated by commas.');
    return parts.map(atLeast(least, most));
  };
}
