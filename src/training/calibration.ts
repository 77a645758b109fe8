/** No rising curve fits: a higher logit does not mean a likelier positive. */
export class UnrankedError extends RangeError {
  override name = 'UnrankedError';
}

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
 * Platt scaling (Platt 1999, with his smoothed targets), fitted by Newton's method with step halving (Lin, Lin & Weng 2007:
 * a full step from a saturated start leads astray).
 *
 * @param logits one a case
 * @param labels 0 or 1
 * @throws RangeError when a class is missing; UnrankedError when a higher logit does not mean a likelier positive
 */
export function fitPlatt(logits: readonly number[], labels: readonly number[]): PlattScaling {
  const positives = labels.filter(label => label === 1).length;
  const negatives = labels.length - positives;
  if (positives === 0 || negatives === 0) throw new RangeError('Calibration needs cases of both classes.');
  const targets = labels.map(label =>
    label === 1 ? (positives + 1) / (positives + 2) : 1 / (negatives + 2),
  );
  let fit: PlattScaling = { slope: 1, intercept: 0 };
  let entropy = crossEntropy(fit, logits, targets);
  for (let iteration = 0; iteration < 100; iteration++) {
    const step = newtonStep(fit, logits, targets);
    let share = 1;
    const candidate = (): PlattScaling => ({
      slope: fit.slope - share * step.slope,
      intercept: fit.intercept - share * step.intercept,
    });
    while (share > 1e-10 && !(crossEntropy(candidate(), logits, targets) <= entropy)) share /= 2;
    fit = candidate();
    entropy = crossEntropy(fit, logits, targets);
    if (share * (Math.abs(step.slope) + Math.abs(step.intercept)) < 1e-9) break;
  }
  if (!(fit.slope > 0)) {
    throw new UnrankedError('The classifier ranks positives below negatives: there is nothing to calibrate.');
  }
  return fit;
}

/** Gradient over Hessian of the cross-entropy in (slope, intercept). */
function newtonStep(
  { slope, intercept }: PlattScaling,
  logits: readonly number[],
  targets: readonly number[],
): PlattScaling {
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
  return { slope: (h11 * g0 - h01 * g1) / determinant, intercept: (h00 * g1 - h01 * g0) / determinant };
}

function crossEntropy(
  { slope, intercept }: PlattScaling,
  logits: readonly number[],
  targets: readonly number[],
): number {
  return logits.reduce((sum, logit, i) => {
    const z = slope * logit + intercept;
    return sum + Math.max(z, 0) - z * targets[i] + Math.log1p(Math.exp(-Math.abs(z)));
  }, 0);
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
