import { dcm, sct, type Code } from './codes';
import type { OwnSeries } from './common';

/** What a reader says of an explanation. */
export type Verdict = 'agree' | 'disagree' | 'unsure';

/**
 * Agreement is told by CID 3217 "Comparison Finding" (PS3.16), the explanation being the prior finding. PS3.16 (2024c) has no
 * codes for the acceptance of a result: those of CID 7010 and 800 reject an image or a protocol, and the Content Assessment
 * Results object (PS3.3 A.81) has room neither for a reader nor for a place in the image.
 */
export const verdictCodes: Readonly<Record<Verdict, Code>> = {
  agree: dcm('122775', 'Agreement with prior findings'),
  disagree: dcm('122776', 'Disagreement with prior findings'),
  unsure: sct('64957009', 'Uncertain'),
};

/** Series of its own for each explanation. */
export const answerSeries: OwnSeries = {
  modality: 'SR',
  series: { place: 7, description: 'Answer to AI explanation' },
  needsLaterality: false,
};
