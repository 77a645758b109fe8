import type * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { ModelPackageError, parseModelCard, type ModelCard } from './card';
import { buildClassifier, checkClasses } from './classifier';
import { decodeDistribution, type FeatureDistribution } from './distribution';
import { fromHalf } from './half-precision';
import { Sha256, sha256Hex } from './hash';
import { folderOf } from './package-path';
import { refuseTooManyParts } from './json-parts';
import { loadLayers } from './load-layers';
import { expectedBytes, parseImportedJson } from './imported/model-json';
import { featureClassifier, type FeatureClassifier } from './pooled-features';

/**
 * Reads a file of a package.
 *
 * @param path relative to the package folder
 * @param onChunk called with each part as it comes, in order; a reader that has the whole at once need not
 * @param fresh past every cache
 * @throws Error that names the file and why it cannot be read; the package is then refused as `missing`
 */
export type PackageReader = (
  path: string,
  onChunk?: (chunk: Uint8Array) => void,
  fresh?: boolean,
) => Promise<Uint8Array>;

/** Keeps files from one session to the next, by their SHA-256. It never fails: what it cannot keep is read again. */
export interface FileStore {
  find(sha256: string): Promise<Uint8Array | undefined>;
  keep(sha256: string, bytes: Uint8Array): Promise<void>;
}

/** Where the files of a package come from. */
interface Source {
  read: PackageReader;
  store?: FileStore;
}

export interface ModelPackage {
  card: ModelCard;
  /** [N, S, S, C] in [0, 1] → logit [N, 1], or logits [N, K] of K > 2 classes; batch norm folded (classifier.ts). */
  classifier: tf.LayersModel;
  /** By id in the card: [N, S, S, C] in [0, 1] → [x_s, x_a] (naive: [x_a]; mask: a mask), each in [0, 1]. */
  generators: Record<string, tf.LayersModel>;
  /** Tells images of another kind; absent where the card has no fit. */
  outliers?: OutlierDetector;
  /** Of a package as explained for one of its independent labels (label-package.ts): what answers for all. */
  whole?: Whole;
  dispose(): void;
}

/** The classifier of all labels, whose answers are kept beside that of the explained one. */
export interface Whole {
  card: ModelCard;
  classifier: tf.LayersModel;
  /** Index of the explained label. */
  label: number;
}

/** The classifier with its features, and how those of the training images are distributed. */
export interface OutlierDetector {
  features: FeatureClassifier;
  distribution: FeatureDistribution;
  threshold: number;
  limit?: number;
}

export interface LoadOptions {
  /** The package's card, where it was read already. */
  card?: ModelCard;
  /** Where files may be kept that the reader need not read again. */
  store?: FileStore;
  /** Which generators to load; default: the card's default generator. */
  generators?: readonly string[];
  onProgress?: (fraction: number) => void;
  /** False keeps the training form (batch norm layers of their own). Default true. */
  fold?: boolean;
}

/**
 * Loads a model package: card checked by its schema, every file by its SHA-256, networks in their inference form. All files are
 * read at the same time, and hashed as they come.
 *
 * @throws ModelPackageError `schema`, `hash`, `missing` or `format`, with the reason
 */
export async function loadModelPackage(
  read: PackageReader,
  options: LoadOptions = {},
): Promise<ModelPackage> {
  const card = options.card ?? (await readModelCard(read));
  const source = { read, store: options.store };
  const ids = options.generators ?? (card.defaultGenerator ? [card.defaultGenerator] : []);
  const fold = options.fold ?? true;
  const done = [0, ...ids.map(() => 0)];
  const progressOf = (network: number) => (part: number) => {
    done[network] = part;
    options.onProgress?.(done.reduce((a, b) => a + b) / done.length);
  };
  const classifierFiles = readClassifier(source, card, progressOf(0));
  const generatorFiles = ids.map((id, index) => readGenerator(source, card, id, progressOf(1 + index)));
  const fit = readFit(source, card);
  // The first fault in this order is told; the others have nobody who waits for them.
  for (const files of [classifierFiles, fit, ...generatorFiles]) files.catch(() => undefined);

  const classifier = await makeClassifier(await classifierFiles, card, fold);
  const generators: ModelPackage['generators'] = {};
  const dispose = (): void => {
    classifier.dispose();
    Object.values(generators).forEach(model => model.dispose());
  };
  try {
    for (const [index, id] of ids.entries()) {
      generators[id] = await makeGenerator(await generatorFiles[index], card, id, fold);
    }
    const outliers = outlierDetector(await fit, card, classifier);
    return { card, classifier, generators, ...(outliers ? { outliers } : {}), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/**
 * Loads one generator of a package.
 *
 * @throws ModelPackageError as `loadModelPackage`; `missing` where the card lists no such generator
 */
export async function loadGenerator(
  read: PackageReader,
  card: ModelCard,
  id: string,
  { fold = true, store }: Pick<LoadOptions, 'fold' | 'store'> = {},
): Promise<tf.LayersModel> {
  return makeGenerator(await readGenerator({ read, store }, card, id, () => undefined), card, id, fold);
}

async function readGenerator(
  source: Source,
  card: ModelCard,
  id: string,
  onProgress: (fraction: number) => void,
): Promise<tf.io.ModelArtifacts> {
  const entry = Object.hasOwn(card.generators, id) ? card.generators[id] : undefined;
  if (entry) return readArtifacts(source, card, entry.path, onProgress);
  const present = Object.keys(card.generators).join(', ') || 'none';
  throw new ModelPackageError('missing', `${card.id} has no generator "${id}" (present: ${present}).`);
}

function makeGenerator(
  artifacts: tf.io.ModelArtifacts,
  card: ModelCard,
  id: string,
  fold: boolean,
): Promise<tf.LayersModel> {
  return built(card, card.generators[id].path, () => loadLayers(artifacts, fold));
}

/** SHA-256 over the hashes of the classifier's files: tells whether a card still has the classifier that it had. */
export function classifierHash({ classifier, files }: Pick<ModelCard, 'classifier' | 'files'>): string {
  const folder = folderOf(classifier.path);
  const lines = Object.entries(files).filter(([path]) => path.startsWith(folder));
  const text = lines
    .map(([path, hash]) => `${path} ${hash}`)
    .sort()
    .join('\n');
  return sha256Hex(new TextEncoder().encode(text));
}

/** Reads the card's fit of the training images' features; undefined where it has none. */
async function readFit(source: Source, card: ModelCard): Promise<Uint8Array | undefined> {
  const entry = card.outOfDistribution;
  if (!entry) return undefined;
  if (classifierHash(card) !== entry.classifierSha256) {
    throw new ModelPackageError(
      'format',
      `${card.id}: outOfDistribution was fitted to another classifier. Run explain fit-ood again.`,
    );
  }
  return readChecked(source, card, entry.path);
}

function outlierDetector(
  fit: Uint8Array | undefined,
  card: ModelCard,
  classifier: tf.LayersModel,
): OutlierDetector | undefined {
  const entry = card.outOfDistribution;
  if (!fit || !entry) return undefined;
  try {
    return {
      features: featureClassifier(classifier, entry.layers),
      distribution: decodeDistribution(fit, entry.components),
      threshold: entry.threshold,
      ...(entry.limit !== undefined && { limit: entry.limit }),
    };
  } catch (error) {
    throw new ModelPackageError('format', `${card.id}: ${entry.path}: ${(error as Error).message}`);
  }
}

/** Reads and checks the card alone. */
export async function readModelCard(read: PackageReader): Promise<ModelCard> {
  return parseModelCard(new TextDecoder().decode(await readFile(read, 'model-card.json')));
}

function readClassifier(
  source: Source,
  card: ModelCard,
  onProgress: (fraction: number) => void,
): Promise<tf.io.ModelArtifacts> {
  const { path, imported } = card.classifier;
  return (imported ? readImportedArtifacts : readArtifacts)(source, card, path, onProgress);
}

async function makeClassifier(
  artifacts: tf.io.ModelArtifacts,
  card: ModelCard,
  fold: boolean,
): Promise<tf.LayersModel> {
  const { path, featureLayer, evidenceLayer } = card.classifier;
  const classifier = await built(card, path, () => buildClassifier(artifacts, card, fold));
  try {
    checkClasses(classifier, card);
    for (const named of [featureLayer, evidenceLayer]) {
      if (named === undefined || classifier.layers.some(layer => layer.name === named)) continue;
      throw new ModelPackageError('format', `${card.id}: the classifier has no layer "${named}".`);
    }
  } catch (error) {
    classifier.dispose();
    throw error;
  }
  return classifier;
}

/** Builds a network and compares its input with the card's. */
async function built(
  card: ModelCard,
  path: string,
  build: () => Promise<tf.LayersModel>,
): Promise<tf.LayersModel> {
  let model: tf.LayersModel;
  try {
    model = await build();
  } catch (error) {
    if (error instanceof ModelPackageError)
      throw new ModelPackageError(error.code, `${card.id}: ${path}: ${error.message}`);
    throw new ModelPackageError('format', `${card.id}: ${path} cannot be built: ${(error as Error).message}`);
  }
  const { size, channels } = card.input;
  const [, ...actual] = model.inputs[0].shape;
  if (actual.length !== 3 || [size, size, channels].some((side, i) => side !== (actual[i] ?? side))) {
    model.dispose();
    throw new ModelPackageError(
      'format',
      `${card.id}: ${path} takes images of ${actual.join(' × ')}, the card says ${size} × ${size} × ${channels}.`,
    );
  }
  return model;
}

const modelJsonSchema = z.object({
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: z.array(
    z.object({
      paths: z.array(z.string()),
      weights: z.array(
        z.looseObject({
          name: z.string(),
          shape: z.array(z.int().min(0)),
          dtype: z.literal('float32'),
          /** Stored in half precision. */
          quantization: z.looseObject({ dtype: z.literal('float16') }).optional(),
        }),
      ),
    }),
  ),
});
type ModelJson = z.infer<typeof modelJsonSchema>;

/** Reads the `model.json` of a classifier made elsewhere, and its shards, each checked by its hash. */
async function readImportedArtifacts(
  source: Source,
  card: ModelCard,
  path: string,
  onProgress: (fraction: number) => void,
): Promise<tf.io.ModelArtifacts> {
  const json = parseImportedJson(await readChecked(source, card, path), path);
  const weightData = await readShards(source, card, path, json.shards, expectedBytes(json), onProgress);
  return { ...json.artifacts, weightData };
}

/** Reads a tfjs layers `model.json` and its shards, each checked by its hash. */
async function readArtifacts(
  source: Source,
  card: ModelCard,
  path: string,
  onProgress: (fraction: number) => void,
): Promise<tf.io.ModelArtifacts> {
  const json = parseModelJson(await readChecked(source, card, path), path);
  const shardPaths = json.weightsManifest.flatMap(group => group.paths);
  const weightSpecs = json.weightsManifest.flatMap(group => group.weights);
  const expected = weightSpecs.reduce((sum, spec) => sum + storedBytes(spec), 0);
  const weights = await readShards(source, card, path, shardPaths, expected, onProgress);
  return { modelTopology: json.modelTopology, ...singlePrecision(weightSpecs, weights) };
}

/** @param expected bytes of all shards together, where that is known */
async function readShards(
  source: Source,
  card: ModelCard,
  path: string,
  shardPaths: readonly string[],
  expected: number | undefined,
  onProgress: (fraction: number) => void,
): Promise<ArrayBuffer> {
  const folder = folderOf(path);
  const bytes = shardPaths.map(() => 0);
  const shards = await Promise.all(
    shardPaths.map((shard, index) =>
      readChecked(source, card, folder + shard, loaded => {
        bytes[index] = loaded;
        if (expected) onProgress(Math.min(1, bytes.reduce((a, b) => a + b) / expected));
      }),
    ),
  );
  const loaded = shards.reduce((sum, { length }) => sum + length, 0);
  if (expected !== undefined && loaded !== expected) {
    throw new ModelPackageError('format', `${path} asks for ${expected} bytes of weights, its shards hold ${loaded}.`);
  }
  return concatenate(shards, loaded);
}

type StoredWeightSpec = ModelJson['weightsManifest'][number]['weights'][number];

function storedBytes({ shape, quantization }: StoredWeightSpec): number {
  return (quantization ? 2 : 4) * product(shape);
}

/** Weights as the networks take them; those stored in half precision are widened, which is exact. */
function singlePrecision(
  specs: readonly StoredWeightSpec[],
  stored: ArrayBuffer,
): { weightSpecs: tf.io.WeightsManifestEntry[]; weightData: ArrayBuffer } {
  const weightSpecs = specs.map(({ name, shape, dtype }) => ({ name, shape, dtype }));
  if (!specs.some(spec => spec.quantization)) return { weightSpecs, weightData: stored };
  const whole = new Float32Array(specs.reduce((sum, { shape }) => sum + product(shape), 0));
  let [from, to] = [0, 0];
  for (const spec of specs) {
    const bytes = stored.slice(from, from + storedBytes(spec));
    whole.set(spec.quantization ? fromHalf(new Uint16Array(bytes)) : new Float32Array(bytes), to);
    from += bytes.byteLength;
    to += product(spec.shape);
  }
  return { weightSpecs, weightData: whole.buffer };
}

function parseModelJson(bytes: Uint8Array, path: string): ModelJson {
  try {
    refuseTooManyParts(bytes);
    return modelJsonSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new ModelPackageError('format', `${path} is not a tfjs layers model of float32 or float16 weights: ${reason}`);
  }
}

/** @throws ModelPackageError `missing` where the reader cannot */
async function readFile(read: PackageReader, ...asked: Parameters<PackageReader>): Promise<Uint8Array> {
  try {
    return await read(...asked);
  } catch (error) {
    if (error instanceof ModelPackageError) throw error;
    throw new ModelPackageError('missing', (error as Error).message);
  }
}

/** @param onBytes told how much of it has come */
async function readChecked(
  { read, store }: Source,
  card: ModelCard,
  path: string,
  onBytes: (loaded: number) => void = () => undefined,
): Promise<Uint8Array> {
  const expected = Object.hasOwn(card.files, path) ? card.files[path] : undefined;
  if (!expected) {
    throw new ModelPackageError('hash', `${card.id}: model-card.json names no SHA-256 for ${path}.`);
  }
  const kept = await store?.find(expected);
  if (kept && sha256Hex(kept) === expected) {
    onBytes(kept.length);
    return kept;
  }
  let found = await readHashed(read, path, onBytes);
  // A cache may hold the file of an earlier version, or one that was cut off.
  if (found.sha256 !== expected) found = await readHashed(read, path, onBytes, true);
  const { bytes, sha256 } = found;
  if (sha256 !== expected) {
    throw new ModelPackageError(
      'hash',
      `${card.id}: ${path} is not the file that model-card.json names ` +
        `(SHA-256 ${sha256.slice(0, 12)}…, expected ${expected.slice(0, 12)}…). Install the package again.`,
    );
  }
  // Nobody waits for it: the networks are built meanwhile.
  void store?.keep(expected, bytes);
  return bytes;
}

/** Reads a file and hashes it as it comes. */
async function readHashed(
  read: PackageReader,
  path: string,
  onBytes: (loaded: number) => void,
  fresh = false,
): Promise<{ bytes: Uint8Array; sha256: string }> {
  const hash = new Sha256();
  const onChunk = (chunk: Uint8Array): void => {
    hash.update(chunk);
    onBytes(hash.length);
  };
  const bytes = await readFile(read, path, onChunk, fresh);
  if (hash.length !== bytes.length) return { bytes, sha256: sha256Hex(bytes) };
  return { bytes, sha256: hash.hex() };
}

function concatenate(parts: readonly Uint8Array[], length: number): ArrayBuffer {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole.buffer;
}

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
