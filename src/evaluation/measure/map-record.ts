import {
  constantShare,
  localisationCase,
  localisationMetrics,
  precisionSensitivity,
  rankMap,
  conditionalMetrics,
  type ConditionalId,
  type RankedMap,
} from '../../metrics';
import type { ConditionalRecord, MapFigures, MapRecord } from '../records';
import { thumbnail } from '../thumbnail';

/** A map to be scored, size × size, with the area of its image in which it means anything. */
export interface ScoredMap {
  map: Float32Array;
  size: number;
  /** 1 = image, 0 = padding, collimation or letterbox; absent: everything is image. */
  valid?: Uint8Array;
  /** Time that it took; absent for maps that no network makes. */
  seconds?: number;
}

/**
 * Scores one map against its own truth and against the control truths, within the valid area of its image. A constant map, or
 * one that is not finite, fails: all its figures are 0.
 *
 * @param truth within the valid area, as the controls are, where each marks at least one pixel
 */
export function mapRecord(
  { map, size, valid, seconds }: ScoredMap,
  truth: Uint8Array,
  controls: readonly Uint8Array[],
  seed: number,
): MapRecord {
  if (!map.every(Number.isFinite)) {
    return {
      seconds,
      failure: 'not finite',
      constantShare: 0,
      right: failed(),
      ...(controls.length > 0 && { control: failed() }),
      ...conditionalRecords(map, size, truth, controls),
      thumbnail: '',
    };
  }
  const ranked = rankMap(map, valid, seed);
  return {
    seconds,
    ...(ranked.constant && { failure: 'constant' }),
    constantShare: constantShare(map, valid),
    right: figures(ranked, truth),
    ...(controls.length > 0 && { control: meanFigures(controls.map(control => figures(ranked, control))) }),
    ...conditionalRecords(map, size, truth, controls),
    thumbnail: ranked.constant ? '' : thumbnail(map, size),
  };
}

/** What holds of a map beside truths of one sort; a metric that does not apply to the image's own truth is absent. */
function conditionalRecords(
  map: Float32Array,
  columns: number,
  own: Uint8Array,
  controls: readonly Uint8Array[],
): Partial<Record<ConditionalId, ConditionalRecord>> {
  const records = conditionalMetrics.flatMap(({ id, compute }) => {
    const right = compute({ map, truth: own, columns });
    if (right === undefined) return [];
    const others = controls.map(truth => compute({ map, truth, columns })).filter(held => held !== undefined);
    const control = others.length > 0 ? { control: mean(others) } : {};
    return [[id, { right, ...control }] as const];
  });
  return Object.fromEntries(records);
}

function figures(ranked: RankedMap, truth: Uint8Array): MapFigures {
  const localisation = localisationCase(ranked, truth);
  return {
    values: Object.fromEntries(localisationMetrics.map(({ id, compute }) => [id, compute(localisation)])),
    ...precisionSensitivity(localisation),
  };
}

function failed(): MapFigures {
  const zeros = (): number[] => Array.from({ length: 100 }, () => 0);
  return {
    values: Object.fromEntries(localisationMetrics.map(({ id }) => [id, 0])),
    precision: zeros(),
    sensitivity: zeros(),
  };
}

function meanFigures(all: readonly MapFigures[]): MapFigures {
  return {
    values: Object.fromEntries(localisationMetrics.map(({ id }) => [id, mean(all.map(f => f.values[id]))])),
    precision: all[0].precision.map((_, p) => mean(all.map(f => f.precision[p]))),
    sensitivity: all[0].sensitivity.map((_, p) => mean(all.map(f => f.sensitivity[p]))),
  };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}
