import { cp } from 'node:fs/promises';
import path from 'node:path';
import { prepareNodeBackend } from '../backends/node';
import { folderReader } from '../io/folder-reader';
import { makeEmpty } from '../io/out-folder';
import { loadModelPackage } from '../models/package';
import { cascade, randomiseLayers } from '../models/randomise-layers';
import { exportNetwork } from './export-network';
import { writeCard, writeNetwork } from './write-package';

/**
 * Writes a package whose classifier has the weights of another, shuffled within each, and no generators.
 *
 * @throws Error when the folder to write is the other, or holds something
 */
export async function writeRandomised(from: string, out: string, seed: number): Promise<void> {
  if (path.resolve(from) === path.resolve(out)) throw new Error('--out must be another folder than --model.');
  await prepareNodeBackend('wasm');
  const { card, classifier } = await loadModelPackage(folderReader(from), { generators: [], fold: false });
  // Not before the other can be read: a refused command leaves no folder.
  await makeEmpty('--out', out);
  randomiseLayers(cascade(classifier, 1).flat(), seed);
  const written = await writeNetwork(out, 'classifier', await exportNetwork(classifier));
  classifier.dispose();
  const { splitManifest } = card.trainingData;
  if (splitManifest) await cp(path.join(from, splitManifest.path), path.join(out, splitManifest.path));
  // Another classifier has other features, and what was found best for the old one says nothing of it.
  const { defaultGenerator: _generator, defaultMethod: _method, outOfDistribution: _fit, ...rest } = card;
  await writeCard(out, {
    ...rest,
    id: `${card.id}-randomised`,
    title: `${card.title}, weights shuffled`,
    classifier: {
      ...card.classifier,
      path: written.path,
      training: { randomised: { seed, of: card.files } },
      figures: undefined,
    },
    generators: {},
    files: written.files,
  });
}
