import { isConstantMap } from '../metrics/constant-map';
import type { ModelCard } from '../models/card';
import { outlierWarning } from '../models/distribution';
import { collimationNote, type ModalityImage, type PreparedImage } from '../models/preparation';
import type { ImageExplanation } from './explain-image';
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

/** Networks of 32-bit floats repeat an image of values up to 1 no closer than some 1e-6; a grey level of 8 bits is 4e-3. */
const rounding = 1e-5;

/** Shown in colours from its smallest to its largest value, a map of nothing would look like any other. */
function emptyMapNote(
  map: Float32Array,
  valid: Uint8Array | undefined,
  methodId: string,
): string | undefined {
  if (isConstantMap(map, valid)) return 'The map has one value all over the image: it marks nothing.';
  // Of other methods, the unit is not that of the image.
  if (!methodById(methodId).needs.generator) return undefined;
  const largest = map.reduce((most, value) => Math.max(most, value), 0);
  return largest < rounding
    ? `The map’s largest value is ${largest.toPrecision(1)} of the grey range, which is rounding: it marks nothing.`
    : undefined;
}
