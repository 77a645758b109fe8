import { validPixels } from './ranking';

/** What share of the change the spread of a change holds. */
const heldShare = 0.9;

/** How a change of an image lies. */
export interface ChangeFigures {
  /** Smallest share of the pixels that holds 90 % of Σ |a − b|: the smaller, the sparser the change. */
  spread: number;
  /** Share of Σ |a − b| inside the truth; absent without truth. */
  inTruth?: number;
}

/**
 * Sparsity and place of the change between two images.
 *
 * @param truth one byte a pixel
 * @param valid 1 = image, 0 = padding, where a change is none of the image
 * @returns undefined where the images are equal: nothing changed that could lie anywhere
 */
export function changeFigures(
  a: Float32Array,
  b: Float32Array,
  truth?: Uint8Array,
  valid?: Uint8Array,
): ChangeFigures | undefined {
  const change = Float64Array.from(a, (value, i) => (!valid || valid[i] ? Math.abs(value - b[i]) : 0));
  const total = change.reduce((sum, value) => sum + value, 0);
  if (total === 0) return undefined;
  const inside = truth && change.reduce((sum, value, i) => sum + (truth[i] ? value : 0), 0);
  const falling = change.slice().sort().reverse();
  let count = 0;
  for (let held = 0; count < falling.length && held < heldShare * total; count++) held += falling[count];
  const pixels = valid ? validPixels(change.length, valid).length : change.length;
  return { spread: count / pixels, ...(inside !== undefined && { inTruth: inside / total }) };
}
