import { describe, expect, it } from 'vitest';
import {
  boxTruth,
  curveArea,
  localisationCase,
  localisationMetrics,
  meanCurve,
  precisionSensitivity,
  rankMap,
  type LocalisationCase,
} from '../../src/metrics';
import { inputGeometry } from '../../src/models/preparation';
import { lcg } from './numbers';

const metric = (id: string, localisation: LocalisationCase): number => {
  const found = localisationMetrics.find(candidate => candidate.id === id);
  if (!found) throw new Error(`no metric ${id}`);
  return found.compute(localisation);
};

/** 10 × 10 map with values 100, 99, … 1 in reading order. */
const ramp = Float32Array.from({ length: 100 }, (_, i) => 100 - i);
const firstRows = (rows: number): Uint8Array =>
  Uint8Array.from({ length: 100 }, (_, i) => (i < rows * 10 ? 1 : 0));

describe('localisation metrics by hand', () => {
  it('a truth that is the top 10 pixels', () => {
    const localisation = localisationCase(rankMap(ramp), firstRows(1));
    expect(metric('iou90', localisation)).toBe(1);
    expect(metric('iou80', localisation)).toBe(0.5); // 10 of 20
    expect(metric('iou95', localisation)).toBe(0.5); // 5 of 10
    expect(metric('iou98', localisation)).toBe(0.2); // 2 of 10
    expect(metric('pointing', localisation)).toBe(1);
    expect(metric('iouOwnArea', localisation)).toBe(1);
    expect(metric('rank', localisation)).toBe(1);
    expect(metric('auprc', localisation)).toBeCloseTo(1, 12);
    expect(metric('mass', localisation)).toBeCloseTo(955 / 5050, 12); // 91 + … + 100 of 1 + … + 100
  });

  it('a truth that the map half misses', () => {
    const truth = Uint8Array.from({ length: 100 }, (_, i) => (i >= 5 && i < 15 ? 1 : 0));
    const localisation = localisationCase(rankMap(ramp), truth);
    expect(metric('iou90', localisation)).toBeCloseTo(5 / 15, 12);
    expect(metric('iouOwnArea', localisation)).toBeCloseTo(5 / 15, 12);
    expect(metric('rank', localisation)).toBe(0.5);
    expect(metric('pointing', localisation)).toBe(0);
    expect(metric('iou95', localisation)).toBe(0);
  });

  it('precision, sensitivity and their areas', () => {
    const localisation = localisationCase(rankMap(ramp), firstRows(1));
    const curve = precisionSensitivity(localisation);
    expect(curve.precision[0]).toBe(0.1);
    expect(curve.sensitivity[0]).toBe(1);
    expect(curve.precision[95]).toBe(1);
    expect(curve.sensitivity[95]).toBeCloseTo(0.5, 12);
    // Sensitivity falls from 1 (percentile 90) to 0.1 (99) at precision 1; before 90 it does not move.
    expect(curveArea(curve)).toBeCloseTo(0.9, 12);
    expect(curveArea(curve, 60)).toBeCloseTo(0.9, 12);
    expect(curveArea(curve, 95)).toBeCloseTo(0.4, 12);
  });

  it('the mean curve averages precision and sensitivity before the area is taken', () => {
    // Everything is truth: precision 1 all along, sensitivity from 1 down to 0.01, area 0.99.
    const all = precisionSensitivity(localisationCase(rankMap(ramp), firstRows(10)));
    expect(curveArea(all)).toBeCloseTo(0.99, 12);
    const first = precisionSensitivity(localisationCase(rankMap(ramp), firstRows(1)));
    const mean = meanCurve([first, all]);
    expect(mean.precision[50]).toBeCloseTo((10 / 50 + 1) / 2, 12);
    expect(mean.sensitivity[50]).toBeCloseTo((1 + 0.5) / 2, 12);
    expect(curveArea(mean, 98)).toBeCloseTo((0.2 + 0.02) / 2 - (0.1 + 0.01) / 2, 12);
  });

  it('counts nothing outside the valid image', () => {
    const valid = Uint8Array.from({ length: 100 }, (_, i) => (i < 10 ? 0 : 1));
    const localisation = localisationCase(rankMap(ramp, valid), firstRows(2));
    expect(localisation.truthCount).toBe(10);
    expect(metric('iouOwnArea', localisation)).toBe(1);
    expect(metric('mass', localisation)).toBeCloseTo(855 / (855 + (80 * 81) / 2), 12);
  });

  it('a constant map fails everywhere, whatever its ties would hit', () => {
    const localisation = localisationCase(rankMap(new Float32Array(100).fill(3)), firstRows(9));
    for (const { compute } of localisationMetrics) expect(compute(localisation)).toBe(0);
    expect(curveArea(precisionSensitivity(localisation))).toBe(0);
  });

  it('refuses an empty truth and a NaN map', () => {
    expect(() => localisationCase(rankMap(ramp), new Uint8Array(100))).toThrow(/No pixel of the truth/);
    expect(() => rankMap(Float32Array.of(Number.NaN))).toThrow(/NaN/);
  });
});

describe('pixel AUPRC against scikit-learn 1.9.1, average_precision_score', () => {
  const truth = Uint8Array.from({ length: 256 }, (_, i) => {
    const [row, column] = [Math.floor(i / 16), i % 16];
    return row >= 3 && row < 9 && column >= 5 && column < 12 ? 1 : 0;
  });

  it('with ties: average_precision_score(t, np.floor(lcg(256, 5) * 40) / 40)', () => {
    const map = Float32Array.from(lcg(256, 5), value => Math.floor(value * 40) / 40);
    expect(metric('auprc', localisationCase(rankMap(map), truth))).toBeCloseTo(0.19312025577267633, 12);
  });

  it('without: average_precision_score(t, lcg(256, 6) + 0.4 * t)', () => {
    const map = Float32Array.from(lcg(256, 6), (value, i) => value + 0.4 * truth[i]);
    expect(metric('auprc', localisationCase(rankMap(map), truth))).toBeCloseTo(0.6533632868716482, 12);
  });
});

describe('boxTruth', () => {
  it('takes the pixels whose centres lie in a box, scaled to the input', () => {
    const geometry = inputGeometry(1000, 500, 10, 'stretch'); // one input pixel is 50 × 100 image pixels
    const truth = boxTruth([{ x: 100, y: 200, width: 100, height: 100 }], geometry);
    const inside = [...truth.keys()].filter(i => truth[i]);
    expect(inside).toEqual([22, 23]);
  });

  it('follows a letterbox and takes the union', () => {
    const geometry = inputGeometry(1000, 500, 10, 'letterbox'); // columns 2.5 to 7.5 of the input
    const box = { x: 0, y: 0, width: 500, height: 100 };
    const truth = boxTruth([box, box], geometry);
    expect([...truth.keys()].filter(i => truth[i])).toEqual([2, 3, 4, 5, 6]);
  });

  it('refuses a box outside the image', () => {
    const geometry = inputGeometry(100, 100, 10, 'stretch');
    expect(() => boxTruth([{ x: 200, y: 0, width: 5, height: 5 }], geometry)).toThrow(/outside the image/);
    expect(() => boxTruth([{ x: 0, y: 0, width: 0, height: 5 }], geometry)).toThrow(/empty/);
  });
});
