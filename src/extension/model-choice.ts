import {
  bestModel,
  checkApplicability,
  type Applicability,
  type ImageAttributes,
} from '../models/applicability';
import type { ModelCard } from '../models/card';

export interface ModelChoice {
  card?: ModelCard;
  applicability: Applicability;
}

/**
 * The model for an image: the one the user chose, else the best by where the models apply, else (none applies) the
 * preferred or first one with its refusals, so that the panel can say what was wrong.
 */
export function chooseModel(
  cards: readonly ModelCard[],
  attributes: ImageAttributes,
  wanted: { chosen?: string; preferred?: string },
): ModelChoice {
  const judged = (card: ModelCard): ModelChoice => ({
    card,
    applicability: checkApplicability(card, attributes),
  });
  const chosen = cards.find(card => card.id === wanted.chosen);
  if (chosen) return judged(chosen);
  const preferredFirst = [...cards].sort(
    (a, b) => Number(b.id === wanted.preferred) - Number(a.id === wanted.preferred),
  );
  const best = bestModel(preferredFirst, attributes);
  if (best) return best;
  const closest = preferredFirst
    .map(judged)
    .sort((a, b) => a.applicability.refusals.length - b.applicability.refusals.length)[0];
  return (
    closest ?? { applicability: { refusals: ['No model is installed beside the extension.'], warnings: [] } }
  );
}
