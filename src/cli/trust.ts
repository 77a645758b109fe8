import type { Command } from 'commander';
import path from 'node:path';
import { trustOptions, type TrustOptions } from '../evaluation/trust/options';
import { runTrustChecks } from '../evaluation/trust/run-checks';
import { refuseOverwriting } from '../io/out-folder';
import { writeTrust } from '../report/write-trust';
import { requirePackage } from './open-model';
import { addOptions } from './options';
import { terminal } from './progress';

/** Adds `explain trust`. */
export function registerTrust(program: Command): void {
  const command = program
    .command('trust')
    .description('Checks that could embarrass a map: randomised classifiers, repeatability, stability');
  addOptions(command, trustOptions).action((options: TrustOptions) => trust(options));
}

async function trust(options: TrustOptions): Promise<void> {
  // Before the checks: they take minutes, and those of another model or sample would be gone.
  await refuseOverwriting('--out', [path.join(options.out, 'trust.json')]);
  await requirePackage(options.model);
  for (const { folder } of options.compareWith) await requirePackage(folder, '--compare-with');
  const found = await runTrustChecks(options, terminal);
  const command = `explain trust --augment ${options.augment} --limit ${options.limit} --seed ${options.seed}`;
  const table = await writeTrust(options.out, { command, ...found });
  process.stdout.write(`${table}\n\nWritten to ${options.out}: trust.json, trust.txt\n`);
}
