import { describe, expect, it } from 'vitest';
import { localisationMetrics } from '../../src/metrics';
import {
  compareAllPairs,
  compareWithReference,
  compareWithoutFailures,
} from '../../src/evaluation/statistics/comparisons';
import type { CaseRecord, MapTitle } from '../../src/evaluation/records';
import { compareReports, type LoadedReport } from '../../src/evaluation/statistics/model-comparison';
import type { EvaluationResults } from '../../src/evaluation/results';

const decidedBy = { kind: 'operating-point', operatingPoint: 0.5 } as const;
const options = { decidedBy, resamples: 100, seed: 2 };
const titles = ['own', 'same', 'worse', 'elsewhere'].map((key): MapTitle => ({
  key,
  title: key,
  family: 'baseline',
  averaged: false,
  slow: false,
}));

/** Twenty patients, the first with two images; "worse" is worse by 0.1 everywhere, "same" is equal. */
const records: CaseRecord[] = Array.from({ length: 21 }, (_, i) => {
  const value = 0.3 + (i % 5) / 50;
  const figures = (iou: number) => ({
    values: Object.fromEntries(localisationMetrics.map(({ id }) => [id, iou])),
    precision: Array.from({ length: 100 }, () => iou), // a rectangle: the area is iou · 0.8
    sensitivity: Array.from({ length: 100 }, (_, p) => (0.8 * (99 - p)) / 99),
  });
  const map = (iou: number) => ({ constantShare: 0, right: figures(iou), thumbnail: '' });
  return {
    id: `image ${i}`,
    patient: `patient ${Math.max(1, i)}`,
    label: 1,
    view: '',
    collection: '',
    reader: '' as const,
    sex: '',
    logit: 0,
    score: 0.9,
    classifierSeconds: 0,
    generators: {},
    maps: { own: map(value), same: map(value), worse: map(value - 0.1) },
  };
});

describe('comparisons of maps', () => {
  it('compares the reference with every other on patient means, corrected within each metric', () => {
    const found = compareWithReference(records, titles, 'own', options);
    const primary = found.filter(({ metric }) => metric === 'iou90');
    expect(primary.map(({ b }) => b)).toEqual(['same', 'worse']);
    const [same, worse] = primary;
    expect(same).toMatchObject({ a: 'own', patients: 20, difference: 0, p: 1, adjusted: 1 });
    expect(worse.difference).toBeCloseTo(0.1, 12);
    // Of 2^20 sign patterns two are as large as the observed one: nearly none of the random ones is.
    expect(worse.p).toBeLessThan(4e-5);
    expect(worse.adjusted).toBeCloseTo(2 * worse.p, 12);
  });

  it('compares areas under mean curves by exchanging the curves of patients', () => {
    const [same, worse] = compareWithReference(records, titles, 'own', options).filter(
      ({ metric }) => metric === 'total',
    );
    expect(same).toMatchObject({ b: 'same', patients: 20, difference: 0, p: 1 });
    expect(worse.difference).toBeCloseTo(0.08, 12);
    expect(worse.p).toBe(1 / 10_000);
    expect(worse.interval).toBeUndefined(); // of all patients the same
  });

  it('compares on the images where neither map failed, and maps that failed somewhere alone', () => {
    expect(compareWithoutFailures(records, titles, 'own', options)).toEqual([]);
    // "worse" is constant on the last five images.
    const some = records.map((record, i) =>
      i < 16
        ? record
        : { ...record, maps: { ...record.maps, worse: { ...record.maps.worse, failure: 'constant' } } },
    );
    const found = compareWithoutFailures(some, titles, 'own', options);
    expect(found.map(({ b, metric, patients }) => [b, metric, patients])).toContainEqual([
      'worse',
      'iou90',
      15,
    ]);
    expect(found.every(({ b }) => b === 'worse')).toBe(true);
  });

  it('compares all pairs once', () => {
    const pairs = compareAllPairs(records, titles, options).map(({ a, b }) => `${a}-${b}`);
    expect(pairs).toEqual(['own-same', 'own-worse', 'same-worse']);
  });
});

describe('comparison of models', () => {
  const report = (sha256: string, shift: number, key = 'own'): LoadedReport => ({
    results: {
      provenance: { data: { sha256 }, options: { resamples: 100, seed: 1 } },
      maps: [{ key, title: 'Own', generator: 'single2' }],
    } as unknown as EvaluationResults,
    rows: records.map(({ id, patient, maps }) => ({
      image: id,
      patient,
      map: key,
      iou90: maps.own.right.values.iou90 - shift,
    })),
  });

  it('pairs images of the same data, and leaves figures of different films unpaired', () => {
    const [row] = compareReports(report('x', 0), report('x', 0.05));
    expect(row.paired).toMatchObject({ images: 21, patients: 20 });
    expect(row.paired?.difference.value).toBeCloseTo(0.05, 12);
    expect(row.paired?.p).toBeLessThan(4e-5);
    expect(compareReports(report('x', 0), report('y', 0.05))[0].paired).toBeUndefined();
  });

  it('knows a map again whose key names the generator in one of the models alone', () => {
    const rows = compareReports(report('x', 0), report('x', 0.05, 'own:single2'));
    expect(rows.length).toBe(1);
    expect(rows[0].paired?.images).toBe(21);
    expect(compareReports(report('x', 0), report('x', 0, 'other')).map(({ paired }) => paired)).toEqual([
      undefined,
      undefined,
    ]);
  });
});
