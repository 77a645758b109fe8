import type * as tf from '@tensorflow/tfjs';
import path from 'node:path';
import { realFileBelow } from '../../io/below';
import { doesNotExist } from '../../io/given-path';
import { readRegularFile, regularFileSize } from '../../io/read-file';
import { expectedBytes, parseImportedJson } from '../../models/imported/model-json';

/** A network that was made elsewhere, as it lies in its folder. */
export interface NetworkFiles {
  format: 'layers' | 'graph';
  artifacts: tf.io.ModelArtifacts;
  /** By name. */
  contents: Map<string, Uint8Array>;
}

/**
 * Reads `model.json` and the weight files that it names. Nothing outside the folder is opened, through links neither, and no weights are read
 * before all their files are known to be regular ones that hold together what `model.json` states.
 *
 * @throws ModelPackageError `format` where `model.json` is none, or names a file outside; OutsideError where a link leads
 *   out; NoFileError for a device, a pipe or a folder; Error where a file is not there or the sizes differ
 */
export async function readNetworkFiles(folder: string): Promise<NetworkFiles> {
  const description = path.join(folder, 'model.json');
  const jsonFile = await realFileBelow(folder, 'model.json').catch(nameMissing(description));
  const jsonBytes = await readRegularFile(jsonFile);
  const json = parseImportedJson(jsonBytes, description);
  const files: string[] = [];
  const sizes: number[] = [];
  for (const shard of json.shards) {
    const file = await realFileBelow(folder, shard).catch(nameMissing(path.join(folder, shard)));
    files.push(file);
    sizes.push(await regularFileSize(file));
  }
  const held = sizes.reduce((sum, size) => sum + size, 0);
  const expected = expectedBytes(json);
  if (expected !== undefined && expected !== held)
    throw new Error(`${description} asks for ${expected} bytes of weights, its files hold ${held}.`);
  const contents = new Map<string, Uint8Array>([['model.json', jsonBytes]]);
  for (const [i, shard] of json.shards.entries())
    contents.set(shard, await readRegularFile(files[i], sizes[i]));
  const weightData = new Uint8Array(Buffer.concat(json.shards.map(shard => contents.get(shard)!)));
  return { format: json.format, artifacts: { ...json.artifacts, weightData: weightData.buffer }, contents };
}

function nameMissing(file: string): (error: NodeJS.ErrnoException) => never {
  return error => {
    throw error.code === 'ENOENT' ? new Error(doesNotExist(file)) : error;
  };
}
