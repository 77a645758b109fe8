import {
  checkApplicability,
  nearestModel,
  type Applicability,
  type ImageAttributes,
} from '../../models/applicability';
import type { ModelCard } from '../../models/card';

export interface ModelChoice {
  card?: ModelCard;
  applicability: Applicability;
}

/**
 * The model for an image: the one the user chose, else the one that fits best (of equals the preferred one),
 * else the nearest one with its refusals: it is not run, and the panel says what was wrong.
 */
export function chooseModel(
  cards: readonly ModelCard[],
  attributes: ImageAttributes,
  wanted: { chosen?: string; preferred?: string },
): ModelChoice {
  const chosen = cards.find(card => card.id === wanted.chosen);
  if (chosen) return { card: chosen, applicability: checkApplicability(chosen, attributes) };
  const preferredFirst = [...cards].sort(
    (a, b) => Number(b.id === wanted.preferred) - Number(a.id === wanted.preferred),
  );
  const none = { refusals: ['No model is installed beside the extension.'], warnings: [] };
  return nearestModel(preferredFirst, attributes) ?? { applicability: none };
}
