import { describe, expect, it } from 'vitest';
import { parseStudyTable } from '../../src/cli/study/table';
import {
  analyseStudy,
  doubtOfThreshold,
  pairedT,
  studyAnalysisSchema,
  type StudyAnalysis,
} from '../../src/study/analysis';
import { analyseAreas } from '../../src/study/figures';
import { csv } from '../../src/study/exports/text';
import { readMarks } from '../../src/study/marks';
import { readRatings } from '../../src/study/ratings';
import { structures } from '../../src/study/roe-metz';
import { simulateStudy } from '../../src/study/simulate';
import { printed } from './printed';
import { vanDyke } from './van-dyke';

/** Effects that a simulated study is drawn with. */
const effects = {
  readers: 6,
  cases: 50,
  prevalence: 0.5,
  areas: [0.75, 0.88] as [number, number],
  variances: structures.LL,
  scale: 100 as const,
  model: [0.85, 0.7] as [number, number],
  confidenceGain: 10,
  timeRatio: 1.2,
};

function simulated(seed: number): StudyAnalysis {
  const tables = simulateStudy({ ...effects, seed });
  const table = (name: keyof typeof tables) => parseStudyTable(csv(tables[name]), `${name}.csv`);
  const data = readRatings(table('ratings'));
  const judged = readMarks(data, table('marks'), table('lesions'), 'centre');
  return analyseStudy(data, { threshold: 50, marks: { judged, rule: 'centre' }, resamples: 100 });
}

describe('a crossover of six readers and fifty cases with known effects', () => {
  const analysis = simulated(3);
  const holds = ({ low, high }: { low: number | null; high: number | null }, truth: number): void => {
    expect(low!).toBeLessThan(truth);
    expect(high!).toBeGreaterThan(truth);
  };
  const group = (name: string) =>
    analysis.confidence.groups.find(each => each.group === name)!.mrmc.analyses[0].differences[0];

  it('keeps to its schema', () => {
    studyAnalysisSchema.parse(JSON.parse(JSON.stringify(analysis)));
  });

  it('recovers the gain in area', () => {
    const [difference] = analysis.auc.analyses[0].differences;
    expect([difference.arm, difference.against]).toEqual(['aided', 'unaided']);
    holds(difference, 0.13);
    expect(difference.p!).toBeLessThan(0.05);
  });

  it('recovers what the aid does to confidence where the model is right, and where it is wrong', () => {
    holds(group('model true positive'), 10);
    holds(group('model false positive'), 10);
    expect(group('model false positive').p!).toBeLessThan(0.05);
    holds(group('model true negative'), 0);
  });

  it('recovers the longer reading time', () => {
    holds(analysis.time!.ratios[0], 1.2);
  });

  it('has marks: the areas of the two curves are one where every case has one lesion', () => {
    expect(analysis.marks!.lesions).toBe(25);
    expect(analysis.marks!.afroc).toEqual(analysis.marks!.weightedAfroc);
  });

  it('is the same for the same seed, and another for another', () => {
    expect(simulated(3)).toEqual(analysis);
    expect(simulated(4).auc).not.toEqual(analysis.auc);
  });

  it('over sixty seeds estimates the effect without bias', () => {
    const found = Array.from({ length: 60 }, (_, seed) => {
      const { ratings } = simulateStudy({ ...effects, seed });
      const data = readRatings(parseStudyTable(csv(ratings), 'ratings.csv'));
      return analyseAreas(data).analyses[0].differences[0].value;
    });
    const mean = found.reduce((sum, value) => sum + value) / found.length;
    const spread = Math.sqrt(found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (found.length - 1));
    expect(Math.abs(mean - 0.13)).toBeLessThan((3 * spread) / Math.sqrt(found.length));
    expect(spread).toBeLessThan(0.06);
  });
});

describe('Van Dyke’s operating point', () => {
  const analysis = analyseStudy(vanDyke(), { threshold: 3, resamples: 100 });

  it('counts right answers of the file, by hand', () => {
    // awk -F, '$1==1 && $2==2 && $4==1 && $5>=3' van-dyke.csv | wc -l: 44 of 45; with $4==0 && $5<3: 47 of 69.
    const first = analysis.operatingPoint!.cells.find(({ arm, reader }) => arm === '2' && reader === '1')!;
    expect(first.sensitivity).toMatchObject({ right: 44, of: 45 });
    expect(first.specificity).toMatchObject({ right: 47, of: 69 });
  });

  it('without one there is no sensitivity, and the notes say how to get it', () => {
    const none = analyseStudy(vanDyke(), { resamples: 100 });
    expect(none.operatingPoint).toBeUndefined();
    expect(none.confidence.answers).toEqual([]);
    expect(none.notes.join()).toContain('--positive-from');
  });

  it('compares ratings where the table has no confidence, over the same cases', () => {
    expect(analysis.confidence.measure).toBe('rating');
    expect(analysis.confidence.groups.map(({ group, mrmc }) => [group, mrmc.cases])).toEqual([
      ['diseased', 45],
      ['healthy', 69],
    ]);
  });
});

describe('small figures', () => {
  it('paired t', () => {
    // SciPy 1.17: ttest_1samp([0.2, 0.5, -0.1, 0.4], 0), and its confidence_interval().
    const found = pairedT([0.2, 0.5, -0.1, 0.4], 0.95);
    printed(found.value!, '0.2500');
    expect([found.p!, found.low!, found.high!].map(value => value.toFixed(6))).toEqual([
      '0.155182',
      '-0.170998',
      '0.670998',
    ]);
    expect(pairedT([1, 1], 0.95)).toEqual({ value: 1, low: null, high: null, p: null });
    expect(pairedT([1], 0.95)).toEqual({ value: 1, low: null, high: null, p: null });
    expect(pairedT([], 0.95).value).toBeNull();
  });
});

describe('a threshold', () => {
  // Two readers, one arm: 40 ratings from 1 to 20 each, so that 39 of 40 are 95 % and more.
  const ratings = [[Float64Array.from({ length: 20 }, (_, i) => i + 1), new Float64Array(20).fill(20)]];

  it('on the scale is not doubted', () => {
    // 10 ratings of the first reader and all 20 of the second reach 11: 30 of 40.
    expect(doubtOfThreshold(ratings, 11)).toBeUndefined();
    // 18 + 20 = 38 of 40 are 0.95 exactly.
    expect(doubtOfThreshold(ratings, 3)).toContain('38 of 40');
    expect(doubtOfThreshold(ratings, 4)).toBeUndefined();
  });

  it('that calls nearly all alike is said', () => {
    expect(doubtOfThreshold(ratings, 2)).toBe(
      '--positive-from 2 calls 39 of 40 answers positive; the ratings of the file lie between 1 and 20. Sensitivity and specificity say little there: is the threshold meant for another scale?',
    );
  });

  it('that no rating, or every one, reaches is refused', () => {
    expect(() => doubtOfThreshold(ratings, 21)).toThrow(/calls no answer positive: .* between 1 and 20/);
    expect(() => doubtOfThreshold(ratings, 1)).toThrow(/calls every answer positive/);
  });
});
