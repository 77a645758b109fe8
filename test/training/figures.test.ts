import { describe, expect, it } from 'vitest';
import { classifierFigures, generatorFigures, whyMissing } from '../../src/training/figures';

describe('classifierFigures', () => {
  it('gives the AUC of all and of each view', () => {
    const truth = {
      labels: [0, 1, 0, 1, 0, 1] as (0 | 1)[],
      views: ['AP', 'AP', 'PA', 'PA', 'AP', ''],
      patients: ['a', 'b', 'c', 'd', 'e', 'f'],
    };
    const rows = [
      [0, 0.2],
      [1, 0.1],
      [2, -1],
      [3, 3],
      [4, -2],
      [5, 1],
    ];
    const figures = classifierFigures(rows, truth);
    // Nine pairs; 0.1 against 0.2 alone is the wrong way round.
    expect(figures.auc).toBeCloseTo(8 / 9, 10);
    expect(figures.score).toBe(figures.auc);
    expect(figures.aucAP).toBeCloseTo(1 / 2, 10);
    expect(figures.aucPA).toBe(1);
    // A view that is not known must not take the place of the overall figure; one class alone has no AUC.
    expect(figures.aucUnknownView).toBeNaN();
    expect(figures.crossEntropy).toBeGreaterThan(0);
    expect(figures.crossEntropy).toBeLessThan(Math.log(2));
    expect(whyMissing(figures)).toEqual(['auc –: no images of both classes']);
  });

  it('has no cross-entropy where positives are ranked below negatives, and says why', () => {
    const truth = { labels: [1, 1, 0, 0], views: ['PA', 'PA', 'PA', 'PA'], patients: ['a', 'b', 'c', 'd'] };
    const rows = [-2, -1, 1, 2].map((logit, index) => [index, logit]);
    const figures = classifierFigures(rows, truth);
    expect(figures.auc).toBe(0);
    expect(figures.crossEntropy).toBeNaN();
    expect(whyMissing(figures)).toEqual([expect.stringMatching(/^crossEntropy –: positives are not ranked/)]);
    const ranked = classifierFigures(
      rows.map(([index, logit]) => [index, -logit]),
      truth,
    );
    expect(whyMissing(ranked)).toEqual([]);
  });
});

describe('generatorFigures', () => {
  const truth = {
    labels: [1, 0, 1, 0] as (0 | 1)[],
    views: ['PA', 'PA', 'PA', 'PA'],
    patients: ['a', 'b', 'c', 'd'],
  };
  // index, logits of x, x_s, x_a, squared errors of x_s and x_a, IoU, hit
  const rows = [
    [0, 2, 1, -1, 1e-4, 1e-3, 0.3, 1],
    [1, -1, -2, 0.5, 1e-4, 1e-3, NaN, NaN],
    [2, 1, 2, 0.5, 1e-4, 1e-3, 0.1, 0],
    [3, -1, 0.5, 2, 0, 1e-3, NaN, NaN],
  ];

  it('counts decisions held and flipped, dB and places', () => {
    const figures = generatorFigures(rows, truth);
    expect(figures.hold).toBe(0.75);
    expect(figures.flip).toBe(0.75);
    expect(figures.flipPositive).toBe(0.5);
    expect(figures.iou90).toBeCloseTo(0.2, 10);
    expect(figures.pointing).toBe(0.5);
    expect(figures.psnrAdversarial).toBeCloseTo(30, 6);
    expect(figures.psnrSimilar).toBeCloseTo((3 * 40 + 100) / 4, 6); // an unchanged image counts as 100 dB
    expect(figures.score).toBeCloseTo(0.75 + 0.75 + 0.5 + 0.2, 10);
  });

  it('an epoch that makes one and the same image of all films is worse than one that changes nothing', () => {
    // Half of the four are held, the other half flipped, both positives flipped, as by any image called negative: a sum of 2.
    const constant = [
      [0, 2, -1, -1, 0.08, 0.1, NaN, NaN],
      [1, -1, -1, -1, 0.08, 0.1, NaN, NaN],
      [2, 1, -1, -1, 0.08, 0.1, NaN, NaN],
      [3, -1, -1, -1, 0.08, 0.1, NaN, NaN],
    ];
    const unchanged = constant.map(([index, logit]) => [index, logit, logit, logit, 0, 0, NaN, NaN]);
    const figures = generatorFigures(constant, truth);
    expect(figures).toMatchObject({ hold: 0.5, flip: 0.5, flipPositive: 1 });
    expect(figures.score).toBeCloseTo(10 - 18, 10); // a mean squared error of 0.1 is 10 dB
    expect(generatorFigures(unchanged, truth).score).toBe(1);
    expect(figures.score).toBeLessThan(generatorFigures(unchanged, truth).score);
  });

  it('takes nearness of the mean error, which films that are left as they are do not hide', () => {
    // Three of four unchanged, 100 dB each; the fourth's error of 0.1 is 0.025 on average: 16.02 dB.
    const hidden = rows.map((row, i) => [...row.slice(0, 5), i === 0 ? 0.1 : 0, ...row.slice(6)]);
    const figures = generatorFigures(hidden, truth);
    expect(figures.psnrAdversarial).toBeCloseTo((10 + 300) / 4, 6);
    expect(figures.score).toBeCloseTo(-10 * Math.log10(0.025) - 18, 10);
  });

  it('still tells epochs apart where no image has a box', () => {
    const unboxed = rows.map(row => [...row.slice(0, 6), NaN, NaN]);
    expect(generatorFigures(unboxed, truth).score).toBeCloseTo(2, 10);
    expect(generatorFigures(unboxed, truth).iou90).toBeNaN();
  });
});
