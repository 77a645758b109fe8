import { isConstantMap } from '../metrics/constant-map';
import type { ModelCard } from '../models/card';
import { outlierWarning } from '../models/distribution';
import { collimationNote, type ModalityImage, type PreparedImage } from '../models/preparation';
import type { ImageExplanation } from './explain-image';

/**
 * What tells against trusting an explanation, in sentences, as far as pixels and features say: an image unlike the training
 * images, a masked part, a map without content. What the header says against it is `checkApplicability`'s to tell. Nothing
 * of the patient is in it.
 */
export function cautionsOf(
  card: Pick<ModelCard, 'title'>,
  image: ModalityImage,
  prepared: PreparedImage,
  { map, outlier }: Pick<ImageExplanation, 'map' | 'outlier'>,
): string[] {
  return [
    outlierWarning(card.title, outlier),
    collimationNote(image, prepared),
    isConstantMap(map, prepared.valid)
      ? 'The map has one value all over the image: it marks nothing.'
      : undefined,
  ].filter(caution => caution !== undefined);
}
