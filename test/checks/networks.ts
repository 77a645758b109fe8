import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { Command } from 'commander';
import { registerImport } from '../../src/cli/import';
import type { ExplainContext } from '../../src/explain';
import { equalise } from '../../src/models/equalisation';
import { loadModelPackage } from '../../src/models/package';
import { makePhantom } from '../../src/phantom';
import { folderReader } from '../../src/io/folder-reader';
import { graphArtifacts } from '../imported/graph-fixture';
import { runPython } from './python';

export const channelStatistics = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Exports the PyTorch ResNet of `reference.py` and imports it by the commands that users give. */
export async function importedResNet(folder: string): Promise<ExplainContext> {
  runPython(['test/checks/reference.py', 'network', folder]);
  const exported = path.join(folder, 'resnet-tfjs');
  runPython(['scripts/export-pytorch.py', path.join(folder, 'state.pt'), '--out', exported, '--size', '64']);
  const scaling = [
    '--input-mean',
    channelStatistics.mean.join(),
    '--input-std',
    channelStatistics.std.join(),
  ];
  return imported(exported, path.join(folder, 'resnet'), [
    '--output',
    'logits',
    '--classes',
    'healthy,ill',
    ...scaling,
  ]);
}

/** A TensorFlow graph of three classes with a softmax, max pooling and a depthwise convolution. */
export async function importedGraph(folder: string): Promise<ExplainContext> {
  const source = path.join(folder, 'graph-tfjs');
  const { modelTopology, weightSpecs, weightData } = graphArtifacts({ deep: true });
  const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
  mkdirSync(source);
  writeFileSync(
    `${source}/model.json`,
    JSON.stringify({ format: 'graph-model', modelTopology, weightsManifest }),
  );
  writeFileSync(`${source}/weights.bin`, new Uint8Array(weightData as ArrayBuffer));
  const options = ['--output', 'softmax', '--classes', 'a,b,c', '--input-range=-1,1'];
  return imported(source, path.join(folder, 'graph'), options);
}

async function imported(source: string, out: string, options: string[]): Promise<ExplainContext> {
  const about = path.join(out, '..', `${path.basename(out)}-about.json`);
  writeFileSync(about, JSON.stringify(aboutOf(path.basename(out))));
  const program = new Command();
  registerImport(program);
  await program.parseAsync(['import', 'classifier', source, '--out', out, '--about', about, ...options], {
    from: 'user',
  });
  return loadModelPackage(folderReader(out), { generators: [] });
}

function aboutOf(id: string): object {
  return {
    card: {
      id,
      version: '1.0.0',
      title: 'Network of the checks',
      researchUseNotice: 'For checks only.',
      intendedUse: 'Checks.',
      weightsTerms: 'None.',
      applicability: {
        modalities: ['DX'],
        bodyParts: ['CHEST'],
        views: ['PA'],
        photometric: ['MONOCHROME2'],
        minRows: 32,
        minColumns: 32,
        minAgeYears: 0,
        maxAgeYears: 120,
        phantomOnly: true,
      },
    },
  };
}

/**
 * The context with a calibration under which the first image is called positive and the second negative, the first with
 * a score of 0.82: so that each side of a decision is met, and its probability has somewhere to fall.
 */
export function calibratedBetween(context: ExplainContext, images: tf.Tensor4D): ExplainContext {
  const logits = context.classifier.predictOnBatch(images) as tf.Tensor;
  const [first, second] = logits.dataSync();
  logits.dispose();
  const slope = 3 / Math.abs(first - second);
  const intercept = -slope * ((first + second) / 2) + (first > second ? 0 : 3);
  const calibration = {
    method: 'platt' as const,
    slope,
    intercept,
    fittedOn: 'two phantoms',
    reliability: [],
  };
  return { ...context, card: { ...context.card, calibration, operatingPoint: 0.45 } };
}

/** Factors of `withPair`. */
export const pairFactors = { similar: 0.95, adversarial: 0.6 };

/** The context with a pair generator, "single2", whose images are x times a factor: for the methods between two images. */
export function withPair(context: ExplainContext): ExplainContext {
  const { size, channels } = context.card.input;
  const input = tf.input({ shape: [size, size, channels] });
  const outputs = Object.values(pairFactors).map(factor => {
    const layer = tf.layers.conv2d({ filters: channels, kernelSize: 1, useBias: false });
    const output = layer.apply(input) as tf.SymbolicTensor;
    layer.setWeights([tf.tidy(() => tf.eye(channels).mul(factor).reshape([1, 1, channels, channels]))]);
    return output;
  });
  const entry = { kind: 'single2', path: 'none', title: 'Factors', output: 'plain', training: {} } as const;
  return {
    ...context,
    card: { ...context.card, generators: { single2: entry } },
    generators: { single2: tf.model({ inputs: input, outputs }) },
  };
}

/**
 * Equalised phantoms at the input size of a card, [count, S, S, 1]. Not cropped as films are, so that what is compared here does
 * not change with the search for a film's borders.
 */
export function phantomImages({ card }: ExplainContext, seeds: readonly string[]): tf.Tensor4D {
  const { size } = card.input;
  const inputs = seeds.map(seed => {
    const { pixels } = makePhantom(seed, { size, opacity: true });
    const { ranks } = equalise(pixels, new Uint8Array(pixels.length).fill(1), card.input.equalise);
    return tf.tensor4d(ranks, [1, size, size, 1]);
  });
  return tf.concat(inputs);
}
