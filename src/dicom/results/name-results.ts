import type { OtherResults, ResultDefinition, ResultForm } from './definition';
import { instanceUid, seriesUid, type ResultKey } from './identifiers';
import { resultObject, resultObjects, type ResultKind } from './objects';
import type { Reference } from './types';

/** Which objects to make. */
export interface ResultSelection extends ResultForm {
  kinds: readonly ResultKind[];
}

/** A DICOM object that was made, and by what it is referred to. */
export interface ResultObject extends Reference {
  kind: ResultKind;
  /** DICOM Part 10 file. */
  bytes: Uint8Array;
}

interface Named {
  definition: ResultDefinition<ResultKind>;
  reference: Reference;
  /** Those before it in the list. */
  others: OtherResults;
}

/** Names the selected objects in the order of the list; of a map that marks nothing, those that can be made. */
export function nameObjects(key: ResultKey, selection: ResultSelection, marksNothing: boolean): Named[] {
  const made: Named[] = [];
  const unmarked: Named[] = [];
  for (const definition of resultObjects) {
    if (!selection.kinds.includes(definition.id)) continue;
    const others = { made: [...made], unmarked: [...unmarked] };
    const { sopClassUid, variant } = definition.identify(selection, others, key);
    const reference = {
      sopClassUid,
      sopInstanceUid: instanceUid(definition.id, key, ...variant),
      seriesInstanceUid: seriesUid(definition.id, key),
    };
    (marksNothing && definition.needsMarks ? unmarked : made).push({ definition, reference, others });
  }
  return made;
}

function byKind(named: readonly Named[]): Partial<Record<ResultKind, Reference>> {
  return Object.fromEntries(named.map(({ definition, reference }) => [definition.id, reference]));
}

/** Names the objects of an explanation that is still to be made: what an archive already holds need not be made again. */
export function resultReferences(
  key: ResultKey,
  selection: ResultSelection,
): Partial<Record<ResultKind, Reference>> {
  return byKind(nameObjects(key, selection, false));
}

/**
 * What becomes of the selection where the map marks nothing: an archive that holds `instead` misses neither those nor `absent`.
 *
 * @returns kinds that are not made then, and those that are made with another identifier because they say so
 */
export function whenUnmarked(
  key: ResultKey,
  selection: ResultSelection,
): { absent: ResultKind[]; instead: Partial<Record<ResultKind, Reference>> } {
  const usual = resultReferences(key, selection);
  const instead = nameObjects(key, selection, true).filter(
    ({ definition, reference }) => reference.sopInstanceUid !== usual[definition.id]?.sopInstanceUid,
  );
  return { absent: selection.kinds.filter(kind => resultObject(kind).needsMarks), instead: byKind(instead) };
}

/** Selected objects that were not made, by their nouns, because the map marks nothing. */
export function leftOut(kinds: readonly ResultKind[], made: readonly ResultObject[]): string[] {
  return kinds
    .filter(kind => !made.some(object => object.kind === kind))
    .map(kind => resultObject(kind).noun);
}
