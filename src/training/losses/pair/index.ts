import * as z from 'zod';
import { merged, type Intersection, type TrainedFor } from '../term';
import { aeratedLung } from './aerated-lung';
import { attenuation } from './attenuation';
import { classification } from './classification';
import { ownEvidence } from './own-evidence';
import { realism } from './realism';
import { similarity } from './similarity';
import { totalVariationOfChange } from './total-variation';
import { universalChange } from './universal-change';
import { wayBack } from './way-back';
import { weightDistance } from './weight-distance';

/** Every term of an image generator's loss, in the order in which they are summed and logged. */
export const pairTerms = [
  similarity,
  classification,
  totalVariationOfChange,
  weightDistance,
  realism,
  wayBack,
  attenuation,
  aeratedLung,
  universalChange,
  ownEvidence,
] as const;

type PairTerm = (typeof pairTerms)[number];

/** Options of all terms. */
export const pairOptions = z.object(merged(pairTerms.map(({ options }) => options.shape)));

/** Options of all terms, as they were read. */
export type PairOptions = z.infer<typeof pairOptions>;

/** Settings of all terms, as card and checkpoint record them. */
export type PairSettings = Intersection<ReturnType<PairTerm['settings']>>;

export function pairSettings(options: PairOptions, trainedFor: TrainedFor): PairSettings {
  const parts = pairTerms.map((term): Partial<PairSettings> => term.settings(options, trainedFor));
  return merged(parts, recordedFirst) as PairSettings;
}

/** Checkpoints are compared as text: these names stand where they stood before terms were declared one by one. */
const recordedFirst = ['similarity', 'classification', 'weightDistance', 'totalVariation'];
