import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseModelCard, type ModelCard } from '../models/card';
import { sha256Hex } from '../models/hash';
import { writeAtomically } from './files';
import type { ExportedNetwork } from './protocol';

/**
 * Writes a network in the tfjs layers format (model.json and one weight file).
 *
 * @param folder the package folder
 * @param part folder of the network inside it, e.g. `classifier`
 * @returns SHA-256 of the files written, by path inside the package
 */
export async function writeNetwork(
  folder: string,
  part: string,
  network: ExportedNetwork,
): Promise<Record<string, string>> {
  const shard = 'weights.bin';
  const json = JSON.stringify({
    format: 'layers-model',
    modelTopology: network.modelTopology,
    weightsManifest: [{ paths: [shard], weights: network.weightSpecs }],
  });
  await writeAtomically(path.join(folder, part, shard), network.weightData);
  await writeAtomically(path.join(folder, part, 'model.json'), json);
  return {
    [`${part}/model.json`]: sha256Hex(new TextEncoder().encode(json)),
    [`${part}/${shard}`]: sha256Hex(network.weightData),
  };
}

/** Writes a checked card. */
export async function writeCard(folder: string, card: ModelCard): Promise<void> {
  const text = `${JSON.stringify(card, null, 2)}\n`;
  parseModelCard(text);
  await writeAtomically(path.join(folder, 'model-card.json'), text);
}

export async function readCard(folder: string): Promise<ModelCard> {
  return parseModelCard(await readFile(path.join(folder, 'model-card.json'), 'utf8'));
}

/**
 * Adds or replaces a generator of a package.
 *
 * @param id its name inside the package, e.g. `single2` or `single2-plain`
 */
export async function addGenerator(
  folder: string,
  id: string,
  network: ExportedNetwork,
  entry: Omit<ModelCard['generators'][string], 'path'>,
): Promise<void> {
  const card = await readCard(folder);
  const part = `generators/${id}`;
  const hashes = await writeNetwork(folder, part, network);
  await writeCard(folder, {
    ...card,
    generators: { ...card.generators, [id]: { path: `${part}/model.json`, ...entry } },
    defaultGenerator: card.defaultGenerator ?? id,
    files: { ...card.files, ...hashes },
  });
}

/**
 * SHA-256 of the weights of a network: what a training's settings name it by, so that a checkpoint is not continued with
 * another network of the same name.
 *
 * @param part folder of the network inside the package, e.g. `classifier`
 * @throws Error when the package has no such network
 */
export async function weightsHash(folder: string, part: string): Promise<string> {
  const { files } = await readCard(folder);
  const hash = files[`${part}/weights.bin`];
  if (!hash) throw new Error(`${folder} has no ${part}/weights.bin.`);
  return hash;
}
