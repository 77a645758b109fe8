import { EXPLICIT_LITTLE_ENDIAN, writeDicomFile } from '../write';
import { uidFrom } from '../uid';
import { concepts, dcm, noUnits, own, sct, type Code } from './codes';
import { algorithmParameters, commonAttributes, isMultiFrame, manufacturer, referenceTo } from './common';
import { explanationUid, instanceUid, requiredUid, type ResultKey } from './identifiers';
import type { ExplanationFigures, Reference, ResultContext, ResultObject } from './types';
import { COMPREHENSIVE_SR } from './sop-classes';
import { cut, decimalString, textOf } from './values';

/** Objects of the same explanation that the report refers to. */
export interface ReportReferences {
  segmentation?: Reference;
  map?: Reference;
  capture?: Reference;
}

/** A place in the image, pixels: 0, 0 is the outer corner of the first one (PS3.3 C.10.5). */
export interface ImagePoint {
  column: number;
  row: number;
}

/** What the report says beside figures and references. */
export interface ReportContent {
  /** The model's limits of use. */
  notice: string;
  /** Reasons for caution with this image. */
  cautions: readonly string[];
  /** Where the map is largest; absent for a map that is zero everywhere. */
  peak?: ImagePoint;
  /** Segments of the segmentation, where there is one. */
  segments: number;
  /** The segmentation that was asked for, where the map marks nothing that it could show. */
  unmarked?: Reference;
}

type Item = Record<string, unknown>;

/**
 * Names the report without making it.
 *
 * @param unmarked the segmentation that the map left nothing to make of
 */
export function reportReference(
  key: ResultKey,
  references: ReportReferences,
  unmarked?: Reference,
): Reference {
  const uids = listOf(references).map(({ sopInstanceUid }) => sopInstanceUid);
  const left = unmarked ? ['marks nothing', unmarked.sopInstanceUid] : [];
  return referenceTo('sr', COMPREHENSIVE_SR, instanceUid('sr', key, ...uids, ...left), key);
}

/**
 * Structured Report after TID 1500 "Measurement Report" (PS3.16). A first measurement group holds the score, the operating
 * point, the decision, whether the generated images hold and flip it, the model, and the place of the map's largest value;
 * one more for each segment, of the same tracking identifier, names that segment. All name the image, the first one map and
 * picture too. Reasons for caution stand before the measurements, beside the limits of use.
 */
export function writeReport(
  context: ResultContext,
  figures: ExplanationFigures,
  references: ReportReferences,
  { notice, cautions, peak, segments, unmarked }: ReportContent,
): ResultObject {
  const { segmentation } = references;
  const reference = reportReference(context, references, unmarked);
  const dataset = {
    ...commonAttributes('sr', context, reference),
    InstanceNumber: '1',
    CompletionFlag: 'COMPLETE',
    VerificationFlag: 'UNVERIFIED',
    ReferencedPerformedProcedureStepSequence: [],
    PerformedProcedureCodeSequence: [],
    CurrentRequestedProcedureEvidenceSequence: evidence(context, references),
    ...container(dcm('126000', 'Imaging Measurement Report'), undefined, [
      codeItem('HAS CONCEPT MOD', dcm('121049', 'Language of Content Item and Descendants'), {
        CodeValue: 'en',
        CodingSchemeDesignator: 'RFC5646',
        CodeMeaning: 'English',
      }),
      ...observer(context),
      codeItem(
        'HAS CONCEPT MOD',
        dcm('121058', 'Procedure reported'),
        sct('363680008', 'Radiographic imaging procedure'),
      ),
      textItem('CONTAINS', concepts.notice, cut(notice, 1024)),
      ...cautions.map(caution => textItem('CONTAINS', concepts.caution, cut(caution, 1024))),
      container(dcm('111028', 'Image Library'), 'CONTAINS', [
        container(dcm('126200', 'Image Library Group'), 'CONTAINS', [
          imageItem('CONTAINS', undefined, imageReference(context)),
        ]),
      ]),
      container(dcm('126010', 'Imaging Measurements'), 'CONTAINS', [
        scoreGroup(context, figures, references, peak),
        ...(segmentation ? segmentGroups(context, segmentation, segments) : []),
      ]),
    ]),
    ContentTemplateSequence: [{ MappingResource: 'DCMR', TemplateIdentifier: '1500' }],
  };
  return { kind: 'sr', ...reference, bytes: writeDicomFile(dataset, undefined, EXPLICIT_LITTLE_ENDIAN) };
}

/** TID 1501 with the algorithm identification of TID 4019 and the image region of TID 1410. */
function scoreGroup(
  context: ResultContext,
  figures: ExplanationFigures,
  { map, capture }: ReportReferences,
  peak: ImagePoint | undefined,
): Item {
  const { model } = context;
  const { decision, decisionSimilar, decisionAdversarial, hold, flip } = figures;
  const { decided, score } = decision;
  const verdict = decided === 1 ? sct('10828004', 'Positive') : sct('260385009', 'Negative');
  const point = decision.kind === 'operating-point' ? decision.operatingPoint : undefined;
  const yesNo = (value: boolean): Code => (value ? concepts.yes : concepts.no);
  return container(dcm('125007', 'Measurement Group'), 'CONTAINS', [
    ...groupContext(context),
    codeItem('CONTAINS', concepts.finding, own(`class-${decided}`, cut(model.classes[decided], 64))),
    ...(point === undefined ? [] : [codeItem('CONTAINS', concepts.decision, verdict)]),
    numberItem(concepts.score, score),
    ...(point === undefined ? [] : [numberItem(concepts.operatingPoint, point)]),
    ...(decisionSimilar ? [numberItem(concepts.similarScore, decisionSimilar.score)] : []),
    ...(hold === undefined ? [] : [codeItem('CONTAINS', concepts.hold, yesNo(hold))]),
    ...(decisionAdversarial ? [numberItem(concepts.adversarialScore, decisionAdversarial.score)] : []),
    ...(flip === undefined ? [] : [codeItem('CONTAINS', concepts.flip, yesNo(flip))]),
    // OHIF shows a report over its image by this point, and nothing at all of one without any place.
    ...(peak ? [pointItem(context, peak)] : []),
    imageItem('CONTAINS', dcm('121112', 'Source of Measurement'), imageReference(context)),
    ...(map ? [imageItem('CONTAINS', concepts.visualExplanation, objectReference(map))] : []),
    ...(capture ? [imageItem('CONTAINS', concepts.visualExplanation, objectReference(capture))] : []),
  ]);
}

/** TID 1410 by a referenced segment, for each one. */
function segmentGroups(context: ResultContext, segmentation: Reference, segments: number): Item[] {
  return Array.from({ length: segments }, (_, i) =>
    container(dcm('125007', 'Measurement Group'), 'CONTAINS', [
      ...groupContext(context),
      imageItem('CONTAINS', dcm('121191', 'Referenced Segment'), {
        ...objectReference(segmentation),
        ReferencedSegmentNumber: i + 1,
      }),
      imageItem('CONTAINS', dcm('121233', 'Source image for segmentation'), imageReference(context)),
    ]),
  );
}

/** What the groups of one explanation have in common: by what they are tracked, and the algorithm. */
function groupContext(context: ResultContext): Item[] {
  const { model } = context;
  const tracking = explanationUid('tracking', context);
  return [
    textItem('HAS OBS CONTEXT', dcm('112039', 'Tracking Identifier'), cut(`Explanation by ${model.id}`, 64)),
    uidItem('HAS OBS CONTEXT', dcm('112040', 'Tracking Unique Identifier'), tracking),
    textItem('HAS CONCEPT MOD', concepts.algorithmName, cut(model.id, 64)),
    textItem('HAS CONCEPT MOD', concepts.algorithmVersion, model.version),
    textItem('HAS CONCEPT MOD', concepts.algorithmParameters, algorithmParameters(context)),
  ];
}

function pointItem(context: ResultContext, { column, row }: ImagePoint): Item {
  return {
    RelationshipType: 'CONTAINS',
    ValueType: 'SCOORD',
    ConceptNameCodeSequence: [dcm('111030', 'Image Region')],
    GraphicData: [column, row],
    GraphicType: 'POINT',
    ContentSequence: [imageItem('SELECTED FROM', undefined, imageReference(context))],
  };
}

/** TID 1002/1004: the observer is a device, this software with its model. */
function observer({ model, software }: ResultContext): Item[] {
  const context = 'HAS OBS CONTEXT';
  const uid = uidFrom('device', software, model.weightsSha256);
  return [
    codeItem(context, dcm('121005', 'Observer Type'), dcm('121007', 'Device')),
    uidItem(context, dcm('121012', 'Device Observer UID'), uid),
    textItem(context, dcm('121013', 'Device Observer Name'), `explain ${software}`),
    textItem(context, dcm('121014', 'Device Observer Manufacturer'), manufacturer),
    textItem(context, dcm('121015', 'Device Observer Model Name'), cut(`${model.id} ${model.version}`, 64)),
    textItem(context, dcm('121016', 'Device Observer Serial Number'), model.weightsSha256),
  ];
}

/** Every object that the report names, by study and series (PS3.3 C.17.2). */
function evidence({ source }: ResultContext, references: ReportReferences): Item[] {
  const image: Reference = {
    sopClassUid: requiredUid(source, 'SOPClassUID'),
    sopInstanceUid: requiredUid(source, 'SOPInstanceUID'),
    seriesInstanceUid: requiredUid(source, 'SeriesInstanceUID'),
  };
  return [
    {
      StudyInstanceUID: requiredUid(source, 'StudyInstanceUID'),
      ReferencedSeriesSequence: [image, ...listOf(references)].map(reference => ({
        SeriesInstanceUID: reference.seriesInstanceUid,
        ReferencedSOPSequence: [objectReference(reference)],
      })),
    },
  ];
}

function listOf({ segmentation, map, capture }: ReportReferences): Reference[] {
  return [segmentation, map, capture].filter(reference => reference !== undefined);
}

function objectReference({ sopClassUid, sopInstanceUid }: Reference): Item {
  return { ReferencedSOPClassUID: sopClassUid, ReferencedSOPInstanceUID: sopInstanceUid };
}

function imageReference({ source, frame }: ResultContext): Item {
  return {
    ReferencedSOPClassUID: textOf(source, 'SOPClassUID'),
    ReferencedSOPInstanceUID: textOf(source, 'SOPInstanceUID'),
    ...(isMultiFrame(source) && { ReferencedFrameNumber: String(frame ?? 1) }),
  };
}

function container(concept: Code, relationship: string | undefined, content: Item[]): Item {
  return {
    ...(relationship && { RelationshipType: relationship }),
    ValueType: 'CONTAINER',
    ConceptNameCodeSequence: [concept],
    ContinuityOfContent: 'SEPARATE',
    ContentSequence: content,
  };
}

function textItem(relationship: string, concept: Code, text: string): Item {
  return {
    RelationshipType: relationship,
    ValueType: 'TEXT',
    ConceptNameCodeSequence: [concept],
    TextValue: text,
  };
}

function uidItem(relationship: string, concept: Code, uid: string): Item {
  return {
    RelationshipType: relationship,
    ValueType: 'UIDREF',
    ConceptNameCodeSequence: [concept],
    UID: uid,
  };
}

function codeItem(relationship: string, concept: Code, value: Code): Item {
  return {
    RelationshipType: relationship,
    ValueType: 'CODE',
    ConceptNameCodeSequence: [concept],
    ConceptCodeSequence: [value],
  };
}

/**
 * A figure as panel and picture show it, three decimals, and beside it in full (PS3.3 C.18.1): readers show Numeric Value, and
 * the last of a float's digits say nothing.
 */
function numberItem(concept: Code, value: number): Item {
  return {
    RelationshipType: 'CONTAINS',
    ValueType: 'NUM',
    ConceptNameCodeSequence: [concept],
    MeasuredValueSequence: [
      {
        MeasurementUnitsCodeSequence: [noUnits],
        FloatingPointValue: value,
        NumericValue: decimalString(Number(value.toFixed(3))),
      },
    ],
  };
}

function imageItem(relationship: string, concept: Code | undefined, reference: Item): Item {
  return {
    RelationshipType: relationship,
    ValueType: 'IMAGE',
    ...(concept && { ConceptNameCodeSequence: [concept] }),
    ReferencedSOPSequence: [reference],
  };
}
