import { namedClass, pointOf } from '../../../models/decision';
import { uidFrom } from '../../uid';
import { concepts, dcm, own, sct, type Code } from '../codes';
import { algorithmParameters, manufacturer } from '../common';
import type { OtherResults, ResultContent, ResultDefinition, ResultRequest } from '../definition';
import { explanationUid } from '../identifiers';
import { markedBands } from '../marked-bands';
import {
  codeItem,
  container,
  evidence,
  imageItem,
  imageReference,
  languageItem,
  numberItem,
  objectReference,
  regionItem,
  textItem,
  uidItem,
  type Item,
} from '../report-items';
import type { ExplanationFigures, Reference, ResultContext } from '../types';
import { COMPREHENSIVE_SR } from '../sop-classes';
import { cut } from '../values';

/** Structured Report of the figures, which names the other objects. */
export const sr = {
  id: 'sr',
  title: 'DICOM SR',
  noun: 'report',
  label: 'Report (SR)',
  modality: 'SR',
  series: { number: 93000, description: 'AI explanation report - research use only' },
  needsLaterality: false,
  needsMarks: false,
  identify: (_form, { made, unmarked }) => ({
    sopClassUid: COMPREHENSIVE_SR,
    variant: [
      ...made.map(({ reference }) => reference.sopInstanceUid),
      ...(unmarked.length > 0 ? ['marks nothing'] : []),
      ...unmarked.map(({ reference }) => reference.sopInstanceUid),
    ],
  }),
  compose: report,
} as const satisfies ResultDefinition;

/**
 * Structured Report after TID 1500 "Measurement Report" (PS3.16). A first measurement group holds the score, the operating
 * point, the decision, whether the generated images hold and flip it, the model, and the place of the map's largest value;
 * one more for each segment, of the same tracking identifier, names that segment. All name the image, the first one map and
 * picture too. Reasons for caution stand before the measurements, beside the limits of use.
 */
function report({ context, explanation, masks, others }: ResultRequest): ResultContent {
  const { film, map, figures, notice } = explanation;
  const cautions = [
    ...explanation.cautions,
    ...others.unmarked.map(({ definition }) => unmarkedText(definition.noun)),
  ];
  const segments = referencesAs('segments', others);
  const dataset = {
    InstanceNumber: '1',
    CompletionFlag: 'COMPLETE',
    VerificationFlag: 'UNVERIFIED',
    ReferencedPerformedProcedureStepSequence: [],
    PerformedProcedureCodeSequence: [],
    CurrentRequestedProcedureEvidenceSequence: evidence(
      context.source,
      others.made.map(({ reference }) => reference),
    ),
    ...container(dcm('126000', 'Imaging Measurement Report'), undefined, [
      languageItem(),
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
        scoreGroup(context, figures, referencesAs('visual-explanation', others), peakOf(map, film.columns)),
        ...segments.flatMap(reference =>
          segmentGroups(context, reference, markedBands(masks, film.rows * film.columns).length),
        ),
      ]),
    ]),
    ContentTemplateSequence: [{ MappingResource: 'DCMR', TemplateIdentifier: '1500' }],
  };
  return { dataset };
}

/** In place of what a map that marks nothing leaves nothing to make of. */
function unmarkedText(noun: string): string {
  return `There is no ${noun}: no pixel of the map lies above the percentile and above the floor of the method.`;
}

function referencesAs(role: ResultDefinition['inReport'], { made }: OtherResults): Reference[] {
  return made.filter(({ definition }) => definition.inReport === role).map(({ reference }) => reference);
}

/** A place in the image, pixels: 0, 0 is the outer corner of the first one (PS3.3 C.10.5). */
interface ImagePoint {
  column: number;
  row: number;
}

/** Centre of the pixel with the largest value, the first where several have it; none in a map that is zero everywhere. */
function peakOf(map: Float32Array, columns: number): ImagePoint | undefined {
  let peak = -1;
  let largest = 0;
  for (let i = 0; i < map.length; i++) if (map[i] > largest) [peak, largest] = [i, map[i]];
  if (peak < 0) return undefined;
  return { column: (peak % columns) + 0.5, row: Math.floor(peak / columns) + 0.5 };
}

/** TID 1501 with the algorithm identification of TID 4019 and the image region of TID 1410. */
function scoreGroup(
  context: ResultContext,
  figures: ExplanationFigures,
  pictures: readonly Reference[],
  peak: ImagePoint | undefined,
): Item {
  const { model } = context;
  const { decision, decisionSimilar, decisionAdversarial, hold, flip } = figures;
  const { decided, score } = decision;
  const named = namedClass(decision);
  const verdict = decided === 1 ? sct('10828004', 'Positive') : sct('260385009', 'Negative');
  const point = pointOf(decision);
  const yesNo = (value: boolean): Code => (value ? concepts.yes : concepts.no);
  return container(dcm('125007', 'Measurement Group'), 'CONTAINS', [
    ...groupContext(context),
    codeItem('CONTAINS', concepts.finding, own(`class-${named}`, cut(model.classes[named], 64))),
    ...(point === undefined ? [] : [codeItem('CONTAINS', concepts.decision, verdict)]),
    numberItem(concepts.score, score),
    ...(point === undefined ? [] : [numberItem(concepts.operatingPoint, point)]),
    ...(decisionSimilar ? [numberItem(concepts.similarScore, decisionSimilar.score)] : []),
    ...(hold === undefined ? [] : [codeItem('CONTAINS', concepts.hold, yesNo(hold))]),
    ...(decisionAdversarial ? [numberItem(concepts.adversarialScore, decisionAdversarial.score)] : []),
    ...(flip === undefined ? [] : [codeItem('CONTAINS', concepts.flip, yesNo(flip))]),
    // OHIF shows a report over its image by this point, and nothing at all of one without any place.
    ...(peak ? [regionItem(context, 'POINT', [peak.column, peak.row])] : []),
    imageItem('CONTAINS', dcm('121112', 'Source of Measurement'), imageReference(context)),
    ...pictures.map(picture => imageItem('CONTAINS', concepts.visualExplanation, objectReference(picture))),
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
