import { dcm, noUnits, type Code } from './codes';
import { isMultiFrame } from './common';
import { requiredUid } from './identifiers';
import type { Attributes, Reference, ResultContext } from './types';
import { decimalString, textOf } from './values';

/** A content item of a structured report (PS3.3 C.17.3). */
export type Item = Record<string, unknown>;

/** The image that a report is on. */
type OnImage = Pick<ResultContext, 'source' | 'frame'>;

/** @param template of PS3.16 that the container follows */
export function container(
  concept: Code,
  relationship: string | undefined,
  content: readonly Item[],
  template?: string,
): Item {
  return {
    ...(relationship && { RelationshipType: relationship }),
    ValueType: 'CONTAINER',
    ConceptNameCodeSequence: [concept],
    ContinuityOfContent: 'SEPARATE',
    ...(template && { ContentTemplateSequence: [{ MappingResource: 'DCMR', TemplateIdentifier: template }] }),
    ContentSequence: content,
  };
}

export function textItem(relationship: string, concept: Code, text: string): Item {
  return {
    RelationshipType: relationship,
    ValueType: 'TEXT',
    ConceptNameCodeSequence: [concept],
    TextValue: text,
  };
}

export function uidItem(relationship: string, concept: Code, uid: string): Item {
  return {
    RelationshipType: relationship,
    ValueType: 'UIDREF',
    ConceptNameCodeSequence: [concept],
    UID: uid,
  };
}

export function nameItem(relationship: string, concept: Code, name: string): Item {
  return {
    RelationshipType: relationship,
    ValueType: 'PNAME',
    ConceptNameCodeSequence: [concept],
    PersonName: [{ Alphabetic: name }],
  };
}

export function codeItem(relationship: string, concept: Code, value: Code): Item {
  return {
    RelationshipType: relationship,
    ValueType: 'CODE',
    ConceptNameCodeSequence: [concept],
    ConceptCodeSequence: [value],
  };
}

/**
 * A figure as panel and picture show it, three decimals, and beside it in full (PS3.3 C.18.1): readers show Numeric Value, and
 * the last of a float's digits say nothing. What three decimals would make 0 is shown by three significant digits.
 */
export function numberItem(concept: Code, value: number, unit: Code = noUnits): Item {
  const shown = Math.abs(value) < 0.0005 ? value.toPrecision(3) : value.toFixed(3);
  return {
    RelationshipType: 'CONTAINS',
    ValueType: 'NUM',
    ConceptNameCodeSequence: [concept],
    MeasuredValueSequence: [
      {
        MeasurementUnitsCodeSequence: [unit],
        FloatingPointValue: value,
        NumericValue: decimalString(Number(shown)),
      },
    ],
  };
}

export function imageItem(relationship: string, concept: Code | undefined, reference: Item): Item {
  return {
    RelationshipType: relationship,
    ValueType: 'IMAGE',
    ...(concept && { ConceptNameCodeSequence: [concept] }),
    ReferencedSOPSequence: [reference],
  };
}

/**
 * A place in the image (PS3.3 C.18.6), as TID 1410 names it.
 *
 * @param graphicData column, row, column, row, …: pixels, 0, 0 is the outer corner of the first one (PS3.3 C.10.5); a POLYLINE of a region ends
 *   where it began
 */
export function regionItem(
  on: OnImage,
  graphicType: 'POINT' | 'POLYLINE',
  graphicData: readonly number[],
  concept: Code = dcm('111030', 'Image Region'),
): Item {
  return {
    RelationshipType: 'CONTAINS',
    ValueType: 'SCOORD',
    ConceptNameCodeSequence: [concept],
    GraphicData: graphicData,
    GraphicType: graphicType,
    ContentSequence: [imageItem('SELECTED FROM', undefined, imageReference(on))],
  };
}

/** TID 1204: the report's own words are English. */
export function languageItem(): Item {
  return codeItem('HAS CONCEPT MOD', dcm('121049', 'Language of Content Item and Descendants'), {
    CodeValue: 'en',
    CodingSchemeDesignator: 'RFC5646',
    CodeMeaning: 'English',
  });
}

export function objectReference({
  sopClassUid,
  sopInstanceUid,
}: Pick<Reference, 'sopClassUid' | 'sopInstanceUid'>): Item {
  return { ReferencedSOPClassUID: sopClassUid, ReferencedSOPInstanceUID: sopInstanceUid };
}

export function imageReference({ source, frame }: OnImage): Item {
  return {
    ReferencedSOPClassUID: textOf(source, 'SOPClassUID'),
    ReferencedSOPInstanceUID: textOf(source, 'SOPInstanceUID'),
    ...(isMultiFrame(source) && { ReferencedFrameNumber: String(frame ?? 1) }),
  };
}

/** The image and every other object that a report names, by study and series (PS3.3 C.17.2). */
export function evidence(source: Attributes, others: readonly Reference[]): Item[] {
  const image: Reference = {
    sopClassUid: requiredUid(source, 'SOPClassUID'),
    sopInstanceUid: requiredUid(source, 'SOPInstanceUID'),
    seriesInstanceUid: requiredUid(source, 'SeriesInstanceUID'),
  };
  return [
    {
      StudyInstanceUID: requiredUid(source, 'StudyInstanceUID'),
      ReferencedSeriesSequence: [image, ...others].map(reference => ({
        SeriesInstanceUID: reference.seriesInstanceUid,
        ReferencedSOPSequence: [objectReference(reference)],
      })),
    },
  ];
}
