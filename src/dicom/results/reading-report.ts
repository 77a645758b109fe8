import { uidFrom } from '../uid';
import { EXPLICIT_LITTLE_ENDIAN, writeDicomFile } from '../write';
import type { AnswerObject } from './answer-report';
import { codingSchemes, concepts, dcm, units } from './codes';
import { manufacturer } from '../own-objects';
import { repeated } from './common';
import { requiredUid } from './identifiers';
import { measurementReport } from './measurement-report';
import { personObserver } from './observer';
import {
  container,
  imageItem,
  imageReference,
  numberItem,
  regionItem,
  textItem,
  uidItem,
  type Item,
} from './report-items';
import { COMPREHENSIVE_SR } from './sop-classes';
import type { Attributes } from './types';
import { cut, dicomDate, dicomTime, itemsOf, textOf } from './values';

/** One reader's answer to one case of a reader study, as an archive keeps it. */
export interface StudyReading {
  study: string;
  /** Code of the reader: no name. */
  reader: string;
  /** Names the reading among those of the reader. */
  key: string;
  case: string;
  arm: string;
  rating: number;
  confidence?: number;
  /** From display to answer, without pauses, seconds. */
  seconds: number;
  /** Pixels of the film: edges at 0 and at columns, rows. */
  boxes: readonly { x: number; y: number; width: number; height: number; confidence: number }[];
  at: Date;
  /** The answer word for word, as it was given. */
  text: string;
  /** Version of this software. */
  software: string;
}

const notice =
  'A reading in a reader study. For research use only; no part of a diagnostic report, and perhaps read with a map made by AI.';

/**
 * SOP and Series Instance UID of a reading: there is one object of each.
 *
 * @param secret known to this reader and the coordinator alone: without it anybody could compute the UIDs of another reader's
 *   readings, and read them or store something in their place. Absent: as before there were secrets
 */
export function readingReference(
  { study, reader, key }: Pick<StudyReading, 'study' | 'reader' | 'key'>,
  studyInstanceUid: string,
  secret?: string,
): { sopInstanceUid: string; seriesInstanceUid: string } {
  const kept = secret === undefined ? [] : [secret];
  return {
    sopInstanceUid: uidFrom('study reading', study, reader, key, ...kept),
    // A study of the archive has one series for each reader.
    seriesInstanceUid: uidFrom('study readings', study, reader, studyInstanceUid, ...kept),
  };
}

const modelName = 'Reader study';

/** Whether an object is such a reading, by its SOP Class and ManufacturerModelName. */
export function isReadingReport(sopClassUid: string, manufacturerModelName: string): boolean {
  return sopClassUid === COMPREHENSIVE_SR && manufacturerModelName === modelName;
}

/**
 * A reading as Comprehensive SR after TID 1500 "Measurement Report" (PS3.16), in the film's own study: the observer is a person
 * known by code alone (TID 1003); one measurement group (TID 1501) holds rating, confidence, time, case and arm, one more for each
 * box (TID 1410) the box and how sure the reader is of it. The answer itself stands in it word for word, for
 * {@link readingText}. UNVERIFIED (PS3.3 C.17.2): nobody attests it.
 *
 * @param source attributes of the film
 * @param secret as for {@link readingReference}
 * @throws ResultError when the film lacks an identifier that it must refer to
 */
export function readingReport(source: Attributes, reading: StudyReading, secret?: string): AnswerObject {
  const { study, reader, at, software } = reading;
  const studyInstanceUid = requiredUid(source, 'StudyInstanceUID');
  const reference = {
    sopClassUid: COMPREHENSIVE_SR,
    ...readingReference(reading, studyInstanceUid, secret),
  };
  const [date, time] = [dicomDate(at), dicomTime(at)];
  const dataset = {
    SpecificCharacterSet: 'ISO_IR 192',
    SOPClassUID: reference.sopClassUid,
    SOPInstanceUID: reference.sopInstanceUid,
    InstanceCreationDate: date,
    InstanceCreationTime: time,
    ...repeated(source),
    StudyInstanceUID: studyInstanceUid,
    SeriesInstanceUID: reference.seriesInstanceUid,
    SeriesNumber: String(95_000 + Number(reference.seriesInstanceUid.slice(-3))),
    SeriesDescription: cut(`Reader study ${study} - ${reader} - research use only`, 64),
    ContentDate: date,
    ContentTime: time,
    Modality: 'SR',
    Manufacturer: manufacturer,
    ManufacturerModelName: modelName,
    SoftwareVersions: `explain ${software}`,
    CodingSchemeIdentificationSequence: codingSchemes,
    ...measurementReport(
      { source },
      { observer: personObserver(reader, reader), notice, groups: groups(source, reading), references: [] },
    ),
  };
  return { ...reference, bytes: writeDicomFile(dataset, undefined, EXPLICIT_LITTLE_ENDIAN) };
}

function groups(source: Attributes, reading: StudyReading): Item[] {
  const { study, reader, key, rating, confidence, seconds, boxes } = reading;
  const group = (name: string, content: Item[]): Item =>
    container(dcm('125007', 'Measurement Group'), 'CONTAINS', [
      textItem('HAS OBS CONTEXT', dcm('112039', 'Tracking Identifier'), cut(name, 64)),
      uidItem(
        'HAS OBS CONTEXT',
        dcm('112040', 'Tracking Unique Identifier'),
        uidFrom('study tracking', study, reader, key, name),
      ),
      ...content,
      imageItem('CONTAINS', dcm('121112', 'Source of Measurement'), imageReference({ source })),
    ]);
  return [
    group('Reading', [
      textItem('CONTAINS', concepts.study, study),
      textItem('CONTAINS', concepts.studyCase, reading.case),
      textItem('CONTAINS', concepts.studyArm, reading.arm),
      numberItem(concepts.rating, rating),
      ...(confidence === undefined ? [] : [numberItem(concepts.confidence, confidence)]),
      numberItem(concepts.readingTime, seconds, units.seconds),
      textItem('CONTAINS', concepts.reading, reading.text),
    ]),
    ...boxes.map(({ x, y, width, height, confidence: sure }, i) =>
      group(`Box ${i + 1}`, [
        regionItem({ source }, 'POLYLINE', outlineOf(x, y, width, height)),
        numberItem(concepts.confidence, sure),
      ]),
    ),
  ];
}

/** The closed outline of a box: column, row, column, row, … */
function outlineOf(x: number, y: number, width: number, height: number): number[] {
  return [x, y, x + width, y, x + width, y + height, x, y + height, x, y];
}

/**
 * The answer word for word, of a stored reading.
 *
 * @param attributes naturalised attributes, of a file or as an archive's metadata
 * @returns undefined for every other object
 */
export function readingText(attributes: Attributes): string | undefined {
  if (textOf(attributes, 'Manufacturer') !== manufacturer) return undefined;
  return textIn(attributes);
}

function textIn(parent: Attributes): string | undefined {
  for (const item of itemsOf(parent.ContentSequence)) {
    const [concept] = itemsOf(item.ConceptNameCodeSequence);
    if (concept && textOf(concept, 'CodeValue') === concepts.reading.CodeValue) {
      return textOf(item, 'TextValue');
    }
    const below = textIn(item);
    if (below !== undefined) return below;
  }
  return undefined;
}
