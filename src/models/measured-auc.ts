import type { ModelCard } from './card';

/** Area under the ROC curve that a card states, with its 95 % interval, and what it was measured on. */
export interface MeasuredAuc {
  auc: number;
  interval95: { low: number; high: number };
  positives: number;
  negatives: number;
  on: (typeof sets)[number];
}

/** What `explain evaluate --update-card` names its figures by, the telling one first. */
const sets = ['test', 'phantoms'] as const;

/**
 * The figure of a model of two classes, or of one of independent labels.
 *
 * @param label its name, of independent labels
 * @returns undefined where the card states none
 */
export function measuredAuc(
  { classifier: { figures = {} } }: Pick<ModelCard, 'classifier'>,
  label?: string,
): MeasuredAuc | undefined {
  for (const on of sets) {
    const measured = figures[label === undefined ? on : `${on} ${label}`];
    const all = (measured as { all?: Omit<MeasuredAuc, 'on'> } | undefined)?.all;
    if (typeof all?.auc === 'number' && all.interval95) return { ...all, on };
  }
  return undefined;
}
