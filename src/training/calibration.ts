/** Score = sigmoid(slope · logit + intercept), fitted by maximum likelihood. */
export interface PlattScaling {
  slope: number;
  intercept: number;
}

export interface ReliabilityBin {
  count: number;
  meanScore: number;
  positiveShare: number;
}

/**
 * Platt scaling (Platt 1999, with his smoothed targets), fitted by Newton's method.
 *
 * @param logits one a case
 * @param labels 0 or 1
 * @throws RangeError when a class is missing, or a higher logit does not mean a likelier positive
 */
export function fitPlatt(logits: readonly number[], labels: readonly number[]): PlattScaling {
  const positives = labels.filter(label => label === 1).length;
  const negatives = labels.length - positives;
  if (positives === 0 || negatives === 0) throw new RangeError('Calibration needs cases of both classes.');
  const targets = labels.map(label =>
    label === 1 ? (positives + 1) / (positives + 2) : 1 / (negatives + 2),
  );
  let slope = 1;
  let intercept = 0;
  for (let iteration = 0; iteration < 50; iteration++) {
    // Gradient g and Hessian h of the cross-entropy in (slope, intercept).
    let [g0, g1, h00, h01, h11] = [0, 0, 1e-9, 0, 1e-9];
    logits.forEach((z, i) => {
      const p = 1 / (1 + Math.exp(-(slope * z + intercept)));
      const weight = p * (1 - p);
      g0 += (p - targets[i]) * z;
      g1 += p - targets[i];
      h00 += weight * z * z;
      h01 += weight * z;
      h11 += weight;
    });
    const determinant = h00 * h11 - h01 * h01;
    const stepSlope = (h11 * g0 - h01 * g1) / determinant;
    const stepIntercept = (h00 * g1 - h01 * g0) / determinant;
    slope -= stepSlope;
    intercept -= stepIntercept;
    if (Math.abs(stepSlope) + Math.abs(stepIntercept) < 1e-9) break;
  }
  if (!(slope > 0)) {
    throw new RangeError('The classifier ranks positives below negatives: there is nothing to calibrate.');
  }
  return { slope, intercept };
}

/** Mean score and share of positives in bins of equal width. */
export function reliabilityTable(
  scores: readonly number[],
  labels: readonly number[],
  bins = 10,
): ReliabilityBin[] {
  return Array.from({ length: bins }, (_, bin) => {
    const members = scores.flatMap((score, i) =>
      Math.min(bins - 1, Math.floor(score * bins)) === bin ? [i] : [],
    );
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    return {
      count: members.length,
      meanScore: mean(members.map(i => scores[i])),
      positiveShare: mean(members.map(i => labels[i])),
    };
  }).filter(bin => bin.count > 0);
}
