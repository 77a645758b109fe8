import { sameDecision, type Decision } from '../../models/decision';
import { plainName } from './common';
import { instanceUid } from './identifiers';
import { resultKinds, resultObject } from './objects';
import type { StoredMap } from './types';

/**
 * Why the figures of a stored explanation cannot be what this software wrote: a score that is none, or a decision that does
 * not follow from score and operating point.
 *
 * @returns undefined where nothing speaks against them
 */
export function faultOfFigures({
  figures,
  stated,
}: Pick<StoredMap, 'figures' | 'stated'>): string | undefined {
  const { decision, decisionSimilar, decisionAdversarial, hold, similarIsOriginal, flip } = figures;
  const decisions = [decision, decisionSimilar, decisionAdversarial];
  for (const one of decisions) {
    if (!one) continue;
    const numbers = one.kind === 'classes' ? [one.score] : [one.score, one.operatingPoint];
    const bad = numbers.find(value => !(value >= 0 && value <= 1));
    if (bad !== undefined) return `The stored result says a score of ${bad}; scores lie between 0 and 1.`;
  }
  const contradicts = (what: string): string =>
    `The stored result contradicts itself: ${what} does not follow from its scores and operating point.`;
  const disagrees = (one: Decision | undefined, text: string | undefined): boolean =>
    one !== undefined && text !== undefined && text !== '' && Number(text) !== one.decided;
  for (const [i, one] of decisions.entries())
    if (disagrees(one, stated[i])) return contradicts(`decision=${stated[i]}`);
  const keeps = decisionSimilar && sameDecision(decision, decisionSimilar);
  if (keeps !== undefined && (hold ?? similarIsOriginal ?? keeps) !== keeps)
    return contradicts(hold === undefined ? 'similarIsOriginal' : `hold=${hold}`);
  const flips = decisionAdversarial && !sameDecision(decision, decisionAdversarial);
  if (flips !== undefined && flip !== undefined && flip !== flips) return contradicts(`flip=${flip}`);
  return undefined;
}

/** Kinds of objects that hold an explanation. */
const explanationKinds = resultKinds.filter(kind => resultObject(kind).readBack?.of === 'explanation');

/**
 * Why a stored map cannot be of what it says: its SOP Instance UID follows from image, model, settings and version
 * ({@link instanceUid}), as every release wrote it.
 *
 * @param labels names of the model's labels, where it is known: a stored one is cut, and without `;` and `=`
 * @returns undefined where it does follow, or where that cannot be told
 */
export function faultOfIdentifier(stored: StoredMap, labels: readonly string[] = []): string | undefined {
  const { settings, model, sourceInstanceUid, frame, software = '', sopInstanceUid } = stored;
  const { label } = settings;
  const names =
    label === undefined ? [undefined] : [label, ...labels.filter(name => plainName(name) === label)];
  const isNamed = names.some(name => {
    const key = {
      source: { SOPInstanceUID: sourceInstanceUid },
      frame,
      model: { ...model, title: '' },
      settings: { ...settings, label: name, methodTitle: '' },
      software,
    };
    return explanationKinds.some(kind => instanceUid(kind, key) === sopInstanceUid);
  });
  const mayBeCut = label !== undefined && names.length === 1 && (label.length >= 64 || label.includes(','));
  return isNamed || mayBeCut
    ? undefined
    : 'The identifier of the stored result does not follow from the image, model and settings that it names.';
}
