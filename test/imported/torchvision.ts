import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import '../../src/models/imported';
import { convertOnnx } from '../../src/models/imported/onnx/convert';
import { openOnnx } from '../../src/models/imported/onnx/read';
import { loadLayers } from '../../src/models/load-layers';
import { python, whyNoPython } from '../support/python';

/** Why networks of torchvision cannot be made here, or undefined. */
export const whyNoTorchvision = (): string | undefined => whyNoPython(['torch', 'torchvision']);

export interface NetworkJob {
  /** As torchvision calls it, or xrv_densenet121. */
  name: string;
  size: number;
  opset: number;
  /** Of weights and image. */
  seed?: number;
}

const folderOf = (root: string, { name, opset }: NetworkJob): string => path.join(root, `${name}-${opset}`);

/** Lets PyTorch make and export networks, in one process. */
export function exportNetworks(root: string, jobs: readonly NetworkJob[]): void {
  const told = jobs.map(job => ({ ...job, folder: folderOf(root, job) }));
  for (const { folder } of told) mkdirSync(folder, { recursive: true });
  execFileSync(python, [path.resolve('test/imported/onnx-networks.py'), JSON.stringify(told)], {
    stdio: 'pipe',
  });
}

/**
 * How an imported network compares with PyTorch in double precision. Where an activation lies within rounding of a ReLU's corner,
 * single precision may take the derivative of the other side: PyTorch's own gradient then differs as well, at other places.
 */
export interface Difference {
  /** Of the logits, over the largest of them or 1. */
  answers: number;
  /** Of the gradient by the image, over its largest value. */
  gradients: number;
  /** The same of PyTorch in single precision. */
  torchItself: number;
  /** Of reading and converting the file; of one image there and back. */
  importMilliseconds: number;
  gradientMilliseconds: number;
}

/** An exported network, imported. */
export async function importedNetwork(root: string, job: NetworkJob): Promise<tf.LayersModel> {
  const { artifacts } = convertOnnx(openOnnx(readFileSync(`${folderOf(root, job)}/model.onnx`)).graph());
  return loadLayers(artifacts, true);
}

/** Imports an exported network, and compares logits and the gradient by the image. */
export async function compareWithTorch(root: string, job: NetworkJob): Promise<Difference> {
  const folder = folderOf(root, job);
  const expected = JSON.parse(readFileSync(`${folder}/expected.json`, 'utf8')) as Record<
    'image' | 'logits' | 'gradient',
    number[]
  > & { single: number };
  let begun = performance.now();
  const network = await importedNetwork(root, job);
  const importMilliseconds = performance.now() - begun;
  const { size } = job;
  const image = tf.tidy(() =>
    tf.transpose(tf.tensor(expected.image, [1, expected.image.length / size ** 2, size, size]), [0, 2, 3, 1]),
  );
  const logits = network.predict(image) as tf.Tensor2D;
  begun = performance.now();
  const gradient = tf.tidy(() => {
    const weights = tf.range(1, expected.logits.length + 1);
    const derived = tf.grad(x => tf.sum(tf.mul(network.apply(x) as tf.Tensor2D, weights)))(image);
    return tf.transpose(derived, [0, 3, 1, 2]);
  });
  const found = [logits, gradient].map(tensor => tensor.dataSync());
  const gradientMilliseconds = performance.now() - begun;
  tf.dispose([image, logits, gradient]);
  network.dispose();
  const largest = (values: readonly number[]): number =>
    values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return {
    answers: worst(found[0], expected.logits) / Math.max(1, largest(expected.logits)),
    gradients: worst(found[1], expected.gradient) / largest(expected.gradient),
    torchItself: expected.single,
    importMilliseconds,
    gradientMilliseconds,
  };
}

function worst(a: ArrayLike<number>, b: readonly number[]): number {
  if (a.length !== b.length) return Infinity;
  return b.reduce((most, value, i) => {
    const difference = Math.abs(a[i] - value);
    return difference <= most ? most : difference;
  }, 0);
}
