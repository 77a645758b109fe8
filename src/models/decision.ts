/** What a classifier answers to one image, and what it decides. Raw network output becomes one in `classify.ts`. */
export type Decision = OperatingPointDecision | ClassDecision;

/** Two classes told apart by one number and an operating point; class 1 is the positive one. */
export interface OperatingPointDecision {
  kind: 'operating-point';
  /** Raw logit of the positive class; absent in a restored explanation, which stores the score alone. */
  logit?: number;
  /** Calibrated score of the positive class, in [0, 1]. */
  score: number;
  operatingPoint: number;
  /** 1 if and only if the score lies above the operating point. */
  decided: 0 | 1;
}

/** More than two classes that exclude each other: the likeliest is decided. */
export interface ClassDecision {
  kind: 'classes';
  /** Raw logit of the decided class; absent in a restored explanation. */
  logit?: number;
  /** Probability of the decided class, in [0, 1]. */
  score: number;
  /** Index of the decided class. */
  decided: number;
  /** Of every class, sum 1; absent in a restored explanation. */
  probabilities?: readonly number[];
}

/** Decision of a score by an operating point. */
export function decideBy(score: number, operatingPoint: number): Omit<OperatingPointDecision, 'logit'> {
  return { kind: 'operating-point', score, operatingPoint, decided: score > operatingPoint ? 1 : 0 };
}

/** Whether two images are decided alike. */
export function sameDecision(a: Decision, b: Decision): boolean {
  return a.kind === b.kind && a.decided === b.decided;
}

/** Score of one class, in [0, 1]: what the classifier gives it, decided or not. @throws RangeError where it was not kept */
export function scoreOfClass(decision: Decision, index: number): number {
  if (decision.kind === 'operating-point') return index === 1 ? decision.score : 1 - decision.score;
  const score = index === decision.decided ? decision.score : decision.probabilities?.[index];
  if (score === undefined) throw new RangeError(`The score of class ${index} was not kept.`);
  return score;
}
