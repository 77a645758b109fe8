import { isConstantMap } from '../metrics/constant-map';
import type { ModelCard } from '../models/card';
import { outlierWarning } from '../models/distribution';
import { collimationNote, type ModalityImage, type PreparedImage } from '../models/preparation';
import type { ImageExplanation } from './explain-image';
import { floorOf, largestOf } from './mask';
import { methodById } from './methods';

/**
 * What tells against trusting an explanation, in sentences, as far as pixels and features say: an image unlike the training
 * images, a masked part, a map without content. What the header says against it is `checkApplicability`'s to tell. Nothing
 * of the patient is in it.
 *
 * @param methodId method that made the map
 */
export function cautionsOf(
  card: Pick<ModelCard, 'title'>,
  image: ModalityImage,
  prepared: PreparedImage,
  { map, outlier }: Pick<ImageExplanation, 'map' | 'outlier'>,
  methodId: string,
): string[] {
  return [
    outlierWarning(card.title, outlier),
    collimationNote(image, prepared),
    emptyMapNote(map, prepared.valid, methodId),
  ].filter(caution => caution !== undefined);
}

/** Shown in colours from its smallest to its largest value, a map of nothing would look like any other. */
function emptyMapNote(
  map: Float32Array,
  valid: Uint8Array | undefined,
  methodId: string,
): string | undefined {
  if (isConstantMap(map, valid)) return 'The map has one value all over the image: it marks nothing.';
  const floor = floorOf(map, methodId, valid);
  const largest = largestOf(map, valid);
  if (largest > floor) return undefined;
  return (
    `The map’s largest value is ${largest.toPrecision(1)}, not above ${methodById(methodId).title}’s floor of ` +
    `${floor.toPrecision(2)} (one grey level of an 8-bit picture): it marks nothing.`
  );
}
