import type { ResultKey } from './identifiers';
import { resultReferences } from './name-results';
import { resultKinds, resultObject } from './objects';
import type { Attributes, StoredMap } from './types';

/**
 * What an object of a study says of the explanation that it holds, whichever kind of result object it is.
 *
 * @param attributes naturalised attributes, as a viewer holds them
 * @returns undefined for one that holds none
 */
export function describeStored(attributes: Attributes): StoredMap | undefined {
  for (const kind of resultKinds) {
    const { readBack } = resultObject(kind);
    const stored = readBack?.of === 'explanation' ? readBack.describe(attributes) : undefined;
    if (stored) return stored;
  }
  return undefined;
}

/**
 * Percentiles at which a mask of an explanation is kept.
 *
 * @param candidates percentiles that it may be kept at
 * @param isListed whether the study holds an object of this SOP Instance UID
 */
export function storedPercentilesOf(
  key: ResultKey,
  candidates: readonly number[],
  isListed: (sopInstanceUid: string) => boolean,
): number[] {
  const kinds = resultKinds.filter(kind => resultObject(kind).readBack?.of === 'percentile');
  return candidates.filter(percentile => {
    const references = resultReferences(key, { kinds, percentiles: [percentile] });
    return kinds.some(kind => isListed(references[kind]!.sopInstanceUid));
  });
}
