import * as tf from '@tensorflow/tfjs';
import type * as Ort from 'onnxruntime-web';
import { InputMapping } from '../../models/imported/input-mapping';
import type { Place } from '../../models/imported/onnx/convert';
import { modelType } from '../../models/imported/onnx/schema';
import type { ImportedNetwork } from '../../models/card';
import type { OnnxImport } from './onnx-file';

/** Largest difference of an answer, relative above 1. */
const tolerance = 1e-4;

/** How the answers of an imported network compare with those of onnxruntime-web. */
export interface Comparison {
  /** Largest difference, relative above 1. */
  difference: number;
  /** e.g. "onnxruntime-web 1.30.0". */
  runtime: string;
}

/** The package, where it is installed; it is no dependency, since importing alone needs it. */
async function runtime(): Promise<typeof Ort | undefined> {
  const found = await import('onnxruntime-web').catch(() => undefined);
  if (found) found.env.wasm.numThreads = 1;
  return found;
}

/**
 * Runs the ONNX file itself on images and compares.
 *
 * @param images [N, S, S, 1] in [0, 1]
 * @param answers of the imported network, one row an image
 * @param kept indexes of the answers that were kept; undefined: all
 * @returns undefined where onnxruntime-web is not installed
 * @throws Error naming the first operator whose values differ, where an answer differs by more than 1e-4
 */
export async function compareWithRuntime(
  source: OnnxImport,
  input: ImportedNetwork['input'],
  images: tf.Tensor4D,
  answers: readonly (readonly number[])[],
  kept: readonly number[] | undefined,
): Promise<Comparison | undefined> {
  const ort = await runtime();
  if (!ort) return undefined;
  const session = await open(ort, source, []);
  let difference = 0;
  let worst = 0;
  for (const [n, own] of answers.entries()) {
    const outputs = await session.run(feedOf(ort, source, input, images, n));
    const all = Array.from(outputs[source.graph.output].data as Float32Array);
    const expected = kept ? kept.map(index => all[index]) : all;
    const largest = largestDifference(own, expected);
    if (!(largest <= difference)) [difference, worst] = [largest, n];
  }
  await session.release();
  if (!(difference <= tolerance)) {
    const where = await firstDifference(ort, source, input, images, worst);
    throw new Error(
      `The imported network answers otherwise than onnxruntime-web, by ${difference.toPrecision(2)} on test image ${worst + 1}` +
        `${where ? `; the first operator that differs is ${where}` : ''}. It is not imported.`,
    );
  }
  return { difference, runtime: `onnxruntime-web ${ort.env.versions.web ?? ''}`.trim() };
}

/** Relative above 1; NaN where either is. */
function largestDifference(own: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (own.length !== expected.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < own.length; i++) {
    const difference = Math.abs(own[i] - expected[i]) / Math.max(1, Math.abs(expected[i]));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** @param outputs more tensors of the graph to answer */
function open(
  ort: typeof Ort,
  { bytes, beside, graph }: OnnxImport,
  outputs: readonly string[],
): Promise<Ort.InferenceSession> {
  const more = outputs.filter(name => name !== graph.output).map(name => ({ name }));
  // Messages of one kind that follow each other are one in protobuf: these outputs are added to the graph's own.
  const added =
    more.length > 0 ? modelType.encode(modelType.fromObject({ graph: { output: more } })).finish() : [];
  const model = new Uint8Array(bytes.length + added.length);
  model.set(bytes);
  model.set(added, bytes.length);
  const externalData = [...beside].map(([path, data]) => ({ path, data }));
  // Unoptimised where every operator's own answer is asked for.
  const graphOptimizationLevel = more.length > 0 ? 'disabled' : 'all';
  return ort.InferenceSession.create(model, {
    executionProviders: ['wasm'],
    graphOptimizationLevel,
    logSeverityLevel: 3,
    externalData,
  });
}

function feedOf(
  ort: typeof Ort,
  { graph }: OnnxImport,
  input: ImportedNetwork['input'],
  images: tf.Tensor4D,
  n: number,
): Record<string, Ort.Tensor> {
  const planes = tf.tidy(() => {
    const mapped = new InputMapping({ name: 'feed', input }).call(tf.slice(images, n, 1));
    return tf.transpose(mapped, [0, 3, 1, 2]).dataSync<'float32'>();
  });
  return {
    [graph.input.name]: new ort.Tensor('float32', planes.slice(), [1, input.channels, ...input.size]),
  };
}

/** The first node, in the graph's order, whose values differ more than rounding explains. */
async function firstDifference(
  ort: typeof Ort,
  source: OnnxImport,
  input: ImportedNetwork['input'],
  images: tf.Tensor4D,
  n: number,
): Promise<string | undefined> {
  const { places, artifacts } = source.converted;
  const session = await open(
    ort,
    source,
    places.map(({ tensor }) => tensor),
  );
  const expected = await session.run(feedOf(ort, source, input, images, n));
  await session.release();
  const network = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
  try {
    const asked = places.filter(({ tensor }) => tensor in expected);
    const layers = [...new Set(asked.map(({ layer }) => layer))];
    const probe = tf.model({
      inputs: network.inputs,
      outputs: layers.map(name => network.getLayer(name).output as tf.SymbolicTensor),
    });
    const own = tf.tidy(() => {
      const mapped = new InputMapping({ name: 'feed', input }).call(tf.slice(images, n, 1));
      const values = [probe.predict(mapped)].flat() as tf.Tensor[];
      return asked.map(({ layer, axes }) =>
        tf.transpose(values[layers.indexOf(layer)], [...axes]).dataSync<'float32'>(),
      );
    });
    const first = asked.findIndex(({ tensor }, k) => differs(own[k], expected[tensor].data as Float32Array));
    return first < 0 ? undefined : nodeOf(asked[first]);
  } finally {
    network.dispose();
  }
}

/** Of values inside a network, against the largest of them. */
function differs(own: Float32Array, expected: Float32Array): boolean {
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  return (
    own.length !== expected.length ||
    own.some((value, i) => !(Math.abs(value - expected[i]) <= tolerance * scale))
  );
}

function nodeOf({ op, node }: Place): string {
  return `${op} (node "${node}")`;
}
