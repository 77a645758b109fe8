import type { Decision } from './decision';

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
    case 'classes':
      return `Likeliest of ${classes.length} classes: ${classes[decision.decided]}`;
  }
}

/**
 * What a high value of a map means for this decision, where the map is the difference to an image of another decision: of
 * what was found, less would change the answer; where nothing was found, something would have to appear.
 */
export function directionText(decision: Decision): string {
  if (decision.kind === 'classes') return 'a change here would change the answer';
  return decision.decided === 1
    ? 'less of this would change the answer'
    : 'something would have to appear here to change the answer';
}

/** The number of a decision with its name and, of two classes, the operating point; three decimals. */
export function scoreText(decision: Decision): string {
  return decision.kind === 'classes'
    ? `probability ${decision.score.toFixed(3)}`
    : `score ${decision.score.toFixed(3)} (operating point ${decision.operatingPoint.toFixed(3)})`;
}

/** The warning that belongs on every picture of an explanation whose x_a keeps the decision. */
export const noFlipText = 'x_a does NOT flip the decision: the map may miss what decided';
