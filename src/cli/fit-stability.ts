import type { Command } from 'commander';
import {
  fitStability,
  stabilityOptions,
  type StabilityFit,
  type StabilityOptions,
} from '../evaluation/fit-stability';
import { writeAtomically } from '../io/write-file';
import { updateCard } from '../training/write-package';
import { requirePackage } from './open-model';
import { addOptions } from './options';
import { terminal } from './progress';

/** Adds `explain fit-stability`. */
export function registerFitStability(program: Command): void {
  const command = program
    .command('fit-stability')
    .description('Measure when an averaged map counts as unstable, and write it into the model card');
  addOptions(command, stabilityOptions).action((options: StabilityOptions) => fit(options));
}

async function fit(options: StabilityOptions): Promise<void> {
  await requirePackage(options.model);
  const { card, fits } = await fitStability(options, terminal);
  const entries = Object.fromEntries(fits.map(({ methodId, entry }) => [methodId, entry]));
  if (options.values) await writeAtomically(options.values, valuesTable(fits));
  await updateCard(options.model, now => ({ ...now, stability: { ...now.stability, ...entries } }), card);
  for (const { methodId, entry } of fits) {
    const figures = Object.entries(entry.figures).map(([name, value]) => `  ${name}: ${shown(value)}`);
    process.stdout.write(
      `${methodId}: unstable below ${entry.threshold.toFixed(3)} (${entry.transforms} transforms)\n${figures.join('\n')}\n`,
    );
  }
  process.stdout.write(`Written into ${options.model}/model-card.json\n`);
}

function shown(value: unknown): string {
  return typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(3) : String(value);
}

/** A line each map, without names of images. */
function valuesTable(fits: readonly StabilityFit[]): string {
  const lines = fits.flatMap(({ methodId, maps }) =>
    maps.map(({ correlation, iou }) => [methodId, correlation, iou ?? ''].join(',')),
  );
  return ['method,correlation,iou90', ...lines, ''].join('\n');
}
