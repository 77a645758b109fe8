import {
  areaMetrics,
  conditionalMetrics,
  curvePercentiles,
  localisationMetrics,
  meanCurve,
  patientDraws,
  percentileInterval,
  perturbationMetrics,
  quantile,
  type AreaId,
  type AreaMetric,
  type ConditionalId,
  type PerturbationId,
  type PrecisionSensitivity,
} from '../../metrics';
import { mean, meanEstimate, rateEstimate, type Estimate, type SummaryOptions } from './estimate';
import { decisionGroups, isReaderGroup, subgroups } from './groups';
import type { CaseRecord, MapFigures, MapRecord, MapTitle } from '../records';
import { correlationsWithOthers } from '../thumbnail';

/** Localisation of one map over images with truth. */
export interface MapSummary extends MapTitle, Partial<Record<ConditionalId, ConditionalEstimate>> {
  images: number;
  patients: number;
  /** Maps that were constant or not finite: they score 0 everywhere. By reason. */
  failures: Record<string, number>;
  /** By metric id. */
  right: Record<string, Estimate>;
  /** The same maps against other patients' truth. */
  control: Record<string, number | undefined>;
  /** What the map gains over its control, image by image. */
  gain: Record<string, Estimate | undefined>;
  /** Areas under the mean precision–sensitivity curve. */
  area: Record<AreaId, AreaEstimate>;
  /** Mean curves at percentiles 0 to 99. */
  curve: { precision: number[]; sensitivity: number[]; iou: number[] };
  /** Mean areas of the deletion and insertion curves; absent where they were not measured. */
  faithfulness?: Record<PerturbationId, Estimate>;
  /** IoU@90 and pointing game by decision, reader, view, collection, sex and age. */
  groups: Record<string, GroupFigures>;
  /** Mean correlation of a map with the mean of all other maps: near 1, the map is the same whatever the image. */
  universal?: number;
  /** Median share of pixels with the map's most frequent value. */
  medianConstantShare: number;
  medianSeconds?: number;
}

interface AreaEstimate extends Estimate {
  control?: number;
  gain?: Estimate;
}

/** Share of the truths of one sort for which something holds; of those to which it does not apply nothing is said. */
interface ConditionalEstimate {
  right: Estimate;
  control?: number;
  gain?: Estimate;
}

interface GroupFigures {
  images: number;
  patients: number;
  iou90: Estimate;
  controlIou90?: number;
  pointing: Estimate;
}

/** Localisation figures of each map over the images that have it. */
export function summariseMaps(
  records: readonly CaseRecord[],
  titles: readonly MapTitle[],
  options: SummaryOptions,
): MapSummary[] {
  return titles.flatMap(title => {
    const withMap = records.filter(record => record.maps[title.key]);
    return withMap.length ? [summariseMap(title, withMap, options)] : [];
  });
}

function summariseMap(title: MapTitle, records: readonly CaseRecord[], options: SummaryOptions): MapSummary {
  const maps = records.map(record => record.maps[title.key]);
  const patients = records.map(record => record.patient);
  const draws = patientDraws(patients, options);
  const byMetric = <T>(figure: (id: string) => T): Record<string, T> =>
    Object.fromEntries(localisationMetrics.map(({ id }) => [id, figure(id)]));
  const seconds = maps.map(map => map.seconds).filter(value => value !== undefined);
  return {
    ...title,
    images: records.length,
    patients: new Set(patients).size,
    failures: countFailures(maps),
    right: Object.fromEntries(
      localisationMetrics.map(({ id, rate }) => {
        const values = maps.map(map => map.right.values[id]);
        return [id, rate ? rateEstimate(values, patients, draws)! : meanEstimate(values, draws)!];
      }),
    ),
    control: byMetric(id => meanControl(maps, id)),
    gain: byMetric(id =>
      meanEstimate(
        maps.map(({ right, control }) => control && right.values[id] - control.values[id]),
        draws,
      ),
    ),
    area: areaEstimates(maps, draws),
    curve: { ...meanCurve(maps.map(map => map.right)), iou: meanIouCurve(maps) },
    ...conditionalSummaries(maps, patients, draws),
    faithfulness: faithfulnessSummary(maps, draws),
    groups: groupFigures(title.key, records, options),
    universal: universality(maps.map(map => map.thumbnail).filter(thumbnail => thumbnail !== '')),
    medianConstantShare: median(maps.map(map => map.constantShare)),
    medianSeconds: seconds.length ? median(seconds) : undefined,
  };
}

/** Names of the reader groups, where the maps' images have labels of more than one kind; else none. */
export function readerGroupsApart(maps: readonly MapSummary[]): string[] {
  const found = [...new Set(maps.flatMap(map => Object.keys(map.groups)))].filter(isReaderGroup);
  return found.length > 1 ? found : [];
}

function countFailures(maps: readonly MapRecord[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { failure } of maps) if (failure) counts[failure] = (counts[failure] ?? 0) + 1;
  return counts;
}

/** The area is that of the mean curve, so each resample averages curves, not areas. */
function areaEstimates(maps: readonly MapRecord[], draws: readonly Uint16Array[]): MapSummary['area'] {
  const right = drawnCurves(
    maps.map(map => map.right),
    draws,
  );
  const controls = maps.map(map => map.control).filter(control => control !== undefined);
  const control = controls.length === maps.length ? drawnCurves(controls, draws) : undefined;
  const images = maps.length;
  const estimate = ({ compute }: AreaMetric): AreaEstimate => {
    const value = compute(right.mean);
    const drawn = right.drawn.map(compute);
    const area = { value, interval: percentileInterval(drawn), images };
    if (!control) return area;
    const controlValue = compute(control.mean);
    const gained = drawn.map((each, i) => each - compute(control.drawn[i]));
    const gain = { value: value - controlValue, interval: percentileInterval(gained), images };
    return { ...area, control: controlValue, gain };
  };
  const estimates = areaMetrics.map(metric => [metric.id, estimate(metric)]);
  return Object.fromEntries(estimates) as MapSummary['area'];
}

/** The mean curve of all images, and of each resample. */
function drawnCurves(
  curves: readonly MapFigures[],
  draws: readonly Uint16Array[],
): { mean: PrecisionSensitivity; drawn: PrecisionSensitivity[] } {
  return { mean: meanCurve(curves), drawn: draws.map(counts => weightedCurve(curves, counts)) };
}

function meanControl(maps: readonly MapRecord[], id: string): number | undefined {
  const values = maps.map(({ control }) => control?.values[id]).filter(value => value !== undefined);
  return values.length ? mean(values) : undefined;
}

function weightedCurve(curves: readonly MapFigures[], weights: Uint16Array): PrecisionSensitivity {
  const precision = curvePercentiles.map(() => 0);
  const sensitivity = curvePercentiles.map(() => 0);
  let total = 0;
  curves.forEach((curve, i) => {
    const weight = weights[i];
    if (weight === 0) return;
    total += weight;
    for (let p = 0; p < precision.length; p++) {
      precision[p] += weight * curve.precision[p];
      sensitivity[p] += weight * curve.sensitivity[p];
    }
  });
  return { precision: precision.map(sum => sum / total), sensitivity: sensitivity.map(sum => sum / total) };
}

/** IoU = 1 / (1/precision + 1/sensitivity − 1), image by image. */
function meanIouCurve(maps: readonly MapRecord[]): number[] {
  const iou = (precision: number, sensitivity: number): number =>
    precision === 0 || sensitivity === 0 ? 0 : 1 / (1 / precision + 1 / sensitivity - 1);
  return curvePercentiles.map(p =>
    mean(maps.map(({ right }) => iou(right.precision[p], right.sensitivity[p]))),
  );
}

function conditionalSummaries(
  maps: readonly MapRecord[],
  patients: readonly string[],
  draws: readonly Uint16Array[],
): Partial<Record<ConditionalId, ConditionalEstimate>> {
  const summaries = conditionalMetrics.flatMap(({ id }) => {
    const held = maps.map(map => map[id]);
    const right = rateEstimate(
      held.map(each => each?.right),
      patients,
      draws,
    );
    if (!right) return [];
    const controls = held.map(each => each?.control).filter(value => value !== undefined);
    const gains = held.map(each => (each?.control === undefined ? undefined : each.right - each.control));
    const control = controls.length ? mean(controls) : undefined;
    return [[id, { right, control, gain: meanEstimate(gains, draws) }] as const];
  });
  return Object.fromEntries(summaries);
}

function faithfulnessSummary(
  maps: readonly MapRecord[],
  draws: readonly Uint16Array[],
): MapSummary['faithfulness'] {
  const areas = perturbationMetrics.map(({ id }) => [
    id,
    meanEstimate(
      maps.map(map => map.faithfulness?.[id]),
      draws,
    ),
  ]);
  if (areas.some(([, area]) => area === undefined)) return undefined;
  return Object.fromEntries(areas) as MapSummary['faithfulness'];
}

function groupFigures(
  key: string,
  records: readonly CaseRecord[],
  options: SummaryOptions,
): Record<string, GroupFigures> {
  const groups = [...decisionGroups(options.decidedBy), ...subgroups(records)];
  return Object.fromEntries(
    groups.flatMap(({ name, belongs }): [string, GroupFigures][] => {
      const members = records.filter(belongs);
      if (members.length === 0) return [];
      const patients = members.map(record => record.patient);
      const draws = patientDraws(patients, options);
      const values = (id: string): number[] => members.map(record => record.maps[key].right.values[id]);
      const figures: GroupFigures = {
        images: members.length,
        patients: new Set(patients).size,
        iou90: meanEstimate(values('iou90'), draws)!,
        controlIou90: meanControl(
          members.map(record => record.maps[key]),
          'iou90',
        ),
        pointing: rateEstimate(values('pointing'), patients, draws)!,
      };
      return [[name, figures]];
    }),
  );
}

/** Mean correlation of each map with the mean of the others. */
function universality(thumbnails: readonly string[]): number | undefined {
  const found = correlationsWithOthers(thumbnails).filter(value => value !== undefined);
  return found.length ? mean(found) : undefined;
}

function median(numbers: readonly number[]): number {
  return quantile(
    [...numbers].sort((a, b) => a - b),
    0.5,
  );
}
