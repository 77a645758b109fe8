import { distanceToPoint, isNegative, pointOf } from '../../models/decision';
import type { Stability } from '../../models/stability';
import { uidFrom } from '../uid';
import { concepts, dcm, mapQuantity, units, type Code } from './codes';
import { manufacturer } from '../own-objects';
import { algorithmParameters } from './common';
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
import type {
  NativeExplanation,
  OtherResults,
  PercentileMask,
  ResultContent,
  ResultDefinition,
  ResultRequest,
} from './definition';
import { findingCode, soughtCode } from './findings';
import { explanationUid } from './identifiers';
import { markedBands, segmentLabel } from './marked-bands';
import { regionMeaning } from './meaning';
import { measurementReport } from './measurement-report';
import { pixelArea } from './plane';
import { markedRegions, type Region } from './regions';
import { segmentTracking } from './segments';
import type { Reference, ResultContext } from './types';
import { cut } from './values';

/**
 * Structured Report after TID 1500 "Measurement Report" (PS3.16). A first group, after TID 1501, holds what was decided and by
 * which figures, whether the generated images hold and flip it, the model, and the place of the map's largest value. Groups
 * after TID 1410 follow: one for each outlined region of a mask, with its area and the mean of the map, and one for each
 * segment. Every group names image and algorithm; explanation and regions are tracked by identifiers of their own. Reasons for caution stand before the measurements, beside the limits of use,
 * with what the marked region is. Where the finding was not found, the report has neither outline nor area nor a place in the
 * film: a reader would take them for a lesion.
 */
export function report({ context, explanation, masks, others }: ResultRequest): ResultContent {
  const { film, notice } = explanation;
  const cautions = [
    ...explanation.cautions,
    ...others.unmarked.map(({ definition }) => unmarkedText(definition.noun)),
  ];
  const pictures = referencesAs('visual-explanation', others);
  const segments = referencesAs('segments', others);
  const isMarked = masks.some(({ mask }) => mask.includes(1));
  const negative = isNegative(explanation.figures.decision);
  const outlined = negative
    ? { groups: [], comments: isMarked ? [notOutlined] : [] }
    : regionGroups(context, explanation, masks, pictures);
  const dataset = measurementReport(context, {
    observer: observer(context),
    notice: cut(notice, 1024),
    remarks: [
      ...cautions.map(caution => textItem('CONTAINS', concepts.caution, cut(caution, 1024))),
      ...(isMarked
        ? [textItem('CONTAINS', concepts.comment, regionMeaning(context, explanation, masks).join(' '))]
        : []),
      ...outlined.comments.map(comment => textItem('CONTAINS', concepts.comment, comment)),
    ],
    groups: [
      scoreGroup(context, explanation, pictures),
      ...outlined.groups,
      ...segments.flatMap(reference =>
        markedBands(masks, film.rows * film.columns, negative).map((_, i) =>
          segmentGroup(context, reference, i + 1),
        ),
      ),
    ],
    references: [...segments, ...pictures],
  });
  return { dataset };
}

const notOutlined = 'Its outline and area are left out of this report.';

/** In place of what a map that marks nothing leaves nothing to make of. */
function unmarkedText(noun: string): string {
  return `There is no ${noun}: no pixel of the map lies above the percentile and above the floor of the method.`;
}

function referencesAs(role: ResultDefinition['inReport'], { made }: OtherResults): Reference[] {
  return made.filter(({ definition }) => definition.inReport === role).map(({ reference }) => reference);
}

/** Centre of the pixel with the largest value, the first where several have it; none in a map that is zero everywhere. */
function peakOf(map: Float32Array, columns: number): [column: number, row: number] | undefined {
  let peak = -1;
  let largest = 0;
  for (let i = 0; i < map.length; i++) if (map[i] > largest) [peak, largest] = [i, map[i]];
  return peak < 0 ? undefined : [(peak % columns) + 0.5, Math.floor(peak / columns) + 0.5];
}

/** The first pixel: the text beside it lies at the film's edge. */
const firstCorner = [0.5, 0.5];

const groupConcept = dcm('125007', 'Measurement Group');

/** TID 1501: qualitative and quantitative results of the whole image. */
function scoreGroup(
  context: ResultContext,
  { film, map, figures, stability }: NativeExplanation,
  pictures: readonly Reference[],
): Item {
  const { model } = context;
  const { decision, decisionSimilar, decisionAdversarial, hold, flip } = figures;
  const { decided, score } = decision;
  const isFound = !isNegative(decision);
  const sought = soughtCode(model.classes, decision);
  const verdict = decided === 1 ? concepts.positive : concepts.negative;
  const point = pointOf(decision);
  const figuresOfAnswer = [
    numberItem(concepts.score, score),
    ...(point === undefined ? [] : [numberItem(concepts.operatingPoint, point)]),
  ];
  const distance = distanceToPoint(decision);
  const peak = isFound ? peakOf(map, film.columns) : undefined;
  const yesNo = (value: boolean): Code => (value ? concepts.yes : concepts.no);
  return container(
    groupConcept,
    'CONTAINS',
    [
      ...groupContext(context, explanationTracking(context)),
      codeItem('CONTAINS', concepts.finding, findingCode(model.classes, decision)),
      ...(sought ? [soughtItem(sought, verdict, figuresOfAnswer)] : []),
      ...(point === undefined ? [] : [codeItem('CONTAINS', concepts.decision, verdict)]),
      numberItem(concepts.score, score),
      ...(distance === undefined
        ? []
        : [numberItem(isFound ? concepts.aboveOperatingPoint : concepts.belowOperatingPoint, distance)]),
      ...(point === undefined ? [] : [numberItem(concepts.operatingPoint, point)]),
      ...(decisionSimilar ? [numberItem(concepts.similarScore, decisionSimilar.score)] : []),
      ...(hold === undefined ? [] : [codeItem('CONTAINS', concepts.hold, yesNo(hold))]),
      ...(decisionAdversarial ? [numberItem(concepts.adversarialScore, decisionAdversarial.score)] : []),
      ...(flip === undefined ? [] : [codeItem('CONTAINS', concepts.flip, yesNo(flip))]),
      ...(stability ? stabilityItems(stability) : []),
      // OHIF shows a report over its image by this point, and nothing at all of one without any place.
      ...(peak ? [regionItem(context, 'POINT', peak)] : []),
      ...(isFound ? [] : [regionItem(context, 'POINT', firstCorner, concepts.textPlace)]),
      imageItem('CONTAINS', dcm('121112', 'Source of Measurement'), imageReference(context)),
      ...pictureItems(pictures),
    ],
    '1501',
  );
}

/**
 * What was looked for as the concept, as IHE AI Results tells findings, and the answer as of a test, inferred from the score by its
 * operating point: no statement that the finding is there.
 */
function soughtItem(sought: Code, verdict: Code, from: readonly Item[]): Item {
  return {
    ...codeItem('CONTAINS', sought, verdict),
    ContentSequence: from.map(item => ({ ...item, RelationshipType: 'INFERRED FROM' })),
  };
}

/** How far the transforms of an averaged map agree. */
function stabilityItems({ correlation, threshold, differing }: Stability): Item[] {
  return [
    numberItem(concepts.transformCorrelation, correlation),
    ...(threshold === undefined ? [] : [numberItem(concepts.transformThreshold, threshold)]),
    ...(differing === undefined
      ? []
      : [numberItem(concepts.transformDiffering, 100 * differing, units.percent)]),
  ];
}

/** Regions of each mask, the lowest percentile first, and what is to be said of those without an outline. */
function regionGroups(
  context: ResultContext,
  { film, map, mapKind }: NativeExplanation,
  masks: readonly PercentileMask[],
  pictures: readonly Reference[],
): { groups: Item[]; comments: string[] } {
  const groups: Item[] = [];
  const comments: string[] = [];
  for (const { percentile, mask } of [...masks].sort((a, b) => a.percentile - b.percentile)) {
    const label = segmentLabel(false, percentile);
    const { regions, others } = markedRegions(mask, map, film.columns);
    groups.push(
      ...regions.map((region, i) =>
        regionGroup(
          context,
          { label: `${label}, region ${i + 1}`, region, quantity: mapQuantity(mapKind) },
          pictures,
        ),
      ),
    );
    if (others > 0) comments.push(`${label}: without an outline, since they are smaller: ${others}.`);
  }
  return { groups, comments };
}

/** TID 1410 by coordinates. */
function regionGroup(
  context: ResultContext,
  { label, region, quantity }: { label: string; region: Region; quantity: Code },
  pictures: readonly Reference[],
): Item {
  const ofPixel = pixelArea(context.source);
  const mean = codeItem('HAS CONCEPT MOD', concepts.derivation, concepts.mean);
  return container(
    groupConcept,
    'CONTAINS',
    [
      ...groupContext(context, segmentTracking(context, label)),
      codeItem('CONTAINS', concepts.finding, concepts.selectedRegion),
      regionItem(context, 'POLYLINE', region.outline),
      ofPixel === undefined
        ? numberItem(concepts.regionArea, region.pixels, units.pixels)
        : numberItem(concepts.regionArea, region.pixels * ofPixel, units.squareMillimetres),
      { ...numberItem(quantity, region.mean), ContentSequence: [mean] },
      ...pictureItems(pictures),
    ],
    '1410',
  );
}

/** TID 1410 by a referenced segment. */
function segmentGroup(context: ResultContext, segmentation: Reference, number: number): Item {
  return container(
    groupConcept,
    'CONTAINS',
    [
      ...groupContext(context, explanationTracking(context)),
      codeItem('CONTAINS', concepts.finding, concepts.selectedRegion),
      imageItem('CONTAINS', dcm('121191', 'Referenced Segment'), {
        ...objectReference(segmentation),
        ReferencedSegmentNumber: number,
      }),
      imageItem('CONTAINS', dcm('121233', 'Source image for segmentation'), imageReference(context)),
    ],
    '1410',
  );
}

function pictureItems(pictures: readonly Reference[]): Item[] {
  return pictures.map(picture => imageItem('CONTAINS', concepts.visualExplanation, objectReference(picture)));
}

/** By what the explanation as a whole is tracked. */
function explanationTracking(context: ResultContext): ReturnType<typeof segmentTracking> {
  return {
    TrackingID: cut(`AI explanation by ${context.model.id}`, 64),
    TrackingUID: explanationUid('tracking', context),
  };
}

/** By what a group is tracked, and the algorithm (TID 4019). */
function groupContext(
  context: ResultContext,
  { TrackingID, TrackingUID }: ReturnType<typeof segmentTracking>,
): Item[] {
  const { model } = context;
  return [
    textItem('HAS OBS CONTEXT', dcm('112039', 'Tracking Identifier'), TrackingID),
    uidItem('HAS OBS CONTEXT', dcm('112040', 'Tracking Unique Identifier'), TrackingUID),
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
