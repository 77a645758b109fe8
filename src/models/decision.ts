/** What a classifier answers to one image, and what it decides. Raw network output becomes one in `classify.ts`. */
export type Decision = OperatingPointDecision | ClassDecision | LabelDecision;

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

/**
 * Labels that do not exclude each other, each by a sigmoid and an operating point of its own. An explanation is of one of
 * them; what it says of score and decision is of that one.
 */
export interface LabelDecision {
  kind: 'labels';
  /** Index of the explained label. */
  label: number;
  /** Its raw logit; absent in a restored explanation. */
  logit?: number;
  /** Its score, in [0, 1]. */
  score: number;
  operatingPoint: number;
  /** 1 if and only if its score lies above its operating point. */
  decided: 0 | 1;
  /** Every label, in the order of the card; absent in a restored explanation. */
  labels?: readonly LabelAnswer[];
}

/** What is answered for one label. */
export interface LabelAnswer {
  /** In [0, 1]. */
  score: number;
  operatingPoint: number;
  decided: 0 | 1;
}

/** Decision of a score by an operating point. */
export function decideBy(score: number, operatingPoint: number): Omit<OperatingPointDecision, 'logit'> {
  return { kind: 'operating-point', score, operatingPoint, decided: score > operatingPoint ? 1 : 0 };
}

/**
 * Decisions of independent labels, as an explanation of one of them has them.
 *
 * @param scores in [0, 1], one a label
 * @param operatingPoints one a label
 * @param label index of the explained one
 * @throws RangeError where there is no such label, or not one operating point a score
 */
export function decideLabels(
  scores: readonly number[],
  operatingPoints: readonly number[],
  label: number,
): Omit<LabelDecision, 'logit'> {
  if (scores.length !== operatingPoints.length)
    throw new RangeError(`${scores.length} labels have ${operatingPoints.length} operating points.`);
  const labels = scores.map((score, k): LabelAnswer => {
    const { decided, operatingPoint } = decideBy(score, operatingPoints[k]);
    return { score, operatingPoint, decided };
  });
  const explained = labels[label];
  if (!explained) throw new RangeError(`There is no label ${label} among ${labels.length}.`);
  return { kind: 'labels', label, ...explained, labels };
}

/** Whether two images are decided alike; of independent labels, whether the explained one is. */
export function sameDecision(a: Decision, b: Decision): boolean {
  if (a.kind === 'labels' && b.kind === 'labels' && a.label !== b.label) return false;
  return a.kind === b.kind && a.decided === b.decided;
}

/**
 * Labels beside the explained one that a generated image decides otherwise than the film: it changed more than it was asked to.
 *
 * @returns their indexes; undefined where either does not keep every label's answer
 */
export function otherLabelsChanged(film: LabelDecision, generated: LabelDecision): number[] | undefined {
  if (!film.labels || !generated.labels) return undefined;
  const { labels } = generated;
  return film.labels.flatMap(({ decided }, k) =>
    k !== film.label && labels[k]?.decided !== decided ? [k] : [],
  );
}

/**
 * Labels in the order in which they are told: those that are found first, of each group the higher score first.
 *
 * @returns their indexes
 */
export function rankLabels(labels: readonly LabelAnswer[]): number[] {
  const ahead = (a: LabelAnswer, b: LabelAnswer): number => b.decided - a.decided || b.score - a.score;
  return [...labels.keys()].sort((a, b) => ahead(labels[a], labels[b]) || a - b);
}

/** Index of the class or label that a decision names: what was decided, of independent labels the explained one. */
export function namedClass(decision: Decision): number {
  return decision.kind === 'labels' ? decision.label : decision.decided;
}

/** Operating point of a decision that was made by one. */
export function pointOf(decision: Decision): number | undefined {
  return decision.kind === 'classes' ? undefined : decision.operatingPoint;
}

/** How far a score lies from its operating point, ≥ 0; undefined of a decision that was made by none. */
export function distanceToPoint(decision: Decision): number | undefined {
  const point = pointOf(decision);
  return point === undefined ? undefined : Math.abs(decision.score - point);
}

/** The class of the finding that is looked for, found or not: the positive one of two, of independent labels the explained one. */
export function soughtClass(decision: Exclude<Decision, { kind: 'classes' }>): number {
  return decision.kind === 'labels' ? decision.label : 1;
}

/** Whether the explained finding was looked for and not found; never of classes that exclude each other. */
export function isNegative(decision: Decision): boolean {
  return decision.kind !== 'classes' && decision.decided === 0;
}

/** Distance of a score from its operating point within which another film of the same patient may well fall on the other side. */
const nearPoint = 0.05;

/** Whether a score lies close to the operating point, on either side. */
export function isNearPoint(decision: Decision): boolean {
  const distance = distanceToPoint(decision);
  // Beyond the last digit of a double, so that 0.45 is near 0.5.
  return distance !== undefined && distance <= nearPoint + 1e-9;
}

/** Score of one class, in [0, 1]: what the classifier gives it, decided or not. @throws RangeError where it was not kept */
export function scoreOfClass(decision: Decision, index: number): number {
  if (decision.kind === 'operating-point') return index === 1 ? decision.score : 1 - decision.score;
  const others = decision.kind === 'labels' ? decision.labels?.map(({ score }) => score) : decision.probabilities;
  const score = index === namedClass(decision) ? decision.score : others?.[index];
  if (score === undefined) throw new RangeError(`The score of class ${index} was not kept.`);
  return score;
}
