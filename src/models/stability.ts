import type { ModelCard } from './card';

/** How far an averaged map would come out again with other transforms. */
export interface Stability {
  /** Spearman's rank correlation between the means of two halves of the transforms within the image, in [−1, 1]. */
  correlation: number;
  /** Of the card, for this method: below it the map counts as unstable. Absent: none was measured. */
  threshold?: number;
}

/** What an averaged map's correlation says, by the threshold that the card has for its method. */
export function stabilityOf(
  card: Pick<ModelCard, 'stability'>,
  methodId: string,
  correlation: number,
): Stability {
  const threshold = card.stability?.[methodId]?.threshold;
  return { correlation, ...(threshold !== undefined && { threshold }) };
}

/** Whether a map is stable; undefined where no threshold was measured. */
export function isStable({ correlation, threshold }: Stability): boolean | undefined {
  return threshold === undefined ? undefined : correlation >= threshold;
}
