import type { ModelCard } from './card';

/** How far an averaged map would come out again with other transforms. */
export interface Stability {
  /** Spearman's rank correlation between the means of two halves of the transforms within the image, in [−1, 1]. */
  correlation: number;
  /** Of the card, for this method: below it the map counts as unstable. Absent: none was measured. */
  threshold?: number;
  /** Part of what the map speaks of in which the transforms differ by more than its own value, in [0, 1]. */
  differing?: number;
}

/** What an averaged map's figures say, by the threshold that the card has for its method. */
export function stabilityOf(
  card: Pick<ModelCard, 'stability'>,
  methodId: string,
  { correlation, differing }: Pick<Stability, 'correlation' | 'differing'>,
): Stability {
  const threshold = card.stability?.[methodId]?.threshold;
  return {
    correlation,
    ...(threshold !== undefined && { threshold }),
    ...(differing !== undefined && { differing }),
  };
}

/** Whether a map is stable; undefined where no threshold was measured. */
export function isStable({ correlation, threshold }: Stability): boolean | undefined {
  return threshold === undefined ? undefined : correlation >= threshold;
}

/** How far the transforms of an averaged map agree, in an English sentence: in DICOM objects and by the command. */
export function stabilityText({ correlation, threshold, differing }: Stability): string {
  const point = threshold === undefined ? 'no threshold was measured' : `threshold ${threshold.toFixed(3)}`;
  const ranks = `Two halves of the transforms rank the places with a correlation of ${correlation.toFixed(3)} (${point})`;
  if (differing === undefined) return `${ranks}.`;
  return `${ranks}; at ${Math.round(100 * differing)} % of what the map speaks of, the transforms differ by more than its own value.`;
}
