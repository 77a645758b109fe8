import path from 'node:path';
import { parseModelCard, type ModelCard } from '../models/card';
import { toHalf } from '../models/half-precision';
import { sha256Hex } from '../models/hash';
import { classifierHash } from '../models/package';
import { folderReader } from '../io/folder-reader';
import { withLock } from '../io/lock';
import { writeAtomically } from '../io/write-file';
import { folderOf, weightFiles } from '../models/package-path';
import { withDefault } from './default-generator';
import { filesWithout, freeName, removeUnnamed } from './package-files';
import type { ExportedNetwork } from './protocol';

/** How weights are stored. */
export type WeightPrecision = 'float32' | 'float16';

/** A network as it was written into a package. */
export interface WrittenNetwork {
  /** Its `model.json`, inside the package. */
  path: string;
  /** SHA-256 of its files, by path inside the package. */
  files: Record<string, string>;
}

/**
 * Writes a network in the tfjs layers format (model.json and one weight file). What the package's card names stays as it is
 * until another card takes its place: the files get other names where theirs are taken.
 *
 * @param folder the package folder
 * @param part folder of the network inside it, e.g. `classifier`
 * @param options.beside the card that is there
 * @param options.precision `float16` stores kernels in half precision; biases and batch norms stay as they are
 */
export async function writeNetwork(
  folder: string,
  part: string,
  network: ExportedNetwork,
  { beside, precision = 'float32' }: { beside?: ModelCard; precision?: WeightPrecision } = {},
): Promise<WrittenNetwork> {
  const weights = freeName(beside, `${part}/weights.bin`);
  const { weightSpecs, weightData } = precision === 'float16' ? withHalfKernels(network) : network;
  const json = JSON.stringify({
    format: 'layers-model',
    modelTopology: network.modelTopology,
    weightsManifest: [{ paths: [path.posix.basename(weights)], weights: weightSpecs }],
  });
  const model = freeName(beside, `${part}/model.json`);
  await writeAtomically(path.join(folder, weights), weightData);
  await writeAtomically(path.join(folder, model), json);
  return {
    path: model,
    files: { [model]: sha256Hex(new TextEncoder().encode(json)), [weights]: sha256Hex(weightData) },
  };
}

/** Kernels in half precision, marked as tfjs marks them; the other weights are small, and some of them very uneven. */
function withHalfKernels({ weightSpecs, weightData }: ExportedNetwork): {
  weightSpecs: object[];
  weightData: Uint8Array;
} {
  const parts: Uint8Array[] = [];
  let offset = weightData.byteOffset;
  const specs = (weightSpecs as { name: string; shape: number[] }[]).map(spec => {
    const count = spec.shape.reduce((a, b) => a * b, 1);
    const bytes = weightData.buffer.slice(offset, offset + 4 * count);
    offset += 4 * count;
    const isKernel = spec.name.endsWith('/kernel');
    parts.push(new Uint8Array(isKernel ? toHalf(new Float32Array(bytes)).buffer : bytes));
    return isKernel ? { ...spec, quantization: { dtype: 'float16', original_dtype: 'float32' } } : spec;
  });
  return { weightSpecs: specs, weightData: Buffer.concat(parts) };
}

/**
 * Writes a checked card, and removes what the card before it named and this one does not: the old files are whole until the
 * new card is there, so that whoever ends the process at any moment leaves one package or the other.
 *
 * @param before the card that is there
 */
export async function writeCard(folder: string, card: ModelCard, before?: ModelCard): Promise<void> {
  const text = `${JSON.stringify(card, null, 2)}\n`;
  parseModelCard(text);
  await writeAtomically(path.join(folder, 'model-card.json'), text);
  if (before) await removeUnnamed(folder, before, card);
}

export async function readCard(folder: string): Promise<ModelCard> {
  return parseModelCard(new TextDecoder().decode(await folderReader(folder)('model-card.json')));
}

/**
 * Does work while no other process changes the card of the package. What is measured or trained for hours is not done in
 * here: only what reads the card and writes it.
 */
export function withCardLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  return withLock(path.join(folder, '.model-card.lock'), () => {}, work);
}

/**
 * Changes the card of a package as it is now, not as it was when a training or a measurement began: another process may have
 * added to it since.
 *
 * @param change makes the new card of the one that is there
 * @param measured the card whose classifier was measured, where what is written is a figure of it
 * @throws Error where another classifier is in the package by now
 */
export async function updateCard(
  folder: string,
  change: (card: ModelCard) => ModelCard | Promise<ModelCard>,
  measured?: ModelCard,
): Promise<void> {
  await withCardLock(folder, async () => {
    const card = await readCard(folder);
    if (measured && classifierHash(measured) !== classifierHash(card))
      throw new Error(
        `The classifier of ${folder} was replaced while this was measured, so its card was left as it is. Measure again.`,
      );
    await writeCard(folder, await change(card), card);
  });
}

/**
 * Adds or replaces a generator of a package.
 *
 * @param id its name inside the package, e.g. `single2` or `single2-plain`
 * @param options.asDefault whether it is used where none is asked for: of its labels, or of a package without labels; else
 *   as `withDefault` chooses
 */
export async function addGenerator(
  folder: string,
  id: string,
  network: ExportedNetwork,
  entry: Omit<ModelCard['generators'][string], 'path'>,
  { precision = 'float32', asDefault = false }: { precision?: WeightPrecision; asDefault?: boolean } = {},
): Promise<void> {
  const part = `generators/${id}`;
  await updateCard(folder, async card => {
    const written = await writeNetwork(folder, part, network, { beside: card, precision });
    const replaced = [`${part}/model.json`, ...(card.generators[id] ? [card.generators[id].path] : [])];
    const generators = { ...card.generators, [id]: { path: written.path, ...entry } };
    const files = { ...filesWithout(card, replaced), ...written.files };
    return withDefault({ ...card, generators, files }, id, asDefault);
  });
}

/**
 * SHA-256 of the weights of a network: what a training's settings name it by, so that a checkpoint is not continued with
 * another network of the same name.
 *
 * @param part the classifier, or the id of a generator
 * @throws Error when the package has no such network, or not in one weight file
 */
export async function weightsHash(
  folder: string,
  part: { classifier: true } | { generator: string },
): Promise<string> {
  const card = await readCard(folder);
  const { classifier, generators, files } = card;
  const name = 'generator' in part ? part.generator : 'classifier';
  const model = 'generator' in part ? generators[part.generator]?.path : classifier.path;
  const weights = model === undefined || folderOf(model) === '' ? [] : weightFiles(card, model);
  if (weights.length !== 1) throw new Error(`${folder} has no ${name} with one file of weights.`);
  return files[weights[0]];
}
