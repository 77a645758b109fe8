import type { Command } from 'commander';
import * as z from 'zod';
import { prepareNodeBackend } from '../backends/node';
import { option, text } from '../io/options';
import type { ModelCard } from '../models/card';
import { classifierHash, loadModelPackage } from '../models/package';
import { exportNetwork } from '../training/export-network';
import { folderReader } from '../io/folder-reader';
import { filesWithout } from '../training/package-files';
import { updateCard, writeNetwork } from '../training/write-package';
import { requirePackage } from './open-model';
import { addOptions } from './options';

/** Options of `explain halve`. */
const halveOptions = z.object({
  model: option(text(), { value: '<folder>', help: 'model package; its files are replaced' }),
});

/** Adds `explain halve`. */
export function registerHalve(program: Command): void {
  const command = program
    .command('halve')
    .description('Store the kernels of a trained package in half precision, which halves its size');
  addOptions(command, halveOptions).action(({ model }: z.infer<typeof halveOptions>) => halve(model));
}

/** All networks are read before the first is written beside the old ones; the card, with the new names and hashes, comes last. */
async function halve(folder: string): Promise<void> {
  // The lock lies in the folder, and would make one that is not there.
  await requirePackage(folder);
  await prepareNodeBackend('wasm');
  // All under the lock: a generator that is added meanwhile would not be among those that are halved.
  await updateCard(folder, card => halved(folder, card));
}

async function halved(folder: string, card: ModelCard): Promise<ModelCard> {
  if (card.classifier.imported) throw new Error('An imported classifier is kept as it came.');
  const ids = Object.keys(card.generators);
  const model = await loadModelPackage(folderReader(folder), { generators: ids, fold: false });
  const network = await exportNetwork(model.classifier);
  const heads = await Promise.all(
    ids.map(async id => [id, await exportNetwork(model.generators[id])] as const),
  );
  model.dispose();
  const options = { beside: card, precision: 'float16' } as const;
  const classifier = await writeNetwork(folder, 'classifier', network, options);
  const generators = { ...card.generators };
  const replaced = [card.classifier.path, ...ids.map(id => generators[id].path)];
  const files = { ...filesWithout(card, replaced), ...classifier.files };
  for (const [id, head] of heads) {
    const written = await writeNetwork(folder, `generators/${id}`, head, options);
    generators[id] = { ...generators[id], path: written.path };
    Object.assign(files, written.files);
  }
  const now = { ...card, classifier: { ...card.classifier, path: classifier.path }, generators, files };
  // Rounding moves features by far less than a threshold is exact.
  const { outOfDistribution } = card;
  const fit = outOfDistribution && {
    outOfDistribution: { ...outOfDistribution, classifierSha256: classifierHash(now) },
  };
  process.stderr.write(`Halved ${['classifier', ...ids].join(', ')} of ${folder}.\n`);
  return { ...now, ...fit };
}
