import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { ModelPackageError, parseModelCard, type ModelCard } from './card';
import { foldBatchNorms } from './fold';
import { fromHalf } from './half-precision';
import { sha256Hex } from './hash';

/**
 * Reads a file of a package.
 *
 * @param path relative to the package folder
 * @param onBytes called with the bytes read so far
 * @throws ModelPackageError `missing`
 */
export type PackageReader = (path: string, onBytes?: (loaded: number) => void) => Promise<Uint8Array>;

export interface ModelPackage {
  card: ModelCard;
  /** [N, S, S, C] in [0, 1] → logit [N, 1]; batch norm folded. */
  classifier: tf.LayersModel;
  /** By id in the card: [N, S, S, C] in [0, 1] → [x_s, x_a] (naive: [x_a]; mask: a mask), each in [0, 1]. */
  generators: Record<string, tf.LayersModel>;
  dispose(): void;
}

export interface LoadOptions {
  /** Which generators to load; default: the card's default generator. */
  generators?: readonly string[];
  onProgress?: (fraction: number) => void;
  /** False keeps the training form (batch norm layers of their own). Default true. */
  fold?: boolean;
}

/**
 * Loads a model package: card checked by its schema, every file by its SHA-256, networks in their inference form.
 *
 * @throws ModelPackageError `schema`, `hash`, `missing` or `format`, with the reason
 */
export async function loadModelPackage(
  read: PackageReader,
  options: LoadOptions = {},
): Promise<ModelPackage> {
  const card = await readModelCard(read);
  const ids = options.generators ?? (card.defaultGenerator ? [card.defaultGenerator] : []);
  const parts = 1 + ids.length;
  const load = (path: string, done: number): Promise<tf.LayersModel> =>
    loadNetwork(read, card, path, options.fold ?? true, part => options.onProgress?.((done + part) / parts));

  const classifier = await load(card.classifier.path, 0);
  if (!classifier.layers.some(layer => layer.name === card.classifier.featureLayer)) {
    classifier.dispose();
    throw new ModelPackageError('format', `${card.id}: the classifier has no layer "${card.classifier.featureLayer}".`);
  }
  const generators: ModelPackage['generators'] = {};
  const dispose = (): void => {
    classifier.dispose();
    Object.values(generators).forEach(model => model.dispose());
  };
  try {
    for (const [index, id] of ids.entries()) {
      const entry = card.generators[id];
      if (!entry) {
        const present = Object.keys(card.generators).join(', ') || 'none';
        throw new ModelPackageError('missing', `${card.id} has no generator "${id}" (present: ${present}).`);
      }
      generators[id] = await load(entry.path, 1 + index);
    }
  } catch (error) {
    dispose();
    throw error;
  }
  return { card, classifier, generators, dispose };
}

/** Reads and checks the card alone. */
export async function readModelCard(read: PackageReader): Promise<ModelCard> {
  return parseModelCard(new TextDecoder().decode(await read('model-card.json')));
}

async function loadNetwork(
  read: PackageReader,
  card: ModelCard,
  path: string,
  fold: boolean,
  onProgress: (fraction: number) => void,
): Promise<tf.LayersModel> {
  const artifacts = await readArtifacts(read, card, path, onProgress);
  let model: tf.LayersModel;
  try {
    model = await tf.loadLayersModel(tf.io.fromMemory(fold ? foldBatchNorms(artifacts) : artifacts));
  } catch (error) {
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

/** Reads a tfjs layers `model.json` and its shards, each checked by its hash. */
async function readArtifacts(
  read: PackageReader,
  card: ModelCard,
  path: string,
  onProgress: (fraction: number) => void,
): Promise<tf.io.ModelArtifacts> {
  const json = parseModelJson(await readChecked(read, card, path), path);
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const shardPaths = json.weightsManifest.flatMap(group => group.paths);
  const weightSpecs = json.weightsManifest.flatMap(group => group.weights);
  const expected = weightSpecs.reduce((sum, spec) => sum + storedBytes(spec), 0);
  const shards: Uint8Array[] = [];
  let loaded = 0;
  for (const shard of shardPaths) {
    const bytes = await readChecked(read, card, folder + shard, part => onProgress((loaded + part) / expected));
    loaded += bytes.length;
    shards.push(bytes);
    onProgress(Math.min(1, loaded / expected));
  }
  if (loaded !== expected) {
    throw new ModelPackageError('format', `${path} asks for ${expected} bytes of weights, its shards hold ${loaded}.`);
  }
  return { modelTopology: json.modelTopology, ...singlePrecision(weightSpecs, concatenate(shards, loaded)) };
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
    return modelJsonSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new ModelPackageError('format', `${path} is not a tfjs layers model of float32 or float16 weights: ${reason}`);
  }
}

async function readChecked(
  read: PackageReader,
  card: ModelCard,
  path: string,
  onBytes?: (loaded: number) => void,
): Promise<Uint8Array> {
  const expected = Object.hasOwn(card.files, path) ? card.files[path] : undefined;
  if (!expected) {
    throw new ModelPackageError('hash', `${card.id}: model-card.json names no SHA-256 for ${path}.`);
  }
  const bytes = await read(path, onBytes);
  const actual = sha256Hex(bytes);
  if (actual !== expected) {
    throw new ModelPackageError(
      'hash',
      `${card.id}: ${path} is not the file that model-card.json names ` +
        `(SHA-256 ${actual.slice(0, 12)}…, expected ${expected.slice(0, 12)}…). Install the package again.`,
    );
  }
  return bytes;
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
