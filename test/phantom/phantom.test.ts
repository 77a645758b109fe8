import { describe, expect, it } from 'vitest';
import { makePhantom } from '../../src/phantom';
import type { Phantom } from '../../src/phantom';

const count = (mask: Uint8Array): number => mask.reduce((sum, value) => sum + value, 0);

describe('makePhantom', () => {
  it('draws the same film for the same seed, another for another seed', () => {
    const first = makePhantom('a', { size: 64 });
    expect(makePhantom('a', { size: 64 })).toEqual(first);
    expect(makePhantom('b', { size: 64 }).pixels).not.toEqual(first.pixels);
  });

  const films = (label: 0 | 1): Phantom[] =>
    Array.from({ length: 40 }, (_, seed) => makePhantom(seed, { size: 96 })).filter(
      film => film.label === label,
    );

  it('gives pixels in 0..1, and no truth without opacities', () => {
    for (const film of films(0)) {
      expect(film.boxes).toEqual([]);
      expect(count(film.mask)).toBe(0);
      expect(film.pixels.every(value => value >= 0 && value <= 1)).toBe(true);
    }
  });

  it('gives positives 1–4 boxes that hold the whole mask, large enough to be seen', () => {
    for (const film of films(1)) {
      expect(film.pixels.every(value => value >= 0 && value <= 1)).toBe(true);
      expect(film.boxes.length).toBeGreaterThanOrEqual(1);
      expect(film.boxes.length).toBeLessThanOrEqual(4);
      const outside = film.mask.map((value, index) => {
        const x = index % 96;
        const y = Math.floor(index / 96);
        return film.boxes.some(b => x >= b.x && x < b.x + b.width && y >= b.y && y < b.y + b.height)
          ? 0
          : value;
      });
      expect(count(outside)).toBe(0);
      // at least 0.3 % of the film, at most a third of it
      expect(count(film.mask)).toBeGreaterThan(0.003 * 96 * 96);
      expect(count(film.mask)).toBeLessThan(0.34 * 96 * 96);
    }
  });

  it('adds opacities to the very same patient, and only where the mask says (noise and exposure are the same)', () => {
    for (let seed = 0; seed < 12; seed++) {
      const ill = makePhantom(seed, { size: 128, opacity: true });
      const well = makePhantom(seed, { size: 128, opacity: false });
      expect(ill.label).toBe(1);
      expect(well.label).toBe(0);
      let inside = 0;
      let outside = 0;
      ill.pixels.forEach((value, index) => {
        const difference = Math.abs(value - well.pixels[index]);
        if (ill.mask[index] === 1) inside += difference;
        else outside += difference;
      });
      inside /= count(ill.mask);
      outside /= 128 * 128 - count(ill.mask);
      expect(inside).toBeGreaterThan(0.03);
      expect(outside).toBeLessThan(0.1 * inside);
    }
  });

  it('draws the same patient at any size', () => {
    const small = makePhantom(5, { size: 112, opacity: true });
    const large = makePhantom(5, { size: 448, opacity: true });
    expect(large.boxes.length).toBe(small.boxes.length);
    small.boxes.forEach((box, i) => {
      for (const side of ['x', 'y', 'width', 'height'] as const) {
        expect(Math.abs(large.boxes[i][side] / 4 - box[side])).toBeLessThan(3);
      }
    });
    expect(correlation(averaged(large, 4), small.pixels)).toBeGreaterThan(0.995);
  });

  it('draws films that are not square without stretching the thorax', () => {
    const film = makePhantom(1, { rows: 120, columns: 90, opacity: true });
    expect(film.pixels.length).toBe(120 * 90);
    expect(film.mask.length).toBe(120 * 90);
    expect(() => makePhantom(1, { size: 8 })).toThrow(/at least 16/);
  });

  it('labels about half of the seeds positive', () => {
    let positives = 0;
    for (let seed = 0; seed < 300; seed++) positives += makePhantom(`half-${seed}`, { size: 16 }).label;
    expect(positives).toBeGreaterThan(120);
    expect(positives).toBeLessThan(180);
  });

  it('lets no linear model tell the class from thumbnails or grey-level statistics', () => {
    const films = Array.from({ length: 1200 }, (_, i) => makePhantom(`shortcut-${i}`, { size: 48 }));
    const labels = films.map(film => film.label);
    for (const features of [films.map(thumbnail), films.map(statistics)]) {
      expect(
        ridgeAuc(features.slice(0, 800), labels.slice(0, 800), features.slice(800), labels.slice(800)),
      ).toBeLessThan(0.65);
    }
    // the same test does find a real shortcut, so it can fail
    const leaked = films.map((film, i) => [...statistics(film), labels[i] + Math.sin(12.9898 * i)]);
    expect(
      ridgeAuc(leaked.slice(0, 800), labels.slice(0, 800), leaked.slice(800), labels.slice(800)),
    ).toBeGreaterThan(0.65);
  }, 300_000);
});

function averaged(film: Phantom, factor: number): Float32Array {
  const side = film.columns / factor;
  const result = new Float32Array(side * side);
  film.pixels.forEach((value, index) => {
    const x = Math.floor((index % film.columns) / factor);
    const y = Math.floor(index / film.columns / factor);
    result[y * side + x] += value / (factor * factor);
  });
  return result;
}

function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (v: Float32Array): number => v.reduce((sum, x) => sum + x, 0) / v.length;
  const [ma, mb] = [mean(a), mean(b)];
  let ab = 0;
  let aa = 0;
  let bb = 0;
  a.forEach((value, i) => {
    ab += (value - ma) * (b[i] - mb);
    aa += (value - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  });
  return ab / Math.sqrt(aa * bb);
}

/** A 12 × 12 thumbnail of the histogram-equalised film. */
function thumbnail(film: Phantom): number[] {
  const order = Array.from(film.pixels.keys()).sort((a, b) => film.pixels[a] - film.pixels[b]);
  const result = Array.from({ length: 144 }, () => 0);
  order.forEach((index, rank) => {
    const x = Math.floor(((index % film.columns) * 12) / film.columns);
    const y = Math.floor((Math.floor(index / film.columns) * 12) / film.rows);
    result[y * 12 + x] += rank / order.length;
  });
  return result;
}

/** Mean, spread, roughness and clipped share of the film's own grey levels. */
function statistics(film: Phantom): number[] {
  const n = film.pixels.length;
  const mean = film.pixels.reduce((sum, value) => sum + value, 0) / n;
  let spread = 0;
  let roughness = 0;
  let clipped = 0;
  film.pixels.forEach((value, i) => {
    spread += (value - mean) ** 2;
    roughness += i === 0 ? 0 : Math.abs(value - film.pixels[i - 1]);
    clipped += value < 0.01 || value > 0.99 ? 1 : 0;
  });
  return [mean, Math.sqrt(spread / n), roughness / n, clipped / n];
}

/** AUC on held-out data of a logistic regression with a ridge, fitted by gradient descent on standardised features. */
function ridgeAuc(train: number[][], trainLabels: number[], test: number[][], testLabels: number[]): number {
  const size = train[0].length;
  const mean = train[0].map((_, j) => train.reduce((sum, row) => sum + row[j], 0) / train.length);
  const deviation = mean.map((m, j) =>
    Math.sqrt(train.reduce((sum, row) => sum + (row[j] - m) ** 2, 0) / train.length + 1e-9),
  );
  const standard = (rows: number[][]): number[][] =>
    rows.map(row => row.map((v, j) => (v - mean[j]) / deviation[j]));
  const x = standard(train);
  const weights = Array.from({ length: size }, () => 0);
  const score = (row: number[]): number => row.reduce((sum, value, j) => sum + value * weights[j], 0);
  for (let step = 0; step < 80; step++) {
    const gradient = Array.from({ length: size }, () => 0);
    x.forEach((row, i) => {
      const error = 1 / (1 + Math.exp(-score(row))) - trainLabels[i];
      row.forEach((value, j) => (gradient[j] += (error * value) / x.length));
    });
    gradient.forEach((g, j) => (weights[j] -= 0.2 * (g + 0.02 * weights[j])));
  }
  const scores = standard(test).map(score);
  let wins = 0;
  let pairs = 0;
  testLabels.forEach((a, i) =>
    testLabels.forEach((b, j) => {
      if (a !== 1 || b !== 0) return;
      pairs++;
      wins += scores[i] > scores[j] ? 1 : 0;
    }),
  );
  return wins / pairs;
}
