import * as z from 'zod';
import { seededRandom } from '../models/random';
import { rocAreasOf } from './figures';
import { mrmc } from './mrmc';
import { drawScores, type Variances } from './roe-metz';

/** Schema of the power of one design. */
export const powerSchema = z.strictObject({
  readers: z.int().min(2),
  diseased: z.int().min(2),
  healthy: z.int().min(2),
  /** Expected areas under the ROC curve, reference first. */
  areas: z.tuple([z.number(), z.number()]),
  studies: z.int().positive(),
  /** Share of simulated studies with p below alpha; its Monte Carlo error is √(power · (1 − power) / studies). */
  power: z.strictObject({
    randomReadersRandomCases: z.number(),
    fixedReadersRandomCases: z.number(),
    randomReadersFixedCases: z.number(),
  }),
  /** Mean of the estimated differences, and of the widths of the intervals for random readers and cases. */
  meanDifference: z.number(),
  meanWidth: z.number(),
  /** Share of those intervals that hold the true difference. */
  coverage: z.number(),
});

export type Power = z.infer<typeof powerSchema>;

export interface Design {
  readers: number;
  diseased: number;
  healthy: number;
  /** Expected areas under the ROC curve, reference first. */
  areas: readonly [number, number];
  variances: Variances;
}

export interface PowerOptions {
  studies?: number;
  seed?: number | string;
  /** Largest p that counts as a difference, default 0.05. */
  alpha?: number;
  onStudy?: (done: number) => void;
}

/**
 * Power of a design by simulation: studies are drawn from Roe and Metz' model, analysed after Obuchowski and Rockette, and
 * those with a p below alpha counted. With two equal areas this is the rate of false alarms.
 */
export function simulatedPower(design: Design, options: PowerOptions = {}): Power {
  const { studies = 1000, seed = 0, alpha = 0.05, onStudy } = options;
  const { readers, diseased, healthy, areas, variances } = design;
  const truths = Array.from({ length: diseased + healthy }, (_, c): 0 | 1 => (c < diseased ? 1 : 0));
  const names = { arms: ['0', '1'], readers: Array.from({ length: readers }, (_, r) => String(r)) };
  const random = seededRandom(`${seed}/power/${readers}/${diseased}/${healthy}/${areas.join('/')}`);
  const found = { both: 0, cases: 0, readers: 0, difference: 0, width: 0, covered: 0 };
  for (let s = 0; s < studies; s++) {
    const ratings = drawScores({ readers, truths, areas, variances }, random);
    const { analyses } = mrmc(rocAreasOf(ratings, truths), { ...names, level: 1 - alpha });
    const significant = (at: number): number => Number((analyses[at].test!.p ?? 1) < alpha);
    found.both += significant(0);
    found.cases += significant(1);
    found.readers += significant(2);
    const [{ value, low, high }] = analyses[0].differences;
    found.difference += value;
    found.width += (high ?? value) - (low ?? value);
    const truth = areas[1] - areas[0];
    found.covered += Number((low ?? value) <= truth && truth <= (high ?? value));
    onStudy?.(s + 1);
  }
  return {
    readers,
    diseased,
    healthy,
    areas: [...areas],
    studies,
    power: {
      randomReadersRandomCases: found.both / studies,
      fixedReadersRandomCases: found.cases / studies,
      randomReadersFixedCases: found.readers / studies,
    },
    meanDifference: found.difference / studies,
    meanWidth: found.width / studies,
    coverage: found.covered / studies,
  };
}
