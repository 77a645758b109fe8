import { pointOf, type Decision } from './decision';
import type { ExplanationFigures } from './explanation';

/**
 * What is said of an explanation in words, in English: in DICOM objects and by the command. The viewer says the same in its own
 * language (`extension/i18n/words.ts`). Every sentence
 * depends on what was found: on the method's map, and on whether x_s keeps and x_a changes the decision.
 */

/** What the values of a method's map are, as far as words depend on it. */
export interface MapKind {
  /** `pair`: |x_s − x_a|, `single`: |x − x_a|, both in equalised grey levels [0, 1]; `other`: attribution of no unit. */
  unit: 'pair' | 'single' | 'other';
  /** Whether the map leads to an image of another decision, so that a high value has a direction. */
  counterfactual: boolean;
  /** Named by a code of its own in DICOM objects; absent: saliency. */
  quantity?: 'gradient-weighted-class-activation';
}

/**
 * What a decision says, in words of the classifier's own classes. The negative class of two is named by what was not found:
 * a classifier of one finding says nothing of a patient's health.
 *
 * @param classes their names
 */
export function verdictText(classes: readonly string[], decision: Decision): string {
  switch (decision.kind) {
    case 'operating-point':
      return decision.decided === 1
        ? `Found by this classifier: ${classes[1]}`
        : `No ${classes[1]} found by this classifier`;
    case 'labels': {
      const name = classes[decision.label];
      return decision.decided === 1 ? `Found by this classifier: ${name}` : `No ${name} found by this classifier`;
    }
    case 'classes':
      return `Likeliest of ${classes.length} classes: ${classes[decision.decided]}`;
  }
}

/** The number of a decision with its name and, where it was made by one, the operating point; three decimals. */
export function scoreText(decision: Decision): string {
  const score = decision.score.toFixed(3);
  const point = pointOf(decision);
  return point === undefined ? `probability ${score}` : `score ${score} (operating point ${point.toFixed(3)})`;
}

/** What a high value of a map would have to become for the answer to change, or why that is not known. */
type Direction = 'less' | 'appear' | 'change' | 'not-flipped' | 'none';

/**
 * The direction of a map that is the difference to an image of another decision: of what was found, less would change the
 * answer; where nothing was found, something would have to appear. An x_a that keeps the decision shows no such thing.
 *
 * @param map absent for a method of another release: then what its x_a did tells whether it has one
 */
export function directionOf({ decision, flip }: Pick<ExplanationFigures, 'decision' | 'flip'>, map?: MapKind): Direction {
  if (map?.counterfactual === false || flip === undefined) return 'none';
  if (!flip) return 'not-flipped';
  if (decision.kind === 'classes') return 'change';
  return decision.decided === 1 ? 'less' : 'appear';
}

const directions: Record<Direction, string> = {
  less: 'Coloured: less of this would change the answer',
  appear: 'Coloured: something would have to appear here to change the answer',
  change: 'Coloured: a change here would change the answer',
  'not-flipped': 'x_a did NOT change the answer: the colours tell no direction',
  none: 'Coloured: where the method places what counts for this decision, without a direction',
};

/** What the colours of a map mean for this decision, without a full stop. */
export function directionText(
  figures: Pick<ExplanationFigures, 'decision' | 'flip'>,
  map: MapKind | undefined,
): string {
  return directions[directionOf(figures, map)];
}

/** The warnings that belong on every picture of an explanation whose x_s or x_a does not do what it is for. */
export function doubtsOf({ hold, flip }: Pick<ExplanationFigures, 'hold' | 'flip'>): string[] {
  return [
    ...(hold === false ? ['x_s does NOT keep the decision: do not rely on this explanation'] : []),
    ...(flip === false ? ['x_a does NOT flip the decision: the map may miss what decided'] : []),
  ];
}
