import { imageBetween, type GradedCounterfactual } from '../models/graded';
import type { ExplanationFigures } from '../models/explanation';
import { generatedToImage, type ModalityImage, type PreparedImage } from '../models/preparation';

/** The way from x_s, or the film where none other is made, to x_a, at the resolution of the film. */
export interface Way {
  curve: GradedCounterfactual;
  /** The image at a fraction of the way: rows × columns, modality units. */
  image(fraction: number): Float32Array;
}

/** What a way is made of; `similar` and `adversarial` size × size, in [0, 1]. */
export interface WayEnds {
  similar?: Float32Array;
  adversarial?: Float32Array;
  prepared: PreparedImage;
}

/**
 * What the way of an explanation is made of. Where x_s is the film itself, the film is its start: the first score is the film's own
 * then, as it is said to be.
 */
export function wayEnds(
  {
    similar,
    adversarial,
    similarIsOriginal,
  }: Pick<WayEnds, 'similar' | 'adversarial'> & Pick<ExplanationFigures, 'similarIsOriginal'>,
  prepared: PreparedImage,
): WayEnds {
  return { similar: similarIsOriginal ? undefined : similar, adversarial, prepared };
}

/**
 * The image at a fraction of the way, brought onto its film: rows × columns, modality units.
 *
 * @throws RangeError where there is no x_a
 */
export function wayImage(
  film: ModalityImage,
  { similar, adversarial, prepared }: WayEnds,
  fraction: number,
): Float32Array {
  if (!adversarial) throw new RangeError('This method makes no x_a, so there is no way to it.');
  return generatedToImage(film, prepared, imageBetween(similar ?? prepared.input, adversarial, fraction));
}

/** @param curve what the classifier answers along it */
export function wayOnFilm(film: ModalityImage, ends: WayEnds, curve: GradedCounterfactual): Way {
  return { curve, image: fraction => wayImage(film, ends, fraction) };
}
