import type { ModelCard } from './card';
import { generatorsOf, pairKinds } from './generator-choice';

/** What of a card settles the method that explains where none is asked for. */
export type MethodFacts = Pick<ModelCard, 'defaultMethod' | 'generators' | 'defaultGenerator' | 'classifier'>;

/** Compares the images of a pair and asks nothing of the classifier. */
const ofPairs = 'similar-adversarial';

/**
 * Id of the method that a package is explained with where none is asked for, in viewer, command and archive alike: the card's; else
 * Similar–Adversarial where the package has a generator of pairs; else GradCAM, or Gradient where the classifier has no features with places.
 *
 * @param card as explained for one label; absent: no package is chosen yet
 * @param fits whether the package carries what the card's own method needs: a label may lack the generator that the others have
 */
export function defaultMethodOf(
  card: MethodFacts | undefined,
  fits: (methodId: string) => boolean = () => true,
): string {
  if (!card) return ofPairs;
  const { defaultMethod, classifier } = card;
  if (defaultMethod !== undefined && fits(defaultMethod)) return defaultMethod;
  if (generatorsOf(card, pairKinds).length > 0) return ofPairs;
  // Of an imported network the card names the features, where it has any; a network of this project has them always.
  const hasFeatures = classifier.imported === undefined || classifier.featureLayer !== undefined;
  return hasFeatures ? 'gradcam' : 'gradient';
}
