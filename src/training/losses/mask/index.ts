import * as z from 'zod';
import { merged, type Intersection, type TrainedFor } from '../term';
import { area } from './area';
import { destroy } from './destroy';
import { keep } from './keep';
import { totalVariationOfMask } from './total-variation';

/** Every term of a mask generator's loss, in the order in which they are summed and logged. */
export const maskTerms = [keep, destroy, area, totalVariationOfMask] as const;

type MaskTerm = (typeof maskTerms)[number];

/** Options of all terms. */
export const maskOptions = z.object(merged(maskTerms.map(({ options }) => options.shape)));

/** Settings of all terms, as card and checkpoint record them. */
export type MaskSettings = Intersection<ReturnType<MaskTerm['settings']>>;

export function maskSettings(options: z.infer<typeof maskOptions>, trainedFor: TrainedFor): MaskSettings {
  const parts = maskTerms.map((term): Partial<MaskSettings> => term.settings(options, trainedFor));
  return merged(parts, recordedFirst) as MaskSettings;
}

/** Checkpoints are compared as text: these names stand where they stood before terms were declared one by one. */
const recordedFirst = ['area', 'areaPower', 'totalVariation'];
