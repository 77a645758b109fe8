import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { expect, it } from 'vitest';
import { methodById } from '../../src/explain';
import { buildResNet } from '../../src/models/networks/resnet';
import { seededRandom } from '../../src/models/random';
import { testCard } from './fixtures';

const size = 64;

/** Maps of one backend, the network rebuilt there from the same seeds. */
async function maps(backend: string): Promise<Record<string, Float32Array>> {
  await tf.setBackend(backend);
  await tf.ready();
  const { model, featureLayer } = buildResNet({
    depth: 18,
    width: 4,
    size,
    channels: 1,
    head: 'features',
    seed: 1,
  });
  const card = testCard();
  const context = {
    card: { ...card, input: { ...card.input, size }, classifier: { ...card.classifier, featureLayer } },
    classifier: model,
    generators: {},
  };
  const random = seededRandom('film');
  const values = Float32Array.from({ length: size * size }, () => random());
  const x = tf.tensor4d(values, [1, size, size, 1]);
  const found: Record<string, Float32Array> = {};
  for (const id of ['gradient', 'input-gradient', 'gradcam']) {
    const { map } = methodById(id).explain(context, x);
    found[id] = (await map.data()) as Float32Array;
  }
  return found;
}

it('the shipped kind of classifier gives the same maps on the stock wasm backend as on cpu', async () => {
  const cpu = await maps('cpu');
  const wasm = await maps('wasm');
  for (const [id, expected] of Object.entries(cpu)) {
    const largest = Math.max(...expected);
    expect(largest, id).toBeGreaterThan(0);
    const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - wasm[id][i])), 0);
    expect(worst / largest, id).toBeLessThan(1e-4);
  }
}, 60_000);
