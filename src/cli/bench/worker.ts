import * as tf from '@tensorflow/tfjs';
import { wasmHeapBytes } from '../../backends/heap';
import { prepareNodeBackend, type NodeBackendName } from '../../backends/node';
import { foldBatchNorms } from '../../models/fold';
import { buildResNet } from '../../models/networks/resnet';
import { seededRandom } from '../../models/random';
import { ClassifierTask } from '../../training/classifier-task';
import { GeneratorTask } from '../../training/generator-task';
import type { Sample, SampleSource } from '../../training/samples';
import type { SharedState } from '../../training/shared-state';
import type { TrainingTask } from '../../training/task';
import { TrainingMember } from '../../training/training-member';
import type { Handlers } from '../../workers/calls';
import { serveNode } from '../../workers/node';
import { benchConfig, classifierOptions, type BenchNet } from './nets';

/** What a measuring worker is told when it starts. */
export interface BenchStart {
  rank: number;
  workers: number;
  backend: NodeBackendName;
  net: BenchNet;
  /** Side of the images, pixels. */
  size: number;
}

/** What a measuring worker does. */
export interface BenchCalls {
  start: { request: BenchStart; reply: { parameters: number; statistics: number } };
  join: { request: { state: SharedState; initialise: boolean }; reply: void };
  /** Trains one step. */
  step: { request: { step: number }; reply: { heapBytes: number } };
}

/** A worker that trains as `explain train` does, on noise, one step an order. */
function createHandlers(): Handlers<BenchCalls> {
  let member: TrainingMember | undefined;
  const started = (): TrainingMember => {
    if (member) return member;
    throw new Error('This worker has not started to measure.');
  };
  return {
    async start({ rank, workers, backend, net, size }) {
      await prepareNodeBackend(backend, { keepFilters: true, training: true });
      const config = benchConfig(net, size);
      const source = noise(size);
      const place = { kind: 'phantom', input: {} as never, options: {} as never } as const; // the source is given below
      member = new TrainingMember(
        { rank, workers, backend, config, source: place },
        await makeTask(net, size, source),
      );
      return member.sizes;
    },
    join: ({ state, initialise }) => started().join(state, initialise),
    async step({ step }) {
      await started().run({ from: step, to: step + 1, learningRate: 1e-4 }, () => {});
      return { heapBytes: wasmHeapBytes() };
    },
  };
}

async function makeTask(net: BenchNet, size: number, source: SampleSource): Promise<TrainingTask> {
  const config = benchConfig(net, size);
  if (config.kind === 'classifier') return new ClassifierTask(config, source);
  if (config.kind === 'mask') throw new Error('A mask generator is not among the measured nets.');
  return new GeneratorTask(config, source, await frozenClassifier(net, size));
}

/** As a package's classifier is loaded: batch norm folded. */
async function frozenClassifier(net: BenchNet, size: number): Promise<tf.LayersModel> {
  const { model } = buildResNet(classifierOptions(net, size));
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async artifacts => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  model.dispose();
  if (!saved) throw new Error('The classifier was not saved.');
  return tf.loadLayersModel(tf.io.fromMemory(foldBatchNorms(saved)));
}

/** Grey noise with a known opacity in every second image. */
function noise(size: number): SampleSource {
  const random = seededRandom('bench');
  const pixels = Float32Array.from({ length: size * size }, () => random());
  const truth = new Float32Array(size * size);
  truth.fill(1, 0, (size * size) / 4);
  const draw = (position: number): Sample =>
    position % 2 === 0
      ? { pixels, truth, label: 1, view: 'PA' }
      : { pixels, truth: new Float32Array(size * size), label: 0, view: 'PA' };
  return { size, draw, validationCount: 0, validation: draw };
}

serveNode(createHandlers());
