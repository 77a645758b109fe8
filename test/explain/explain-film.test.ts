import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { explainFilm, mapOnFilm, nativeExplanation, NotApplicableError } from '../../src/explain';
import { disagreementOf } from '../../src/explain/disagreement';
import { resultFile } from '../../src/explain/result-file';
import { resultFileSchema } from '../../src/explain/result-schema';
import type { ModelCard } from '../../src/models/card';
import { prepareImage } from '../../src/models/preparation';
import { context, linearClassifier, scalingPair, size } from './fixtures';

const pixels = size * size;

/** Twice as wide as high, letterboxed: upper and lower quarter of the input are no film. */
const film = {
  values: Float32Array.from({ length: 40 * 80 }, (_, i) => 100 + (i % 80)),
  rows: 40,
  columns: 80,
  photometric: 'MONOCHROME2' as const,
};

/** Says x is class 1; x_s = 0.9 x keeps it and x_a = 0.4 x does not. */
function model(): ReturnType<typeof context> {
  const networks = context(linearClassifier(new Float32Array(pixels).fill(8 / pixels), -1), {
    single2: scalingPair(0.9, 0.4),
  });
  const card: ModelCard = {
    ...networks.card,
    classes: [{ name: 'no' }, { name: 'yes' }],
    files: { 'a.bin': 'a'.repeat(64) },
    researchUseNotice: 'Research use only.',
    input: { ...networks.card.input, fit: 'letterbox' },
    applicability: {
      modalities: ['CR'],
      bodyParts: [],
      views: ['PA'],
      photometric: [],
      minRows: 1,
      minColumns: 1,
      minAgeYears: 0,
      maxAgeYears: 120,
      phantomOnly: false,
    },
  };
  return { ...networks, card };
}

const attributes = { modality: 'CR', rows: 40, columns: 80 };
const settings = { methodId: 'similar-adversarial' };

describe('explainFilm', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it('gives decision, map within the valid area, images, cautions, times and identity', async () => {
    const before = tf.memory().numTensors;
    const networks = model();
    const made = tf.memory().numTensors - before;
    const explained = await explainFilm({ image: film, attributes }, networks, settings);
    expect(tf.memory().numTensors - before, 'nothing stays in memory').toBe(made);
    expect(explained).toMatchObject({
      model: {
        id: 'test-model',
        classes: ['no', 'yes'],
        weightsSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      settings: {
        ...settings,
        methodTitle: 'Similar–Adversarial',
        generator: 'single2',
        augment: 0,
        seed: 0,
        backend: 'cpu',
      },
      film: { rows: 40, columns: 80, photometric: 'MONOCHROME2' },
      decision: { kind: 'operating-point', decided: 1 },
      hold: true,
      flip: true,
      mapSize: { rows: size, columns: size },
      cautions: ['View Position is not stated; "Test model" is made for PA.'],
      pixelCautions: [],
      notice: 'Research use only.',
    });
    // |0.9 x − 0.4 x| of the film, nothing of the letterbox.
    const { input, valid } = prepareImage(film, networks.card.input);
    expect(valid.reduce((sum, value) => sum + value, 0)).toBe(pixels / 2);
    explained.map.forEach((value, i) => expect(value).toBeCloseTo(valid[i] ? 0.5 * input[i] : 0, 5));
    expect(Object.values(explained.seconds).every(seconds => seconds >= 0)).toBe(true);
  });

  it('refuses a film that the model is not made for, with every reason and before any network runs', async () => {
    const lateral = { ...attributes, modality: 'MR', viewPosition: 'LATERAL' };
    const refused = await explainFilm({ image: film, attributes: lateral }, model(), settings).catch(
      (e: unknown) => e,
    );
    expect(refused).toBeInstanceOf(NotApplicableError);
    expect((refused as NotApplicableError).code).toBe('not-applicable');
    expect((refused as NotApplicableError).message).toBe(
      'Modality is MR; "Test model" is made for CR. View Position is LATERAL; "Test model" is made for PA.',
    );
  });

  it('its result file fits the schema and holds no pixel', async () => {
    const explained = await explainFilm({ image: film, attributes }, model(), settings);
    const text = JSON.stringify(
      resultFile(
        explained,
        {
          software: '1.2.3',
          created: new Date(Date.UTC(2026, 0, 31, 12)),
          sopInstanceUid: '1.2.840',
          frame: 2,
        },
        { percentile: 90 },
      ),
    );
    expect(text.length).toBeLessThan(2000);
    const file = resultFileSchema.parse(JSON.parse(text));
    expect(file).toMatchObject({
      format: 'explain-result/1',
      method: { id: 'similar-adversarial', generator: 'single2', augment: 0, seed: 0 },
      created: '2026-01-31T12:00:00.000Z',
      film: { sopInstanceUid: '1.2.840', frame: 2 },
      software: { explain: '1.2.3', tfjs: tf.version_core, backend: 'cpu' },
      decision: { decided: 1, operatingPoint: 0.5 },
      map: { rows: size, columns: size, fit: 'letterbox' },
      percentile: 90,
    });
    // A field that nobody has described is no part of the format.
    expect(resultFileSchema.safeParse({ ...file, patient: 'x' }).success).toBe(false);
  });

  it('brings the map onto the film once, whatever is made of it', async () => {
    const explained = await explainFilm({ image: film, attributes }, model(), settings);
    const onFilm = mapOnFilm(film, explained);
    const native = nativeExplanation(onFilm, explained, explained.prepared);
    expect(native.map).toBe(onFilm.map);
    expect(native.map).toHaveLength(40 * 80);
    expect(native.figures).toMatchObject({ hold: true, flip: true });
    const marked = native.mask(90);
    expect(marked.reduce((sum, value) => sum + value, 0)).toBe(0.1 * 40 * 80);
  });

  it('an averaged map is judged by the threshold of its method alone, in the result file too', async () => {
    const networks = model();
    const stability = {
      'similar-adversarial': { transforms: 6, threshold: 0.5, quantile: 0.1, figures: {} },
    };
    const judged = { ...networks, card: { ...networks.card, stability } };
    const averaged = { ...settings, augment: 6, seed: 3 };
    const explained = await explainFilm({ image: film, attributes }, judged, averaged);
    expect(explained.stability).toEqual({
      correlation: expect.any(Number),
      threshold: 0.5,
      differing: disagreementOf(explained)!.share,
    });
    const file = resultFileSchema.parse(JSON.parse(JSON.stringify(resultFile(explained, {}))));
    expect(file.stability).toEqual(explained.stability);
    const other = await explainFilm({ image: film, attributes }, judged, {
      ...averaged,
      methodId: 'gradient',
    });
    expect(other.stability?.threshold).toBeUndefined();
    const single = await explainFilm({ image: film, attributes }, judged, settings);
    expect('stability' in single).toBe(false);
    // Resampling alone keeps two halves from agreeing wholly.
    stability['similar-adversarial'].threshold = 0.999999;
    const unstable = await explainFilm({ image: film, attributes }, judged, averaged);
    expect(unstable.cautions).toContainEqual(
      expect.stringMatching(/^The map is unstable: .* correlation of \d\.\d{3}, below 1\.000, which most/),
    );
    expect(explained.cautions.join()).not.toContain('unstable');
  });
});
