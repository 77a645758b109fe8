import type { ModalityImage } from '../../models/preparation';
import type { MapKind } from '../../models/verdict';
import { mapReference, writeParametricMap } from './parametric-map';
import type { Palette } from './picture';
import { reportReference, writeReport, type ImagePoint, type ReportReferences } from './report';
import { captureReference, writeSecondaryCapture } from './secondary-capture';
import {
  markedBands,
  segmentationReference,
  writeSegmentation,
  type PercentileMask,
  type SegmentationEncoding,
} from './segmentation';
import {
  resultKinds,
  type ExplanationFigures,
  type Reference,
  type ResultContext,
  type ResultKind,
  type ResultObject,
} from './types';
import type { ResultKey } from './identifiers';

/** Which objects to make. */
export interface ResultSelection {
  kinds: readonly ResultKind[];
  /** Percentiles of the segmentation; several give bands. */
  percentiles: readonly number[];
  encoding?: SegmentationEncoding;
}

/** An explanation at the resolution of its image. */
export interface NativeExplanation {
  film: ModalityImage;
  /** rows × columns, ≥ 0. */
  map: Float32Array;
  figures: ExplanationFigures;
  /** Mask of one percentile, rows × columns. */
  mask(percentile: number): Uint8Array;
  palette: Palette;
  /** What the map is; absent for a method of another release. */
  mapKind?: MapKind;
  /** The model's limits of use, for the report. */
  notice: string;
  /** Reasons for caution with this image, for every object that a reader sees: what fits the model not, or is not known. */
  cautions: readonly string[];
}

/** Names the objects of an explanation that is still to be made: what an archive already holds need not be made again. */
export function resultReferences(
  key: ResultKey,
  selection: ResultSelection,
): Partial<Record<ResultKind, Reference>> {
  const { percentiles, encoding } = selection;
  const wanted = (kind: ResultKind): boolean => selection.kinds.includes(kind);
  const references: ReportReferences = {
    segmentation: wanted('seg') ? segmentationReference(key, percentiles, encoding) : undefined,
    map: wanted('pm') ? mapReference(key) : undefined,
    capture: wanted('sc') ? captureReference(key) : undefined,
  };
  return {
    ...(references.segmentation && { seg: references.segmentation }),
    ...(references.map && { pm: references.map }),
    ...(references.capture && { sc: references.capture }),
    ...(wanted('sr') && { sr: reportReference(key, references) }),
  };
}

/** For the report, in place of the segmentation. */
const noSegmentation =
  'There is no segmentation: no pixel of the map lies above the percentile and above the floor of the method.';

/**
 * Names the report of an explanation whose map marks nothing, so that there is no segmentation: where an archive holds it, the
 * segmentation is not missing. Undefined where not both are selected.
 */
export function unmarkedReport(key: ResultKey, selection: ResultSelection): Reference | undefined {
  if (!(['seg', 'sr'] as const).every(kind => selection.kinds.includes(kind))) return undefined;
  const { seg, pm, sc } = resultReferences(key, selection);
  return reportReference(key, { map: pm, capture: sc }, seg);
}

/**
 * Makes the selected objects of one explanation, in the order SEG, map, picture, report. Where the map marks nothing, the
 * others are made without the segmentation, and the report says so.
 *
 * @throws ResultError where the segmentation alone is selected and the map marks nothing
 */
export function makeResults(
  context: ResultContext,
  explanation: NativeExplanation,
  selection: ResultSelection,
): ResultObject[] {
  const { film, map, figures, mask, palette, mapKind, notice, cautions } = explanation;
  const { rows, columns } = film;
  const references = resultReferences(context, selection);
  // Made once: the report refers to as many segments as the segmentation has.
  const masks: PercentileMask[] = selection.kinds.includes('seg')
    ? selection.percentiles.map(percentile => ({ percentile, mask: mask(percentile) }))
    : [];
  const isUnmarked =
    selection.kinds.some(kind => kind !== 'seg') &&
    masks.length > 0 &&
    !masks.some(({ mask: marked }) => marked.includes(1));
  const segmentation = isUnmarked ? undefined : references.seg;
  const make: Record<ResultKind, () => ResultObject> = {
    seg: () => writeSegmentation(context, masks, { rows, columns, encoding: selection.encoding }),
    pm: () => writeParametricMap(context, figures, map, { rows, columns, cautions }),
    sc: () => writeSecondaryCapture(context, figures, { film, map, palette, mapKind, cautions }),
    sr: () =>
      writeReport(
        context,
        figures,
        { segmentation, map: references.pm, capture: references.sc },
        {
          notice,
          cautions: isUnmarked ? [...cautions, noSegmentation] : cautions,
          peak: peakOf(map, columns),
          segments: segmentation ? markedBands(masks, rows * columns).length : 0,
          unmarked: isUnmarked ? references.seg : undefined,
        },
      ),
  };
  const wanted = resultKinds.filter(kind => selection.kinds.includes(kind));
  return wanted.filter(kind => kind !== 'seg' || !isUnmarked).map(kind => make[kind]());
}

/** Centre of the pixel with the largest value, the first where several have it. */
function peakOf(map: Float32Array, columns: number): ImagePoint | undefined {
  let peak = -1;
  let largest = 0;
  for (let i = 0; i < map.length; i++) if (map[i] > largest) [peak, largest] = [i, map[i]];
  if (peak < 0) return undefined;
  return { column: (peak % columns) + 0.5, row: Math.floor(peak / columns) + 0.5 };
}
