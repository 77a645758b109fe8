import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/models/random';
import { rocAreasOf } from '../../src/study/figures';
import { areaOf, drawScores, separationFor, structures } from '../../src/study/roe-metz';
import { powerSchema, simulatedPower } from '../../src/study/sample-size';

describe('Roe and Metz’ model', () => {
  it('has areas and separations that belong together', () => {
    // Roe & Metz (1997) name their separations 0.75, 1.5 and 2.5 by the areas 0.702, 0.855 and 0.961 of a reader
    // without variance: Φ(μ / √2).
    const none = { ...structures.HL, reader: 0, armReader: 0 };
    expect(areaOf(0.75, none)).toBeCloseTo(0.702, 3);
    expect(areaOf(1.5, none)).toBeCloseTo(0.8556, 4);
    expect(areaOf(2.5, none)).toBeCloseTo(0.9615, 4);
    expect(separationFor(areaOf(1.3, structures.HH), structures.HH)).toBeCloseTo(1.3, 9);
  });

  it('draws scores with the variances and covariances asked for', () => {
    const variances = structures.HL;
    const random = seededRandom('moments');
    const sums = { variance: 0, sameReader: 0, sameArm: 0, other: 0 };
    const studies = 4000;
    for (let s = 0; s < studies; s++) {
      const [[a, b], [c, d]] = drawScores({ readers: 2, truths: [0], areas: [0.8, 0.8], variances }, random);
      sums.variance += (a[0] ** 2 + b[0] ** 2 + c[0] ** 2 + d[0] ** 2) / 4 / studies;
      sums.sameReader += (a[0] * c[0] + b[0] * d[0]) / 2 / studies;
      sums.sameArm += (a[0] * b[0] + c[0] * d[0]) / 2 / studies;
      sums.other += (a[0] * d[0] + b[0] * c[0]) / 2 / studies;
    }
    // By the model: 1.011; reader + case + readerCase; case + armCase; case. Standard errors are about 0.02.
    expect(Math.abs(sums.variance - 1.011)).toBeLessThan(0.05);
    expect(Math.abs(sums.sameReader - 0.5055)).toBeLessThan(0.05);
    expect(Math.abs(sums.sameArm - 0.6)).toBeLessThan(0.05);
    expect(Math.abs(sums.other - 0.3)).toBeLessThan(0.05);
  });

  it('has the area asked for', () => {
    const truths = Array.from({ length: 100 }, (_, c): 0 | 1 => (c < 50 ? 1 : 0));
    const random = seededRandom('area');
    let sum = 0;
    for (let s = 0; s < 200; s++) {
      const scores = drawScores({ readers: 4, truths, areas: [0.85], variances: structures.LL }, random);
      for (const { value } of rocAreasOf(scores, truths)[0]) sum += value / 800;
    }
    expect(Math.abs(sum - 0.85)).toBeLessThan(0.008);
  });
});

describe('simulated power', () => {
  const design = { readers: 6, diseased: 25, healthy: 25, variances: structures.LL };

  it('recovers the effect, and its intervals hold it as often as they say', () => {
    const power = simulatedPower({ ...design, areas: [0.75, 0.88] }, { studies: 150, seed: 1 });
    powerSchema.parse(power);
    expect(Math.abs(power.meanDifference - 0.13)).toBeLessThan(0.01);
    // Four standard errors of a coverage of 0.95 over 150 studies are 0.07.
    expect(power.coverage).toBeGreaterThan(0.88);
    expect(power.power.randomReadersRandomCases).toBeGreaterThan(0.6);
  });

  it('finds nothing where there is nothing, but for alpha', () => {
    const none = simulatedPower({ ...design, areas: [0.8, 0.8] }, { studies: 150, seed: 2 });
    // Five standard errors of a rate of 0.05 over 150 studies are 0.089.
    expect(none.power.randomReadersRandomCases).toBeLessThan(0.139);
    expect(none.power.fixedReadersRandomCases).toBeLessThan(0.139);
  });

  it('is the same for the same seed', () => {
    const run = () => simulatedPower({ ...design, areas: [0.75, 0.85] }, { studies: 20, seed: 3 });
    expect(run()).toEqual(run());
  });
});
