import type { ModelCard } from './card';

/** 95 % interval of a figure. */
interface Interval {
  low: number;
  high: number;
}

/** Area under the ROC curve that a card states, with its 95 % interval where there is one, and what it was measured on. */
export interface MeasuredAuc {
  auc: number;
  interval95?: Interval;
  positives: number;
  negatives: number;
  on: (typeof sets)[number];
}

/** Shares of right answers at the operating point, in [0, 1]. */
export interface MeasuredShares {
  sensitivity: number;
  specificity: number;
  intervals95: { sensitivity?: Interval; specificity?: Interval };
  positives: number;
  negatives: number;
}

/** What `explain evaluate --update-card` names its figures by, the telling one first. */
const sets = ['test', 'phantoms'] as const;

type Figures = Pick<ModelCard, 'classifier'>;

/** The groups of images that a card has figures of, by their names, of the first set that has the figures of all of them. */
function groupsOf({ classifier: { figures = {} } }: Figures, label?: string) {
  for (const on of sets) {
    const groups = figures[label === undefined ? on : `${on} ${label}`] as
      | { all?: Partial<MeasuredAuc & MeasuredShares> }
      | undefined;
    if (groups && typeof groups.all?.auc === 'number')
      return { on, groups: groups as Partial<Record<string, Partial<MeasuredAuc & MeasuredShares>>> };
  }
  return undefined;
}

/**
 * The area under the ROC curve of a model of two classes, or of one of independent labels.
 *
 * @param label its name, of independent labels
 * @returns undefined where the card states none
 */
export function measuredAuc(card: Figures, label?: string): MeasuredAuc | undefined {
  const found = groupsOf(card, label);
  return found && ({ ...found.groups.all, on: found.on } as MeasuredAuc);
}

/**
 * How often the decision at the operating point is right: of all films, and of those of one view.
 *
 * @param label its name, of independent labels
 * @param view View Position of the film at hand
 * @returns undefined where the card states none; `ofView` is absent where it has none of that view, or no film of another
 */
export function measuredShares(
  card: Figures,
  label?: string,
  view?: string,
): { on: MeasuredAuc['on']; all: MeasuredShares; ofView?: MeasuredShares } | undefined {
  const found = groupsOf(card, label);
  const all = found && sharesOf(found.groups.all);
  if (!all) return undefined;
  const ofView = view === undefined ? undefined : sharesOf(found.groups[`view ${view}`]);
  const tellsApart = ofView && ofView.positives + ofView.negatives < all.positives + all.negatives;
  return { on: found.on, all, ...(tellsApart && { ofView }) };
}

function sharesOf(group: Partial<MeasuredShares> | undefined): MeasuredShares | undefined {
  const { sensitivity, specificity, intervals95 = {}, positives, negatives } = group ?? {};
  if (sensitivity === undefined || specificity === undefined) return undefined;
  if (positives === undefined || negatives === undefined) return undefined;
  return { sensitivity, specificity, intervals95, positives, negatives };
}
