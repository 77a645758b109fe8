import { decimalOf } from './number-strings';

/** The attributes that say how high and how wide a pixel is, vertical first, with their tags; in the order of their weight. */
export const ASPECT_TAGS = {
  PixelSpacing: 'x00280030',
  ImagerPixelSpacing: 'x00181164',
  NominalScannedPixelSpacing: 'x00182010',
  PixelAspectRatio: 'x00280034',
} as const;

export type AspectKeyword = keyof typeof ASPECT_TAGS;

/** Pixels that differ from a square by less are square: spacings are rounded. */
const leastDifference = 0.01;
/** Beyond this a header is wrong rather than a pixel so long. */
const most = 8;

/**
 * Height of a pixel over its width (PS3.3 10.7.1.3, C.7.6.3.1.7).
 *
 * @param valuesOf the values of an attribute as text, none where it is absent
 * @returns undefined for square pixels, and where nothing credible is stated
 */
export function declaredAspect(valuesOf: (keyword: AspectKeyword) => readonly string[]): number | undefined {
  for (const keyword of Object.keys(ASPECT_TAGS) as AspectKeyword[]) {
    const [height, width] = valuesOf(keyword).map(decimalOf);
    if (!(height > 0 && width > 0)) continue;
    const aspect = height / width;
    const isCredible = aspect <= most && aspect >= 1 / most;
    return isCredible && Math.abs(aspect - 1) > leastDifference ? aspect : undefined;
  }
  return undefined;
}
