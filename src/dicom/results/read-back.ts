import type { ResultKey } from './identifiers';
import { resultReferences } from './name-results';
import { resultKinds, resultObject } from './objects';
import type { Attributes, StoredMap } from './types';
import { textOf } from './values';

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
 * Percentiles at which a mask of an explanation is kept, the last saved first.
 *
 * @param candidates percentiles that it may be kept at
 * @param listed attributes of the study's object of this SOP Instance UID; undefined where it holds none
 */
export function storedPercentilesOf(
  key: ResultKey,
  candidates: readonly number[],
  listed: (sopInstanceUid: string) => Attributes | undefined,
): number[] {
  const kinds = resultKinds.filter(kind => resultObject(kind).readBack?.of === 'percentile');
  return candidates
    .flatMap(percentile => {
      const references = resultReferences(key, { kinds, percentiles: [percentile] });
      const masks = kinds.flatMap<Attributes>(kind => listed(references[kind]!.sopInstanceUid) ?? []);
      const saved = masks.map(savedAt).sort().at(-1);
      return saved === undefined ? [] : [{ percentile, saved }];
    })
    .sort((a, b) => b.saved.localeCompare(a.saved))
    .map(({ percentile }) => percentile);
}

/** Date and time of PS3.3 C.12.1.1, as one text that rises with them. */
function savedAt(attributes: Attributes): string {
  return textOf(attributes, 'InstanceCreationDate') + textOf(attributes, 'InstanceCreationTime');
}
