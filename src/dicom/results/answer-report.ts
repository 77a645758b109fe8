import { EXPLICIT_LITTLE_ENDIAN, writeDicomFile } from '../write';
import { answerSeries, verdictCodes, type Verdict } from './answer-codes';
import { concepts, dcm, units } from './codes';
import { commonAttributes, describeExplanation } from './common';
import { findingCode } from './findings';
import { explanationUid, instanceUid, seriesUid } from './identifiers';
import { measurementReport } from './measurement-report';
import { personName, personObserver } from './observer';
import {
  codeItem,
  container,
  imageItem,
  imageReference,
  numberItem,
  objectReference,
  regionItem,
  textItem,
  uidItem,
  type Item,
} from './report-items';
import { COMPREHENSIVE_SR } from './sop-classes';
import type { ExplanationFigures, Reference, ResultContext } from './types';
import { cut, dicomDate, dicomTime } from './values';

/** What a reader says of an explanation. */
export interface ReaderAnswer {
  verdict: Verdict;
  /** Empty without one. */
  note: string;
  /** Name or code of the reader. */
  reader: string;
  /** The reader is accountable for the answer, in the name of this organization: it is VERIFIED then, else UNVERIFIED. */
  attestedFor?: string;
  at: Date;
  /** Above which the map marked when it was answered, in (0, 100). */
  percentile: number;
  /** Where the reader sees the finding: the correction of a map that the reader disagrees with. */
  mark?: ReaderMark;
}

interface ReaderMark {
  /** Corners of the closed outline: pixels, 0, 0 is the outer corner of the first one. */
  outline: readonly (readonly [x: number, y: number])[];
  /** How it lies to the map; absent where that is not known. */
  agreement?: { iou?: number; hit: boolean; distancePixels: number; distanceMm?: number; atDetector?: true };
}

const notice =
  'A reader’s answer to an explanation of a classifier by AI. For research use only; no part of a diagnostic report.';

/** An answer, and what it is an answer to. */
export interface AnswerRequest {
  context: Omit<ResultContext, 'created'>;
  figures: ExplanationFigures;
  /** The parametric map that holds the explanation. */
  map: Reference;
  answer: ReaderAnswer;
}

/** A DICOM object that was made. */
export interface AnswerObject extends Reference {
  /** DICOM Part 10 file. */
  bytes: Uint8Array;
}

/**
 * A reader's answer as Comprehensive SR after TID 1500 "Measurement Report" (PS3.16): the observer is a person (TID 1003); one
 * measurement group, after TID 1410 where the reader drew a mark and after TID 1501 else, has the explanation's own tracking
 * identifier, names its map as Visual Explanation, and holds verdict, note, mark and how that lies to the map. Completion and
 * verification by PS3.3 C.17.2.
 *
 * @throws ResultError when the image lacks an identifier that it must refer to
 */
export function answerReport({ context: of, figures, map, answer }: AnswerRequest): AnswerObject {
  const context: ResultContext = { ...of, created: answer.at };
  const reference: Reference = {
    sopClassUid: COMPREHENSIVE_SR,
    sopInstanceUid: instanceUid('answer', context, answer.reader, answer.at.toISOString(), answer.verdict),
    seriesInstanceUid: seriesUid('answer', context),
  };
  const dataset = {
    ...commonAttributes(answerSeries, context, reference, figures.decision),
    ...measurementReport(context, {
      observer: personObserver(answer.reader),
      notice,
      groups: [group(context, figures, map, answer)],
      references: [map],
    }),
    ...verification(answer),
  };
  return { ...reference, bytes: writeDicomFile(dataset, undefined, EXPLICIT_LITTLE_ENDIAN) };
}

/** Verified is what somebody accountable attests; the organization must be named then (PS3.3 table C.17-2). */
function verification({ reader, attestedFor, at }: ReaderAnswer): Record<string, unknown> {
  if (attestedFor === undefined) return {};
  return {
    VerificationFlag: 'VERIFIED',
    VerifyingObserverSequence: [
      {
        VerifyingOrganization: cut(attestedFor, 64),
        VerificationDateTime: dicomDate(at) + dicomTime(at),
        VerifyingObserverName: [{ Alphabetic: personName(reader) }],
        VerifyingObserverIdentificationCodeSequence: [],
      },
    ],
  };
}

function group(
  context: ResultContext,
  figures: ExplanationFigures,
  map: Reference,
  answer: ReaderAnswer,
): Item {
  const { model } = context;
  const { verdict, note, percentile, mark } = answer;
  return container(dcm('125007', 'Measurement Group'), 'CONTAINS', [
    textItem(
      'HAS OBS CONTEXT',
      dcm('112039', 'Tracking Identifier'),
      cut(`AI explanation by ${model.id}`, 64),
    ),
    uidItem(
      'HAS OBS CONTEXT',
      dcm('112040', 'Tracking Unique Identifier'),
      explanationUid('tracking', context),
    ),
    codeItem('CONTAINS', concepts.finding, findingCode(model.classes, figures.decision)),
    codeItem('CONTAINS', concepts.answer, verdictCodes[verdict]),
    ...(note === '' ? [] : [textItem('CONTAINS', concepts.comment, note)]),
    textItem('CONTAINS', concepts.answered, describeExplanation(context, figures)),
    numberItem(concepts.percentile, percentile, units.percent),
    ...(mark ? markItems(context, mark) : []),
    imageItem('CONTAINS', dcm('121112', 'Source of Measurement'), imageReference(context)),
    imageItem('CONTAINS', concepts.visualExplanation, objectReference(map)),
  ]);
}

function markItems(context: ResultContext, { outline, agreement }: ReaderMark): Item[] {
  // Closed: the last point is the first one (PS3.3 C.18.6.1.2).
  const points = [...outline, outline[0]].flat();
  const { iou, hit, distancePixels, distanceMm, atDetector } = agreement ?? {};
  const inMillimetres = atDetector ? concepts.markDistanceAtDetector : concepts.markDistance;
  return [
    regionItem(context, 'POLYLINE', points),
    ...(iou === undefined ? [] : [numberItem(concepts.markOverlap, iou)]),
    ...(hit === undefined ? [] : [codeItem('CONTAINS', concepts.markHit, hit ? concepts.yes : concepts.no)]),
    ...(distancePixels === undefined
      ? []
      : distanceMm === undefined
        ? [numberItem(concepts.markDistance, distancePixels, units.pixels)]
        : [numberItem(inMillimetres, distanceMm, units.millimetres)]),
  ];
}
