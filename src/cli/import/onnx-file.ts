import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { isBelow } from '../../io/below';
import { readRegularFile, regularFileSize } from '../../io/read-file';
import { convertOnnx, type ConvertedNetwork } from '../../models/imported/onnx/convert';
import { mostBytesBeside, openOnnx, type OnnxGraph } from '../../models/imported/onnx/read';

/** An ONNX file with what lies beside it. */
export interface OnnxSource {
  bytes: Uint8Array;
  /** Weight files beside it, by the name that it gives them. */
  beside: ReadonlyMap<string, Uint8Array>;
  graph: OnnxGraph;
}

/** An ONNX file, and the network that was made of it. */
export interface OnnxImport extends OnnxSource {
  converted: ConvertedNetwork;
}

/**
 * Reads an ONNX file and the weight files that it names. Nothing outside its folder is opened, through links neither.
 *
 * @throws ModelPackageError `format` where it is none, is damaged, or names a file outside; NoFileError for what is no file
 */
export async function readOnnxFile(file: string): Promise<OnnxSource> {
  const bytes = await readRegularFile(file);
  const opened = openOnnx(bytes);
  const folder = await realpath(path.dirname(file));
  const beside = new Map<string, Uint8Array>();
  // One file has many names (./w.bin, ././w.bin), and is read once.
  const read = new Map<string, Uint8Array>();
  let size = 0;
  for (const location of opened.beside) {
    const stated = path.resolve(folder, location);
    const refused = new Error(
      `${file} says that weights lie in "${location}", which is outside of its folder.`,
    );
    if (!isBelow(folder, stated)) throw refused;
    const found = await realpath(stated).catch(() => {
      throw new Error(`${file} says that weights lie in "${location}"; there is no such file beside it.`);
    });
    if (!isBelow(folder, found)) throw refused;
    if (!read.has(found)) {
      size += await regularFileSize(found);
      if (size > mostBytesBeside)
        throw new Error(
          `The weight files that ${file} names hold more than ${mostBytesBeside} bytes together, more than any classifier has.`,
        );
      read.set(found, await readRegularFile(found));
    }
    beside.set(location, read.get(found)!);
  }
  return { bytes, beside, graph: opened.graph(location => beside.get(location)!) };
}

/** @param size side of the image, where the file leaves it open. @param kept indexes of the answers to keep */
export function importOnnx(
  source: OnnxSource,
  options: { size?: number; kept?: readonly number[] },
): OnnxImport {
  const { size, kept } = options;
  const converted = convertOnnx(source.graph, { ...(size && { size: [size, size] }), kept });
  return { ...source, converted };
}

/** The files of a network in layers format. */
export function layersFiles({ artifacts }: ConvertedNetwork): Map<string, Uint8Array> {
  const { modelTopology, weightSpecs, weightData } = artifacts;
  const json = {
    format: 'layers-model',
    modelTopology,
    weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
  };
  return new Map([
    ['model.json', new TextEncoder().encode(JSON.stringify(json))],
    ['weights.bin', new Uint8Array(weightData as ArrayBuffer)],
  ]);
}
