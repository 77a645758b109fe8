import type * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { ModelPackageError, packagePath } from '../card';
import { refuseTooManyParts } from '../json-parts';

const importedJsonSchema = z.looseObject({
  format: z.string().optional(),
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: z.array(
    z.looseObject({
      paths: z.array(packagePath),
      weights: z.array(z.looseObject({ name: z.string(), shape: z.array(z.int().min(0)), dtype: z.string() })),
    }),
  ),
});

export interface ImportedModelJson {
  format: 'layers' | 'graph';
  /** Weight files, in or below the folder of model.json and relative to it, in the order in which they are joined. */
  shards: string[];
  /** Everything but the weight data. */
  artifacts: tf.io.ModelArtifacts;
}

/**
 * Reads the `model.json` of a TensorFlow.js model made elsewhere: layers or graph format, any weight types.
 *
 * @throws ModelPackageError `format`
 */
export function parseImportedJson(bytes: Uint8Array, path: string): ImportedModelJson {
  let json: z.infer<typeof importedJsonSchema>;
  try {
    refuseTooManyParts(bytes);
    json = importedJsonSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new ModelPackageError('format', `${path} is not the model.json of a TensorFlow.js model: ${reason}`);
  }
  const { modelTopology, weightsManifest, signature, userDefinedMetadata } = json;
  // Older converters do not write the format; a graph is a list of nodes.
  const format = json.format === 'graph-model' || Array.isArray(modelTopology.node) ? 'graph' : 'layers';
  return {
    format,
    shards: weightsManifest.flatMap(group => group.paths),
    artifacts: {
      modelTopology,
      weightSpecs: weightsManifest.flatMap(group => group.weights) as tf.io.WeightsManifestEntry[],
      ...(signature ? { signature: signature as object } : {}),
      ...(userDefinedMetadata ? { userDefinedMetadata: userDefinedMetadata as Record<string, object> } : {}),
    },
  };
}

const bytesOf: Record<string, number> = { float32: 4, int32: 4, bool: 1, float16: 2, uint8: 1, uint16: 2, complex64: 8 };

/** Bytes that the weight files must hold together, or undefined where a weight has no fixed length (text). */
export function expectedBytes({ artifacts }: ImportedModelJson): number | undefined {
  let total = 0;
  for (const { shape, dtype, quantization } of artifacts.weightSpecs ?? []) {
    const kind = quantization?.dtype ?? dtype;
    if (!Object.hasOwn(bytesOf, kind)) return undefined;
    total += bytesOf[kind] * shape.reduce((a, b) => a * b, 1);
  }
  return total;
}
