import type { Command } from 'commander';
import * as z from 'zod';
import { option, text, wholeNumber } from '../io/options';
import { writeRandomised } from '../training/randomised-package';
import { requirePackage } from './open-model';
import { addOptions } from './options';

/** Options of `explain randomise`. */
const randomiseOptions = z.object({
  model: option(text(), { value: '<folder>', help: 'model package' }),
  out: option(text(), { value: '<folder>', help: 'package to write; it gets no generators' }),
  seed: option(wholeNumber().default(0), { value: '<number>', help: 'fixes the shuffling' }),
});

type RandomiseOptions = z.infer<typeof randomiseOptions>;

/** Adds `explain randomise`. */
export function registerRandomise(program: Command): void {
  const command = program
    .command('randomise')
    .description(
      'Write a package whose classifier has shuffled weights, to train a generator through (docs/trust.md)',
    );
  addOptions(command, randomiseOptions).action((options: RandomiseOptions) => randomise(options));
}

async function randomise({ model, out, seed }: RandomiseOptions): Promise<void> {
  await requirePackage(model);
  await writeRandomised(model, out, seed);
  process.stderr.write(`Wrote ${out}.\n`);
}
