import { normal, seededRandom } from '../models/random';
import { normalCumulative } from './distributions';
import { drawScores, separationFor, type Variances } from './roe-metz';

export interface SimulationOptions {
  readers: number;
  cases: number;
  /** Share of the cases that is diseased. */
  prevalence: number;
  /** Expected area under the ROC curve, unaided and aided. */
  areas: readonly [number, number];
  variances: Variances;
  /** Points of the rating scale: 5 (1 to 5) or 100 (0 to 100). */
  scale: 5 | 100;
  /** The classifier's sensitivity and specificity. */
  model: readonly [number, number];
  /** What the map adds to the confidence (0 to 100) in cases that the classifier calls positive, rightly or not. */
  confidenceGain: number;
  /** Aided over unaided reading time. */
  timeRatio: number;
  seed: number;
}

export interface SimulatedTables {
  /** Rows of ratings.csv, lesions.csv and marks.csv, header first. */
  ratings: string[][];
  lesions: string[][];
  marks: string[][];
}

/**
 * Draws a crossover study with known effects, as tables that `explain study analyse` reads: ratings from Roe and Metz'
 * model, confidence and time with a given effect of the aid, one lesion in each diseased case, and a mark wherever the
 * rating is in the upper half of its scale.
 */
export function simulateStudy(options: SimulationOptions): SimulatedTables {
  const { readers, cases, areas, variances, scale, seed } = options;
  const random = seededRandom(`${seed}/study`);
  const diseased = Math.round(options.prevalence * cases);
  const truths = Array.from({ length: cases }, (_, c): 0 | 1 => (c < diseased ? 1 : 0));
  const scores = drawScores({ readers, truths, areas, variances }, random);
  const model = truths.map(truth =>
    truth === 1 ? Number(random() < options.model[0]) : Number(random() >= options.model[1]),
  );
  // Any rising function of the score leaves the ROC curve as it is; 5 points merge neighbours.
  const middle = separationFor((areas[0] + areas[1]) / 2, variances) / 2;
  const rate = (score: number): number => {
    const share = normalCumulative((score - middle) / 1.5);
    return scale === 5 ? 1 + Math.min(4, Math.floor(5 * share)) : Math.round(100 * share);
  };
  const ratings = [['reader', 'arm', 'case', 'truth', 'rating', 'confidence', 'seconds', 'model']];
  const marks = [['reader', 'arm', 'case', 'confidence', 'x', 'y', 'width', 'height']];
  const caseTime = truths.map(() => 0.3 * normal(random));
  for (let r = 0; r < readers; r++) {
    const readerTime = 0.3 * normal(random);
    const readerConfidence = 3 * normal(random);
    ['unaided', 'aided'].forEach((arm, a) =>
      truths.forEach((truth, c) => {
        const rating = rate(scores[a][r][c]);
        const gain = a === 1 && model[c] === 1 ? options.confidenceGain : 0;
        const confidence = Math.min(
          100,
          Math.max(0, Math.round(55 + readerConfidence + gain + 8 * normal(random))),
        );
        const ratio = a === 1 ? options.timeRatio : 1;
        const seconds = 30 * ratio * Math.exp(readerTime + caseTime[c] + 0.3 * normal(random));
        const id = caseName(c);
        ratings.push(
          [`r${r + 1}`, arm, id, truth, rating, confidence, seconds.toFixed(1), model[c]].map(String),
        );
        if (rating <= (scale === 5 ? 3 : 50)) return;
        // A mark of a diseased case lies on the lesion, but one in ten beside it.
        const beside = truth === 0 || random() < 0.1;
        const [x, y] = beside ? [0.6, 0.6] : [0.2, 0.3];
        marks.push([`r${r + 1}`, arm, id, rating, x, y, 0.15, 0.15].map(String));
      }),
    );
  }
  const lesions = [['case', 'lesion', 'x', 'y', 'width', 'height']];
  truths.forEach((truth, c) => {
    if (truth === 1) lesions.push([caseName(c), '1', '0.2', '0.3', '0.15', '0.15']);
  });
  return { ratings, lesions, marks };
}

function caseName(index: number): string {
  return `c${String(index + 1).padStart(3, '0')}`;
}
