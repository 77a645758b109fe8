import { stat } from 'node:fs/promises';
import path from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { unreadable } from '../../io/given-path';
import type { ImportedNetwork } from '../../models/card';
import { statedInputShape } from '../../models/imported/raw-outputs';
import { statedOutput, statedRange } from '../../models/imported/stated';
import { readNetworkFiles } from './network-files';
import { importOnnx, layersFiles, readOnnxFile, type OnnxImport } from './onnx-file';

/** A network that was made elsewhere, as the package will hold it, with what it says of itself. */
export interface OpenedNetwork {
  format: ImportedNetwork['format'];
  artifacts: tf.io.ModelArtifacts;
  /** Files of the package's `classifier` folder, by name. */
  contents: Map<string, Uint8Array>;
  /** [rows, columns, channels] that it reads; null where it leaves one open. */
  shape: readonly (number | null)[];
  output: ImportedNetwork['output'];
  /** How it reads black and white, where it says so. */
  scaling?: ImportedNetwork['input']['scaling'];
  onnx?: OnnxImport;
}

/** @param size for an ONNX file that leaves it open. @param kept indexes of the answers to keep */
export async function openNetwork(
  file: string,
  options: { size?: number; kept?: readonly number[] },
): Promise<OpenedNetwork> {
  const found = await stat(file).catch((error: unknown) => {
    throw new Error(unreadable(file, error), { cause: error });
  });
  if (found.isDirectory() || path.basename(file) === 'model.json') {
    if (options.kept)
      throw new Error('--label is for ONNX files; cut a TensorFlow.js model to the findings to keep.');
    return openTensorFlow(found.isDirectory() ? file : path.dirname(file));
  }
  refuseOther(file);
  const onnx = importOnnx(await readOnnxFile(file), options);
  const { converted, graph } = onnx;
  const [, channels, rows, columns] = graph.input.dims;
  return {
    format: 'onnx',
    artifacts: converted.artifacts,
    contents: layersFiles(converted),
    shape: [rows, columns, channels],
    output: converted.output,
    scaling: scalingOf(graph.metadata),
    onnx,
  };
}

async function openTensorFlow(folder: string): Promise<OpenedNetwork> {
  const { format, artifacts, contents } = await readNetworkFiles(folder);
  const range = statedRange(artifacts, format);
  return {
    format,
    artifacts,
    contents,
    shape: await statedInputShape(artifacts, format),
    output: statedOutput(artifacts, format),
    ...(range && { scaling: { range } }),
  };
}

/** What to do with files that are known by their ending and not read here. */
const others: Record<string, string> = {
  '.pt': 'torch.onnx.export(model, torch.zeros(1, channels, size, size), "model.onnx", opset_version=17)',
  '.keras': 'tensorflowjs_converter --input_format=keras_keras model.keras my-tfjs-model',
  '.h5': 'tensorflowjs_converter --input_format=keras model.h5 my-tfjs-model',
};

function refuseOther(file: string): void {
  const ending = path.extname(file).toLowerCase();
  const way = others[['.pth', '.ckpt'].includes(ending) ? '.pt' : ending];
  if (way) throw new Error(`${file} is not read here. Export it first: ${way}`);
}

/** Ranges that ONNX has names for (docs/MetadataProps.md of ONNX). */
const nominalRanges: Record<string, [number, number]> = {
  NominalRange_0_255: [0, 255],
  Normalized_0_1: [0, 1],
  Normalized_1_1: [-1, 1],
};

/** From `Image.NominalPixelRange`, or from `mean` and `std` as lists of numbers. */
function scalingOf(metadata: ReadonlyMap<string, string>): OpenedNetwork['scaling'] {
  const stated = metadata.get('Image.NominalPixelRange') ?? '';
  const range = Object.hasOwn(nominalRanges, stated) ? nominalRanges[stated] : undefined;
  const [mean, std] = ['mean', 'std'].map(key => numbersOf(metadata.get(key)));
  if (mean && std && mean.length === std.length) return { mean, std };
  return range && { range };
}

/** "[0.5, 0.5]" or "0.5,0.5" */
function numbersOf(text: string | undefined): number[] | undefined {
  if (!text) return undefined;
  const numbers = text
    .replaceAll(/[[\]()\s]/g, '')
    .split(',')
    .map(Number);
  return [1, 3].includes(numbers.length) && numbers.every(Number.isFinite) ? numbers : undefined;
}
