import { verdictCodes, type Verdict } from './answer-codes';
import { concepts, type Code } from './codes';
import { manufacturer } from '../own-objects';
import { COMPREHENSIVE_SR } from './sop-classes';
import type { Attributes } from './types';
import { itemsOf, textOf } from './values';

/** What a stored report says of a reader's answer to an explanation. */
export interface StoredAnswer {
  sopInstanceUid: string;
  /** SOP Instance UID of the map that is answered. */
  mapUid: string;
  verdict: Verdict;
  /** Name or code of the reader. */
  reader: string;
  /** VERIFIED by its observer (PS3.3 C.17.2). */
  verified: boolean;
  note: string;
  /** Whether the reader marked a place. */
  marked: boolean;
  /** Overlap of that with the map; absent where it was not known. */
  overlap?: number;
  /** DICOM DA and TM. */
  created: { date: string; time: string };
}

/**
 * Recognises a reader's answer that this project wrote.
 *
 * @param attributes naturalised attributes, as a viewer holds them
 * @returns undefined for every other object
 */
export function describeStoredAnswer(attributes: Attributes): StoredAnswer | undefined {
  if (textOf(attributes, 'SOPClassUID') !== COMPREHENSIVE_SR) return undefined;
  if (textOf(attributes, 'Manufacturer') !== manufacturer) return undefined;
  const items = allItems(attributes);
  const find = (concept: Code): Attributes | undefined => items.find(item => isCode(item, concept));
  const verdict = verdictOf(find(concepts.answer));
  const [map] = itemsOf(find(concepts.visualExplanation)?.ReferencedSOPSequence);
  if (!verdict || !map) return undefined;
  const observer = items.find(item => textOf(item, 'ValueType') === 'PNAME');
  const [measured] = itemsOf(find(concepts.markOverlap)?.MeasuredValueSequence);
  const overlap = measured && Number(textOf(measured, 'NumericValue'));
  return {
    sopInstanceUid: textOf(attributes, 'SOPInstanceUID'),
    mapUid: textOf(map, 'ReferencedSOPInstanceUID'),
    verdict,
    reader: observer ? nameOf(observer.PersonName) : '',
    verified: textOf(attributes, 'VerificationFlag') === 'VERIFIED',
    note: textOf(find(concepts.comment) ?? {}, 'TextValue'),
    marked: items.some(item => textOf(item, 'ValueType') === 'SCOORD'),
    ...(overlap !== undefined && Number.isFinite(overlap) && { overlap }),
    created: { date: textOf(attributes, 'ContentDate'), time: textOf(attributes, 'ContentTime') },
  };
}

function allItems(parent: Attributes): Attributes[] {
  return itemsOf(parent.ContentSequence).flatMap(item => [item, ...allItems(item)]);
}

function isCode(item: Attributes, { CodeValue, CodingSchemeDesignator }: Code): boolean {
  const [concept] = itemsOf(item.ConceptNameCodeSequence);
  return concept !== undefined && isSame(concept, { CodeValue, CodingSchemeDesignator });
}

function isSame(code: Attributes, { CodeValue, CodingSchemeDesignator }: Omit<Code, 'CodeMeaning'>): boolean {
  return (
    textOf(code, 'CodeValue') === CodeValue &&
    textOf(code, 'CodingSchemeDesignator') === CodingSchemeDesignator
  );
}

function verdictOf(item: Attributes | undefined): Verdict | undefined {
  const [value] = itemsOf(item?.ConceptCodeSequence);
  if (!value) return undefined;
  return (Object.keys(verdictCodes) as Verdict[]).find(verdict => isSame(value, verdictCodes[verdict]));
}

function nameOf(value: unknown): string {
  return textOf({ name: value }, 'name');
}
