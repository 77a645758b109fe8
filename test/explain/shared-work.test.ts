import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { withFilm, type ExplainContext } from '../../src/explain';
import { loadLayers } from '../../src/models/load-layers';
import { buildGenerator } from '../../src/models/networks/generator';
import { buildResNet } from '../../src/models/networks/resnet';
import { context } from './fixtures';

const size = 32;
const valid = new Uint8Array(size * size).fill(1);
const input = Float32Array.from({ length: size * size }, (_, i) => 0.5 + 0.4 * Math.sin(i * 0.37));
const methods = ['similar-adversarial', 'adversarial-alone', 'gradient', 'input-gradient', 'gradcam'];

describe('methods that explain the same image one after the other', () => {
  let ctx: ExplainContext;

  beforeAll(async () => {
    await prepareNodeBackend('wasm', { keepFilters: true });
    const classifier = buildResNet({
      depth: 18,
      width: 8,
      size,
      channels: 1,
      head: 'features',
      seed: 2,
    }).model;
    const generator = buildGenerator({
      kind: 'single2',
      size,
      channels: 1,
      width: 8,
      levels: 3,
      inputPooling: 1,
      outputLevel: 0,
      output: 'residual',
      residualBound: 0.35,
      seed: 3,
    }).model;
    const base = context(await folded(classifier), { single2: await folded(generator) });
    base.card = { ...base.card, input: { ...base.card.input, size } };
    base.card.classifier = { ...base.card.classifier, featureLayer: 'features_relu' };
    ctx = base;
  });

  const maps = (severalMethods: boolean): Promise<{ map: Float32Array; seconds: number }[]> =>
    withFilm(
      ctx,
      { input, valid },
      async session => {
        const made = [];
        for (const augment of [0, 12]) {
          for (const methodId of methods) {
            const { map, seconds } = await session.explain({ methodId, augment, withGenerated: false });
            made.push({ map, seconds: seconds.explanation });
          }
        }
        return made;
      },
      { severalMethods },
    );

  it('have the maps that each has alone, from one pass of the networks', async () => {
    const alone: Float32Array[] = [];
    for (const augment of [0, 12]) {
      for (const methodId of methods) {
        const { map } = await withFilm(ctx, { input, valid }, session =>
          session.explain({ methodId, augment, withGenerated: false }),
        );
        alone.push(map);
      }
    }
    const generated = vi.spyOn(ctx.generators.single2, 'apply');
    // Gradients go through the layers; the classifier's answer alone does not.
    const derived = vi.spyOn(ctx.classifier.getLayer('logit'), 'call');
    const before = tf.memory().numTensors;
    const together = await maps(true);
    expect(tf.memory().numTensors).toBe(before);
    together.forEach(({ map }, k) => {
      expect(map).toEqual(alone[k]);
      // GradCAM of this network is 0 where nothing speaks for the positive class.
      if (methods[k % methods.length] !== 'gradcam') expect(map.some(value => value > 0)).toBe(true);
    });
    // The image itself, ten of its transforms, and the last two.
    expect(generated).toHaveBeenCalledTimes(3);
    // The same for gradient and input gradient together; GradCAM has its own.
    expect(derived).toHaveBeenCalledTimes(3 + 3);
    generated.mockClear();
    derived.mockClear();
    expect((await maps(false)).map(({ map }) => map)).toEqual(together.map(({ map }) => map));
    // Transforms are made, and gone through, for each method.
    expect(generated).toHaveBeenCalledTimes(1 + 2 * 2);
    expect(derived).toHaveBeenCalledTimes(2 + 2 * 3);
    vi.restoreAllMocks();
  });

  it('tell the time that each would have taken alone', async () => {
    const { generators } = ctx;
    const slow = vi.spyOn(generators.single2, 'apply').mockImplementation(function (this: tf.LayersModel, x) {
      const end = performance.now() + 60;
      while (performance.now() < end);
      return generators.single2.call(x as tf.Tensor, {});
    });
    const together = await maps(true);
    slow.mockRestore();
    for (const [k, id] of [...methods, ...methods].entries()) {
      if (id === 'similar-adversarial' || id === 'adversarial-alone') {
        expect(together[k].seconds).toBeGreaterThan(k < methods.length ? 0.055 : 0.11);
      }
    }
  });
});

async function folded(model: tf.LayersModel): Promise<tf.LayersModel> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async given => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  if (!artifacts) throw new Error('The model was not saved.');
  return loadLayers(artifacts, true);
}
