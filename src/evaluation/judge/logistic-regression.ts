import { standardisation, standardised } from '../../models/standardisation';

/** A linear classifier of features. */
export interface LinearClassifier {
  /** Probability of class 1, in (0, 1). */
  predict(features: Float32Array): number;
}

const rounds = 400;
/** Of the mean squared weight: features outnumber what a few hundred films can settle. */
const ridge = 0.05;

/**
 * Logistic regression with ridge penalty on standardised features, the two classes weighted alike, by gradient descent with
 * momentum (Nesterov 1983).
 *
 * @param samples [n][d]
 * @param labels [n], 1 or 0
 * @throws RangeError when a class is missing
 */
export function fitLogistic(samples: readonly Float32Array[], labels: readonly number[]): LinearClassifier {
  const positives = labels.filter(label => label === 1).length;
  if (positives === 0 || positives === labels.length) {
    throw new RangeError('Two classes are needed to tell them apart.');
  }
  const usual = standardisation(samples);
  const rows = samples.map(sample => standardised(sample, usual));
  // Each class counts for one half.
  const share = labels.map(label => 0.5 / (label === 1 ? positives : labels.length - positives));
  const dimension = usual.mean.length;
  let weights = new Float64Array(dimension + 1);
  let previous = weights;
  // The logistic loss curves by at most a quarter of the mean squared length of a row.
  const length = rows.reduce((sum, row, n) => sum + share[n] * (1 + dot(row, row)), 0);
  const rate = 1 / (length / 4 + ridge);
  for (let round = 0; round < rounds; round++) {
    const momentum = round / (round + 3);
    const ahead = weights.map((value, i) => value + momentum * (value - previous[i]));
    const gradient = ahead.map((value, i) => (i < dimension ? ridge * value : 0));
    rows.forEach((row, n) => {
      const error = share[n] * (sigmoid(dot(row, ahead) + ahead[dimension]) - labels[n]);
      for (let i = 0; i < dimension; i++) gradient[i] += error * row[i];
      gradient[dimension] += error;
    });
    previous = weights;
    weights = ahead.map((value, i) => value - rate * gradient[i]);
  }
  return {
    predict: features => sigmoid(dot(standardised(features, usual), weights) + weights[dimension]),
  };
}

/** Of the first a.length entries. */
function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}
