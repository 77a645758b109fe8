import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeStored, readStoredMap, sourceAttributes } from '../../src/dicom/results';
import { seededRandom } from '../../src/models/random';

const folder = path.join(import.meta.dirname, '../fixtures/stored-results');
/** What earlier releases wrote into archives; `makeResults` of those releases made them of one map. */
const releases = readdirSync(folder);

describe.each(releases)('results that version %s stored', release => {
  const load = (kind: string): Uint8Array => readFileSync(path.join(folder, release, `${kind}.dcm`));

  it('are read: model, settings, figures, cautions and the map, value by value', () => {
    expect(describeStored(sourceAttributes(load('pm')))).toMatchObject({
      sourceInstanceUid: '1.2.3.4.5',
      model: {
        id: 'test-model',
        version: '1.2.3',
        classes: ['no opacity', 'pneumonia'],
        operatingPoint: 0.4,
      },
      settings: {
        methodId: 'similar-adversarial',
        generator: 'single2',
        augment: 0,
        seed: 0,
        backend: 'wasm',
      },
      figures: {
        decision: { kind: 'operating-point', score: 0.123456789012345, operatingPoint: 0.4, decided: 0 },
        decisionSimilar: { score: 0.2 },
        decisionAdversarial: { score: 0.9 },
        hold: true,
        flip: true,
      },
      cautions: ['View Position is not stated.'],
      created: { date: '20260203', time: '040506' },
      software: release,
    });
    const random = seededRandom(7);
    const map = Float32Array.from({ length: 61 * 47 }, () => random() ** 3);
    expect(readStoredMap(load('pm'))).toEqual({ rows: 61, columns: 47, map });
  });

  it('are no explanation where they hold none', () => {
    for (const kind of ['seg', 'sr']) expect(describeStored(sourceAttributes(load(kind)))).toBeUndefined();
  });
});
