import type { ModelCard } from './card';

/** What the words need to know of a model. */
export interface VerdictModel {
  classes: readonly string[];
  operatingPoint?: number;
}

/** The names that a card gives its classes, as words need them. */
export function verdictModel({ classes, operatingPoint }: Pick<ModelCard, 'classes' | 'operatingPoint'>): VerdictModel {
  return { classes: classes.map(({ name }) => name), operatingPoint };
}

/**
 * What a classifier's decision says, in words of its own classes. The negative class of two is named by what was not found:
 * a classifier of one finding says nothing of a patient's health.
 *
 * @param decision index of the decided class
 */
export function verdictText({ classes, operatingPoint }: VerdictModel, decision: number): string {
  if (operatingPoint === undefined) return `Likeliest of ${classes.length} classes: ${classes[decision]}`;
  return decision === 1
    ? `Found by this classifier: ${classes[1]}`
    : `No ${classes[1]} found by this classifier`;
}

/**
 * What a high value of a map means for this decision, where the map is the difference to an image of another decision: of
 * what was found, less would change the answer; where nothing was found, something would have to appear.
 */
export function directionText({ operatingPoint }: VerdictModel, decision: number): string {
  if (operatingPoint === undefined) return 'a change here would change the answer';
  return decision === 1
    ? 'less of this would change the answer'
    : 'something would have to appear here to change the answer';
}

/** The warning that belongs on every picture of an explanation whose x_a keeps the decision. */
export const noFlipText = 'x_a does NOT flip the decision: the map may miss what decided';
