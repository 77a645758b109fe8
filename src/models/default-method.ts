import type { ModelCard } from './card';

/** Method of a package whose card names none: it asks nothing of the classifier. */
const usualMethod = 'similar-adversarial';

/** Id of the method that a package is explained with where none is asked for: the card's, else Similar–Adversarial. */
export function defaultMethodOf(card: Pick<ModelCard, 'defaultMethod'> | undefined): string {
  return card?.defaultMethod ?? usualMethod;
}
