import type { ExplanationFigures } from '../../models/explanation';
import { coloursOf, type Coloured, type MapKind } from '../../models/verdict';
import { coloursText, doubtsOf, negativeText } from './words';
import { t } from '.';

/**
 * What a reader of a study is told of a map: the words of the panel where the study lets the generated images be seen, else words that
 * presuppose none, since nothing would say to that reader what an opposite image is.
 */

const plainColours = {
  difference: 'plainDifference',
  evidence: 'plainEvidence',
  'evidence-and-difference': 'plainBoth',
} as const;

/** What the colours mean, or that there are none, without a full stop. @param images whether the generated images may be seen */
export function aidColours(
  { top }: Pick<Coloured, 'top'>,
  map: MapKind | undefined,
  images: boolean,
): string {
  const keys: Partial<Record<string, (typeof plainColours)[keyof typeof plainColours]>> = plainColours;
  const key = keys[coloursOf({ top }, map)];
  return images || !key ? coloursText({ top }, map) : t(key);
}

/** What the map cannot tell where nothing was found, as {@link negativeText}; of its place alone where `blind`. */
export function aidNegative(
  figures: Pick<ExplanationFigures, 'decision'>,
  map: MapKind | undefined,
  { images, blind }: { images: boolean; blind: boolean },
): string | undefined {
  return negativeText(figures, map, blind, images ? undefined : t('plainNegativePlace'));
}

/** The warnings that belong beside the map. */
export function aidDoubts(figures: Pick<ExplanationFigures, 'hold' | 'flip'>, images: boolean): string[] {
  if (images) return doubtsOf(figures);
  return [
    ...(figures.hold === false ? [t('plainDoubtHold')] : []),
    ...(figures.flip === false ? [t('plainDoubtFlip')] : []),
  ];
}
