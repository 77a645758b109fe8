import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { prepareNodeBackend } from '../backends/node';
import { option, text, wholeNumber } from '../io/options';
import { loadModelPackage } from '../models/package';
import { exportNetwork } from '../training/export-network';
import { folderReader } from '../io/folder-reader';
import { writeCard, writeNetwork } from '../training/write-package';
import { cascade, randomiseLayers } from '../models/randomise-layers';
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

async function randomise({ model: from, out, seed }: RandomiseOptions): Promise<void> {
  if (path.resolve(from) === path.resolve(out)) throw new Error('--out must be another folder than --model.');
  await prepareNodeBackend('wasm');
  const { card, classifier } = await loadModelPackage(folderReader(from), { generators: [], fold: false });
  randomiseLayers(cascade(classifier, 1).flat(), seed);
  const files = await writeNetwork(out, 'classifier', await exportNetwork(classifier));
  classifier.dispose();
  const { splitManifest } = card.trainingData;
  await mkdir(out, { recursive: true });
  if (splitManifest) await cp(path.join(from, splitManifest.path), path.join(out, splitManifest.path));
  // Another classifier has other features, and what was found best for the old one says nothing of it.
  const { defaultGenerator: _generator, defaultMethod: _method, outOfDistribution: _fit, ...rest } = card;
  await writeCard(out, {
    ...rest,
    id: `${card.id}-randomised`,
    title: `${card.title}, weights shuffled`,
    classifier: {
      ...card.classifier,
      training: { randomised: { seed, of: card.files } },
      figures: undefined,
    },
    generators: {},
    files,
  });
  process.stderr.write(`Wrote ${out}.\n`);
}
