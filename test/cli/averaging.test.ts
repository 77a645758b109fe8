import { rm } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { openSource, type AveragingSource } from '../../src/cli/averaging/source';
import { AveragingTeam } from '../../src/cli/averaging/team';
import { augmented, inputTensor, methodById, type ExplainContext } from '../../src/explain';
import { seededRandom } from '../../src/models/random';
import { untrainedPackage } from './untrained-package';

let source: AveragingSource;
let context: ExplainContext;

beforeAll(async () => {
  await prepareNodeBackend('wasm');
  source = { model: await untrainedPackage(), generators: ['single2'] };
  context = await openSource(source);
}, 120_000);
afterAll(() => rm(source.model, { recursive: true }));

it('several threads give the map of one, whatever their number', { timeout: 120_000 }, async () => {
  const random = seededRandom('image');
  const { size } = context.card.input;
  const input = Float32Array.from({ length: size * size }, () => random());
  const x = inputTensor(context, input);
  for (const [threads, count] of [
    [1, 3],
    [2, 5],
    [3, 2], // one thread without a share
  ]) {
    const team = await AveragingTeam.start(context, source, 'wasm', threads);
    try {
      for (const methodId of ['similar-adversarial', 'gradient']) {
        const augment = { count, seed: 4 };
        const options = { ...augment, ranges: context.card.augmentation };
        const alone = augmented(methodById(methodId), options).explain(context, x);
        const found = await team.average({ methodId, augment }, input);
        const largest = Math.max(...alone.map.dataSync());
        expect(largest).toBeGreaterThan(0);
        // A spread is the root of a difference of sums, in which more of the rounding is left.
        for (const [name, bound] of [
          ['map', 1e-5] as const,
          ['halves', 3e-5] as const,
          ['spread', 1e-3] as const,
        ]) {
          const expected = Array.from(alone[name]!.dataSync());
          expect(found[name].length).toBe(expected.length);
          const gaps = expected.map((value, i) => Math.abs(value - found[name][i]));
          expect(Math.max(...gaps) / largest, name).toBeLessThan(bound);
        }
      }
    } finally {
      await team.stop();
    }
  }
});

it('a thread that cannot start says why', { timeout: 60_000 }, async () => {
  const nowhere = { ...source, model: 'nowhere' };
  await expect(AveragingTeam.start(context, nowhere, 'wasm', 2)).rejects.toThrow(/nowhere does not exist/);
});

it('a thread that hangs is told of, not waited for', { timeout: 60_000 }, async () => {
  const { size } = context.card.input;
  // Next to no work for this thread, so that it looks at the other one, which has a ResNet to go through, while that is busy.
  const layers = [tf.layers.flatten({ inputShape: [size, size, 1] }), tf.layers.dense({ units: 1 })];
  const light = { ...context, classifier: tf.sequential({ layers }) };
  const team = await AveragingTeam.start(light, source, 'wasm', 2, 1);
  try {
    const averaging = { methodId: 'gradient', augment: { count: 200, seed: 4 } };
    await expect(team.average(averaging, new Float32Array(size * size).fill(0.5))).rejects.toThrow(
      /averaging worker has not answered for 0 s/,
    );
  } finally {
    await team.stop();
    light.classifier.dispose();
  }
});
