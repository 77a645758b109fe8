import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { prepareNodeBackend } from '../backends/node';
import { loadModelPackage } from '../models/package';
import { exportNetwork } from '../training/export-network';
import { folderReader } from '../training/files';
import { writeCard, writeNetwork } from '../training/write-package';
import { cascade, randomiseLayers } from '../trust/randomise';

interface RandomiseOptions {
  model: string;
  out: string;
  seed: number;
}

/** Adds `explain randomise`. */
export function registerRandomise(program: Command): void {
  program
    .command('randomise')
    .description(
      'Write a package whose classifier has shuffled weights, to train a generator through (docs/trust.md)',
    )
    .requiredOption('--model <folder>', 'model package')
    .requiredOption('--out <folder>', 'package to write; it gets no generators')
    .option('--seed <number>', 'fixes the shuffling', wholeNumber, 0)
    .action((options: RandomiseOptions) => randomise(options));
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

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('It must be a whole number.');
  return value;
}
