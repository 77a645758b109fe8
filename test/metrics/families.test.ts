import { describe, expect, it } from 'vitest';
import {
  areaMetrics,
  changeMetrics,
  conditionalMetrics,
  localisationCase,
  localisationMetrics,
  metricFamilies,
  pairMetrics,
  perturbationMetrics,
  precisionSensitivity,
  rankMap,
  type ImageMetricFacts,
  type ImagePair,
  type LocalisationCase,
  type MetricFacts,
} from '../../src/metrics';
import { lcg } from './numbers';

const size = 16;
/** A square in the left half. */
const truth = Uint8Array.from({ length: size * size }, (_, i) => {
  const [x, y] = [i % size, Math.floor(i / size)];
  return x >= 2 && x < 6 && y >= 4 && y < 8 ? 1 : 0;
});
const noise = Float32Array.from(lcg(size * size, 1));
/** Largest inside the truth, and largest outside of it. */
const right = noise.map((value, i) => 0.4 * value + (truth[i] ? 0.6 : 0));
const wrong = right.map(value => 1 - value);
const maps = [right, wrong, noise, Float32Array.from(truth)];

const within = (value: number | undefined, { id, range: [low, high] }: MetricFacts): void => {
  expect(value, id).toBeGreaterThanOrEqual(low);
  expect(value, id).toBeLessThanOrEqual(high);
};
const better = ({ id, direction }: MetricFacts, good: number, bad: number): void =>
  direction === 'higher' ? expect(good, id).toBeGreaterThan(bad) : expect(good, id).toBeLessThan(bad);

describe.each(Object.entries(metricFamilies))('%s', (_, family) => {
  it('every metric says what it is', () => {
    expect(family.length).toBeGreaterThan(1);
    for (const {
      id,
      title,
      short,
      citation,
      direction,
      unit,
      range,
      applies,
    } of family as readonly MetricFacts[]) {
      expect(id).toMatch(/^[a-z][A-Za-z0-9]*$/);
      expect(title.length, id).toBeGreaterThan(2);
      expect(short.length, id).toBeLessThanOrEqual(12);
      // Whose it is: a year, or that it is this project's own.
      expect(citation, id).toMatch(/\b(19|20)\d\d\b|own definition/);
      expect(['higher', 'lower']).toContain(direction);
      expect(['1', 'dB']).toContain(unit);
      expect(range[0], id).toBeLessThan(range[1]);
      if (applies !== undefined) expect(applies.length, id).toBeGreaterThan(5);
    }
    const ids = family.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

it('no two metrics share a column of a CSV file', () => {
  const columns = (metrics: readonly ImageMetricFacts[]): string[] => metrics.map(({ column }) => column);
  const ofMaps = columns([
    ...localisationMetrics,
    ...conditionalMetrics,
    ...areaMetrics,
    ...perturbationMetrics,
  ]);
  const ofPairs = columns([...pairMetrics, ...changeMetrics]);
  for (const file of [ofMaps, ofPairs]) {
    expect(new Set(file).size).toBe(file.length);
    for (const column of file) expect(column).toMatch(/^[a-z][A-Za-z0-9_]*$/);
  }
});

it('a map that marks the truth is better than one that avoids it, and every figure lies in its range', () => {
  const cases = maps.map((map): LocalisationCase => localisationCase(rankMap(map), truth));
  for (const metric of localisationMetrics) {
    cases.forEach(each => within(metric.compute(each), metric));
    better(metric, metric.compute(cases[0]), metric.compute(cases[1]));
  }
  for (const metric of areaMetrics) {
    const areas = cases.map(each => metric.compute(precisionSensitivity(each)));
    areas.forEach(area => within(area, metric));
    better(metric, areas[0], areas[1]);
  }
  for (const metric of conditionalMetrics) {
    const held = maps.map(map => metric.compute({ map, truth, columns: size }));
    held.forEach(value => within(value, metric));
    better(metric, held[0]!, held[1]!);
    expect(
      metric.compute({ map: right, truth: new Uint8Array(truth.length).fill(1), columns: size }),
    ).toBeUndefined();
  }
});

it('a perturbation curve has two ends, and a map that failed has its worst value', () => {
  const images = { image: noise, blurred: right, black: wrong };
  for (const metric of perturbationMetrics) {
    const [from, to] = metric.ends(images);
    expect(Object.values(images)).toEqual(expect.arrayContaining([from, to]));
    expect(from, metric.id).not.toBe(to);
    expect(metric.failed).toBe(metric.direction === 'higher' ? metric.range[0] : metric.range[1]);
  }
});

it('nearer images are better, a smaller change in the truth too, and every figure lies in its range', () => {
  const pair = (b: Float32Array): ImagePair => ({ a: noise, b, width: size, height: size, truth });
  const shifted = (by: number): Float32Array => noise.map((value, i) => value + (i % 3 === 0 ? by : 0));
  for (const metric of pairMetrics) {
    for (const map of maps) within(metric.compute(pair(map)), metric);
    better(metric, metric.compute(pair(shifted(0.01))), metric.compute(pair(shifted(0.2))));
  }
  const inside = noise.map((value, i) => value + (truth[i] ? 0.3 : 0));
  const everywhere = noise.map(value => value + 0.3);
  for (const metric of changeMetrics) {
    const [few, all] = [metric.compute(pair(inside)), metric.compute(pair(everywhere))];
    within(few, metric);
    within(all, metric);
    better(metric, few!, all!);
  }
});
