import { isConstantMap } from '../metrics/constant-map';
import type { ModelCard } from '../models/card';
import { outlierWarning } from '../models/distribution';
import { collimationNote, shutterNote, type ModalityImage, type PreparedImage } from '../models/preparation';
import { isStable, type Stability } from '../models/stability';
import type { ExplainedInput } from './film-session';
import { colourTop, floorOf, largestOf } from './mask';
import { methodById } from './methods';

/**
 * What tells against trusting an explanation, in sentences, as far as pixels and features say: an image unlike the training
 * images, a masked part, a saturated x_a, a map without content, or one that other transforms would not repeat. What the header says against it is `checkApplicability`'s to tell. Nothing
 * of the patient is in it.
 *
 * @param methodId method that made the map
 */
export function cautionsOf(
  card: Pick<ModelCard, 'title'>,
  image: ModalityImage,
  prepared: PreparedImage,
  { map, outlier, adversarial, stability }: Judged,
  methodId: string,
): string[] {
  return [
    outlierWarning(card.title, outlier),
    collimationNote(image, prepared),
    shutterNote(prepared),
    saturationNote(prepared, adversarial),
    emptyMapNote(map, prepared.valid, methodId),
    unstableNote(stability),
  ].filter(caution => caution !== undefined);
}

/** What of an explanation may tell against trusting it. */
type Judged = Pick<ExplainedInput, 'map' | 'outlier' | 'adversarial'> & { stability?: Stability };

/** Says that other transforms would give another map. */
function unstableNote(stability: Stability | undefined): string | undefined {
  if (!stability || isStable(stability) !== false) return undefined;
  const { correlation, threshold } = stability;
  return (
    `The map is unstable: the means of two halves of its transforms agree by a rank correlation of ${correlation.toFixed(3)}, ` +
    `below ${threshold!.toFixed(3)}, which most of this model’s validation images reach. Average over more transforms.`
  );
}

/** Ranks this close to 0 or 1 are saturated: less than one grey level of 8 bits. */
const saturationMargin = 0.002;
/** Share of x_a's pixels that may be saturated beyond those of the film itself. */
const mostSaturated = 0.005;

/** Says that x_a is black or white in places where the film is not. */
function saturationNote({ input, valid }: PreparedImage, adversarial?: Float32Array): string | undefined {
  if (!adversarial) return undefined;
  const isSaturated = (rank: number): boolean => rank <= saturationMargin || rank >= 1 - saturationMargin;
  let [saturated, pixels] = [0, 0];
  for (let i = 0; i < input.length; i++) {
    if (!valid[i]) continue;
    pixels++;
    if (isSaturated(adversarial[i]) && !isSaturated(input[i])) saturated++;
  }
  const share = saturated / pixels;
  return share > mostSaturated
    ? `x_a is black or white in ${(100 * share).toFixed(1)} % of the image where the film is not: a change beyond what a film can show.`
    : undefined;
}

/** Says that nothing is coloured ({@link colourTop}), and why. */
function emptyMapNote(
  map: Float32Array,
  valid: Uint8Array | undefined,
  methodId: string,
): string | undefined {
  if (colourTop(map, methodId, valid) > 0) return undefined;
  if (isConstantMap(map, valid)) return 'The map has one value all over the image: it marks nothing.';
  const floor = floorOf(methodId);
  const largest = largestOf(map, valid);
  return (
    `The map’s largest value is ${largest.toPrecision(1)}, not above ${methodById(methodId).title}’s floor of ` +
    `${floor.toPrecision(2)} (one grey level of an 8-bit picture): it marks nothing.`
  );
}
