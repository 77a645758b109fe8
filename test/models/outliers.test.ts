import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { ModelPackageError, type ModelCard } from '../../src/models/card';
import { encodeDistribution } from '../../src/models/distribution';
import { sha256Hex } from '../../src/models/hash';
import { buildResNet } from '../../src/models/networks/resnet';
import { classifierHash, loadModelPackage, type PackageReader } from '../../src/models/package';
import { prepareImage } from '../../src/models/preparation';
import { exportNetwork } from '../../src/training/export-network';
import { explainInput } from '../explain/fixtures';
import { exampleCard } from './card-fixture';

const size = 32;
const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const files = new Map<string, Uint8Array>();
let card: ModelCard;
let channels: number;

beforeAll(async () => {
  await prepareNodeBackend('cpu');
  const { model } = buildResNet({ depth: 18, width: 4, size, channels: 1, head: 'features', seed: 1 });
  channels = (model.getLayer('features_relu').output as tf.SymbolicTensor).shape[3]!;
  const { modelTopology, weightSpecs, weightData } = await exportNetwork(model);
  const manifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
  files.set('classifier/model.json', encode({ modelTopology, weightsManifest: manifest }));
  files.set('classifier/weights.bin', new Uint8Array(weightData));
  // No component: the plain distance from the origin in units of 1.
  const dimension = 2 * channels;
  files.set(
    'fit.bin',
    encodeDistribution({
      mean: new Float32Array(dimension),
      scale: new Float32Array(dimension).fill(1),
      components: Float32Array.from({ length: dimension }, (_, i) => Number(i === 0)),
      variances: Float32Array.of(1),
      residual: 1,
    }),
  );
  const bare = exampleCard({ generators: {}, defaultGenerator: undefined });
  const hashes = Object.fromEntries([...files].map(([path, bytes]) => [path, sha256Hex(bytes)]));
  card = { ...bare, files: hashes };
  card.outOfDistribution = {
    path: 'fit.bin',
    layers: ['features_relu'],
    components: 1,
    threshold: 0.5,
    quantile: 0.95,
    classifierSha256: classifierHash(card),
    figures: {},
  };
  model.dispose();
});

afterAll(() => tf.disposeVariables());

const reader =
  (ofCard: ModelCard): PackageReader =>
  async path => {
    const bytes = path === 'model-card.json' ? encode(ofCard) : files.get(path);
    if (!bytes) throw new ModelPackageError('missing', path);
    return bytes;
  };

const film = {
  values: Float32Array.from({ length: size * size }, (_, i) => (i * 37) % 101),
  rows: size,
  columns: size,
  photometric: 'MONOCHROME2' as const,
};

describe('a card with a fit of the training features', () => {
  it('gives the distance of an explained image, from the spatially pooled features', async () => {
    const model = await loadModelPackage(reader(card), { generators: [] });
    const prepared = prepareImage(film, { ...card.input, size, channels: 1 });
    const { outlier, decision } = await explainInput(model, prepared, { methodId: 'gradient' });
    const expected = tf.tidy(() => {
      const { output } = model.classifier.getLayer('features_relu');
      const features = tf.model({ inputs: model.classifier.inputs, outputs: output as tf.SymbolicTensor });
      const map = features.predict(tf.tensor4d(prepared.input, [1, size, size, 1])) as tf.Tensor;
      const { mean, variance } = tf.moments(map, [1, 2]);
      const pooled = tf.concat([mean, tf.sqrt(variance)], 1);
      return tf.sqrt(tf.mean(tf.square(pooled))).dataSync()[0];
    });
    expect(outlier?.threshold).toBe(0.5);
    expect(outlier?.distance).toBeCloseTo(expected, 5);
    const { outOfDistribution: _, ...without } = card;
    const plain = await loadModelPackage(reader(without as ModelCard), { generators: [] });
    const answer = await explainInput(plain, prepared, { methodId: 'gradient' });
    expect(answer.outlier).toBeUndefined();
    expect(answer.decision.logit).toBeCloseTo(decision.logit!, 5);
    model.dispose();
    plain.dispose();
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const model = await loadModelPackage(reader(card), { generators: [] });
    const prepared = prepareImage(film, { ...card.input, size, channels: 1 });
    await explainInput(model, prepared, { methodId: 'gradient' });
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is refused for another classifier, with a changed file, or with a layer that is not there', async () => {
    const fit = card.outOfDistribution!;
    const load = (change: Partial<typeof fit>) =>
      loadModelPackage(reader({ ...card, outOfDistribution: { ...fit, ...change } }), { generators: [] });
    await expect(load({ classifierSha256: '0'.repeat(64) })).rejects.toThrow(/another classifier.*fit-ood again/);
    await expect(load({ layers: ['nowhere'] })).rejects.toThrow(/nowhere/);
    await expect(load({ components: 1000 })).rejects.toThrow(/cannot hold/);
    await expect(load({ path: 'absent.bin' })).rejects.toThrow(/no SHA-256 for absent\.bin/);
  });
});
