import type { Command } from 'commander';
import { requireThere } from '../io/given-path';
import { metricFamilies } from '../metrics';
import { updateCard } from '../training/write-package';
import { withBackend } from './backend-option';
import { withFigures } from '../evaluation/card-figures';
import { compareModels } from '../report/compare-models';
import { evaluateModel } from '../evaluation/evaluate-model';
import { evaluationOptions, type EvaluateOptions, type GivenEvaluation } from '../evaluation/options';
import { addOptions } from './options';
import { requirePackage } from './open-model';
import { terminal } from './progress';
import { warnLine } from './terminal';
import { writeReport } from '../report/write-report';

/** Adds `explain evaluate`. */
export function registerEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description('Measure a model and its explanations on a split of labelled images, or on phantoms');
  addOptions(command, evaluationOptions)
    .addHelpText('after', metricHelp())
    .action((options: GivenEvaluation) => evaluate(options));
}

async function evaluate({ model, compare, ...given }: GivenEvaluation): Promise<void> {
  const rest = await withBackend(given);
  await requireGiven(rest);
  if (compare) {
    if (model !== undefined || compare.length !== 2) {
      throw new Error('--compare takes two folders, and then no --model.');
    }
    const cautions = await compareModels(compare[0], compare[1], rest.out, async (folder, out) => {
      await measure({ ...rest, model: folder, out });
    });
    cautions.forEach(caution => warnLine(`Caution: ${caution}`));
    process.stdout.write(`Written to ${rest.out}: comparison.html, comparison.json\n`);
    return;
  }
  if (model === undefined) throw new Error('Give --model <folder>, or --compare <folder> <folder>.');
  const options: EvaluateOptions = { ...rest, model };
  const { results, tables, card } = await measure(options);
  process.stdout.write(
    `${tables}\nWritten to ${options.out}: report.html, results.json, maps.csv, images.csv, tests.csv, tables.txt\n`,
  );
  if (options.updateCard) {
    const measuredOn = options.data ? options.split : 'phantoms';
    // Of independent labels the card that was evaluated is that of one; what is written is the whole.
    const name = card.label === undefined ? measuredOn : `${measuredOn} ${card.label}`;
    await updateCard(model, now => withFigures(now, name, results), card);
  }
}

/** @throws Error when an option names what is not there: before minutes of measuring, and before anything is written */
async function requireGiven({ masks, averageBoxes, judge }: Omit<EvaluateOptions, 'model'>): Promise<void> {
  if (masks !== undefined) await requireThere('--masks', masks);
  if (averageBoxes !== undefined) await requireThere('--average-boxes', averageBoxes);
  if (judge !== undefined) await requirePackage(judge, '--judge');
}

async function measure(options: EvaluateOptions): ReturnType<typeof evaluateModel> {
  await requirePackage(options.model);
  return evaluateModel(options, terminal, writeReport);
}

/** What is measured, from the metrics themselves. */
function metricHelp(): string {
  const families = Object.entries(metricFamilies).map(([family, metrics]) => {
    const lines = metrics.map(
      ({ id, title, direction, unit }) =>
        `  ${id.padEnd(16)} ${title} (${direction} is better${unit === '1' ? '' : `, ${unit}`})`,
    );
    return [`Measured, ${family}:`, ...lines].join('\n');
  });
  return `\n${families.join('\n\n')}`;
}
