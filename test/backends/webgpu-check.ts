// Run by webgpu.test.ts in a process of its own, whose environment names the graphics driver.
import * as tf from '@tensorflow/tfjs';
import { prepareNodeBackend } from '../../src/backends/node';
import { selfTestValues } from '../../src/backends/self-test';
import { provideWebgpu } from '../../src/backends/webgpu';
import { buildResNet } from '../../src/models/networks/resnet';
import { ClassifierTask } from '../../src/training/classifier-task';
import { GeneratorTask } from '../../src/training/generator-task';
import { MaskTask } from '../../src/training/mask-task';
import type { TrainingTask } from '../../src/training/task';
import { classifierConfig, generatorConfig, maskConfig, size, toySource } from '../training/task-fixtures';
import { relativeError } from './helpers';

function frozen(head: 'features' | 'cells'): tf.LayersModel {
  return buildResNet({ ...classifierConfig.network, size, head, seed: 9 }).model;
}

const cells = { ...classifierConfig, network: { ...classifierConfig.network, head: 'cells' } } as const;

const tasks: Record<string, () => TrainingTask> = {
  classifier: () => new ClassifierTask(classifierConfig, toySource),
  'classifier that decides by its cells': () => new ClassifierTask(cells, toySource),
  generator: () => new GeneratorTask(generatorConfig, toySource, frozen('features')),
  'generator through a cell head': () => new GeneratorTask(generatorConfig, toySource, frozen('cells')),
  'mask generator': () => new MaskTask(maskConfig, toySource, frozen('features')),
};

/** Loss terms, then gradients. */
async function look(make: () => TrainingTask): Promise<Float32Array[]> {
  const task = make();
  const { terms, gradients } = await task.gradients([0, 1], 3);
  const values = await Promise.all(gradients.map(async gradient => (await gradient.data()) as Float32Array));
  tf.dispose(gradients);
  return [...Object.values(terms).map(term => Float32Array.of(term)), ...values];
}

/** Largest error of any value over the largest gradient: many gradients before a batch norm are zero but for rounding. */
function worst(actual: Float32Array[], expected: Float32Array[]): number {
  const flat = (list: Float32Array[]): Float32Array => Float32Array.from(list.flatMap(values => [...values]));
  return relativeError(flat(actual), flat(expected));
}

async function main(): Promise<void> {
  const adapter = await provideWebgpu();
  await prepareNodeBackend('cpu');
  const expected: Record<string, Float32Array[]> = { 'self-test': await selfTestValues() };
  for (const [name, make] of Object.entries(tasks)) expected[name] = await look(make);
  tf.disposeVariables();
  process.stderr.write(`${adapter}: cpu values are there\n`);
  await prepareNodeBackend('webgpu');
  // Otherwise small tensors are computed by the cpu kernels.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  const errors: Record<string, number> = {
    'self-test': worst(await selfTestValues(), expected['self-test']),
  };
  for (const [name, make] of Object.entries(tasks)) {
    errors[name] = worst(await look(make), expected[name]);
    process.stderr.write(`${name}: ${errors[name]}\n`);
  }
  process.stdout.write(JSON.stringify({ adapter, backend: tf.getBackend(), errors }));
}

main().catch((error: Error) => {
  process.stderr.write(error.stack ?? error.message);
  process.exitCode = error.message.includes('found no graphics adapter') ? 3 : 1;
});
