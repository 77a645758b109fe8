import type { Command } from 'commander';
import { readGivenUtf8 } from '../../io/read-given-file';
import { formatTable } from '../../report/tables';
import { parseStudyPlan, type StudyPlan } from '../../study/plan';
import { code } from './input';
import { readingOrder, shownLabels } from '../../study/reading-order';
import { counted } from '../../io/counted';

/** Adds `explain study plan`. */
export function registerPlan(group: Command): void {
  group
    .command('plan')
    .description('Check a study file, and say who reads what when')
    .argument('<study.json>', 'docs/study.md describes it')
    .option('--reader <code>', 'the whole order of one reader instead', code)
    .action((file: string, options: { reader?: string }) => plan(file, options));
}

async function plan(file: string, { reader }: { reader?: string }): Promise<void> {
  const text = await readGivenUtf8(file);
  const study = parseStudyPlan(text);
  process.stdout.write(`${reader === undefined ? summary(study) : orderOf(study, reader)}\n`);
}

function summary(study: StudyPlan): string {
  const practice = study.cases.filter(each => each.practice).length;
  const head = [
    `${study.title}: ${counted(study.readers.length, 'reader')}, ${counted(study.cases.length - practice, 'case')}, ${practice} for practice, seed ${study.seed}`,
    `Design: ${study.design.kind}${study.design.kind === 'crossover' ? `, ${study.design.sessions} sessions, ${study.design.washoutDays} days apart` : ''}`,
    '',
  ];
  const rows = study.readers.flatMap(reader => {
    const order = readingOrder(study, reader);
    const labels = shownLabels(study, reader);
    const sessions = [...new Set(order.map(({ session }) => session))];
    return sessions.map(session => {
      const own = order.filter(each => each.session === session && !each.practice);
      const arms = [...new Set(own.map(({ arm }) => arm))];
      const shown = arms.map(arm => (labels[arm].length === 1 ? `${arm} (as ${labels[arm]})` : arm));
      return [
        reader,
        String(session + 1),
        shown.join(', '),
        String(own.length),
        own
          .slice(0, 4)
          .map(each => each.case)
          .join(', '),
      ];
    });
  });
  return [...head, formatTable(['reader', 'session', 'arms', 'readings', 'first cases'], rows)].join('\n');
}

function orderOf(study: StudyPlan, reader: string): string {
  return formatTable(
    ['place', 'session', 'case', 'arm', ''],
    readingOrder(study, reader).map((each, i) => [
      String(i + 1),
      String(each.session + 1),
      each.case,
      each.arm,
      each.practice ? 'practice' : '',
    ]),
  );
}
