import { describe, expect, it } from 'vitest';
import { fitLogistic } from '../../src/evaluation/judge/logistic-regression';
import {
  summariseJudged,
  type JudgedFilm,
  type TrainingFilm,
} from '../../src/evaluation/judge/summarise-judged';
import { lcg } from '../metrics/numbers';

describe('logistic regression', () => {
  it('of one standardised feature solves the equation of its optimum', () => {
    // Values ±1 (mean 0, deviation 1), three quarters of each class on its side. By symmetry there is no offset, and the
    // optimum has 0.05 w = ¾ − p(1).
    const samples = [1, 1, 1, -1, -1, -1, -1, 1].map(value => Float32Array.of(value));
    const labels = [1, 1, 1, 1, 0, 0, 0, 0];
    const { predict } = fitLogistic(samples, labels);
    const p = predict(Float32Array.of(1));
    const weight = Math.log(p / (1 - p));
    expect(0.05 * weight + p - 0.75).toBeCloseTo(0, 5);
    expect(predict(Float32Array.of(-1))).toBeCloseTo(1 - p, 5);
  });

  it('weights both classes alike, however many samples they have', () => {
    const samples = [...Array.from({ length: 90 }, () => 0), ...Array.from({ length: 10 }, () => 1)];
    const { predict } = fitLogistic(
      samples.map(value => Float32Array.of(value)),
      samples,
    );
    expect(predict(Float32Array.of(0))).toBeLessThan(0.5);
    expect(predict(Float32Array.of(1))).toBeGreaterThan(0.5);
    expect(predict(Float32Array.of(0.5))).toBeCloseTo(0.5, 2);
  });

  it('refuses a single class', () => {
    expect(() => fitLogistic([Float32Array.of(1)], [1])).toThrow(/Two classes/);
  });
});

describe('generated images before a judge', () => {
  const noise = lcg(4000, 5);
  let next = 0;
  /** Features: what the class is, what the view is, and noise. */
  const features = (label: number, view: string): Float32Array =>
    Float32Array.of(
      2 * label + 0.2 * noise[next++ % 4000],
      (view === 'AP' ? 3 : 0) + 0.2 * noise[next++ % 4000],
      noise[next++ % 4000],
    );
  const views = ['AP', 'PA'];
  const training: TrainingFilm[] = Array.from({ length: 120 }, (_, i) => {
    const [label, view] = [(i % 2) as 0 | 1, views[(i >> 1) % 2]];
    return { label, view, features: features(label, view) };
  });
  /** 80 films of as many patients. The judge disagrees on the first eight. x_a flips for it on all but each fourth film. */
  const films: JudgedFilm[] = Array.from({ length: 80 }, (_, i) => {
    const [label, view] = [(i % 2) as 0 | 1, views[(i >> 1) % 2]];
    const called = label === 1;
    const judged = i < 8 ? !called : called;
    const flips = i % 4 !== 0;
    const shown = flips ? 1 - label : label;
    // Films of 16…31 change their view as well.
    const shownView = i >= 16 && i < 32 ? views[1 - views.indexOf(view)] : view;
    return {
      patient: `p${i}`,
      label,
      view,
      called,
      original: { called: judged, score: judged ? 0.9 : 0.1, features: features(label, view) },
      generated: {
        g: {
          called: flips ? !judged : judged,
          score: (flips ? !judged : judged) ? 0.9 : 0.1,
          features: features(shown, shownView),
        },
      },
    };
  });
  const summary = summariseJudged(films, training, ['healthy', 'opacity'], { resamples: 100, seed: 1 });
  const [generator] = summary.generators;

  it('counts flips where both classifiers agree on the film', () => {
    expect(summary.agreement.value).toBeCloseTo(72 / 80, 10);
    expect(generator.flip).toMatchObject({ images: 72 });
    expect(generator.flip!.value).toBeCloseTo(54 / 72, 10);
    // Each fourth film is a negative one: all positive ones flip.
    expect(generator.flipPositives!.value).toBe(1);
    expect(generator.flip!.interval!.low).toBeLessThan(0.75);
  });

  it('moves towards real films of the class that x_a shows', () => {
    expect(generator.frechet.map(({ target, images }) => [target, images])).toEqual([
      ['healthy', 40],
      ['opacity', 40],
    ]);
    for (const { before, after, real } of generator.frechet) {
      expect(before).toBeGreaterThan(after);
      expect(real).toBeLessThan(0.1);
    }
    // Half of the negative films stay what they are, all positive ones become the other class.
    expect(generator.frechet[1].after).toBeGreaterThan(0.5);
    expect(generator.frechet[0].after).toBeLessThan(0.1);
    // Positive films to negative ones: the classes lie 2 apart along one feature.
    expect(generator.frechet[0].before).toBeCloseTo(4, 0);
  });

  it('tells whose view changes with it', () => {
    expect(generator.view).toMatchObject({ views: ['AP', 'PA'], trainingFilms: 120, accuracy: 1 });
    expect(generator.view!.changed.value).toBeCloseTo(16 / 80, 10);
  });

  it('says nothing of views where there is one, nor of distances of a few films', () => {
    const few = summariseJudged(
      films.slice(8, 20),
      training.map(film => ({ ...film, view: 'PA' })),
      ['healthy', 'opacity'],
      { resamples: 10, seed: 1 },
    );
    expect(few.generators[0].view).toBeUndefined();
    expect(few.generators[0].frechet).toEqual([]);
  });
});
