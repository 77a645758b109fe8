import { selectedCount } from '../percentile-mask';
import type { LocalisationCase, PrecisionSensitivity } from '../types';

/** Percentiles 0 to 99, at which precision and sensitivity are read. */
export const curvePercentiles = Array.from({ length: 100 }, (_, p) => p);
/** Where the partial area begins: the percentiles near the truth's share of the image. */
export const partialFrom = 60;

/**
 * precision_p = |S ∩ M_p| / |M_p| and sensitivity_p = |S ∩ M_p| / |S| at the hundred percentiles; 0 for a constant map.
 * Charachon et al., ICPR 2020, arXiv 2012.07332, eq. (14).
 */
export function precisionSensitivity(localisation: LocalisationCase): PrecisionSensitivity {
  const { hits, truthCount, order, constant } = localisation;
  const counts = curvePercentiles.map(percentile => selectedCount(order.length, percentile));
  if (constant) return { precision: counts.map(() => 0), sensitivity: counts.map(() => 0) };
  return {
    precision: counts.map(k => (k === 0 ? 0 : hits[k] / k)),
    sensitivity: counts.map(k => hits[k] / truthCount),
  };
}

/** Mean curve over images. @throws RangeError when there is none */
export function meanCurve(curves: readonly PrecisionSensitivity[]): PrecisionSensitivity {
  if (curves.length === 0) throw new RangeError('There is no curve to average.');
  const mean = (pick: (curve: PrecisionSensitivity) => number[]): number[] =>
    curvePercentiles.map(p => curves.reduce((sum, curve) => sum + pick(curve)[p], 0) / curves.length);
  return { precision: mean(curve => curve.precision), sensitivity: mean(curve => curve.sensitivity) };
}

/**
 * Area under a precision–sensitivity curve, by the trapezoid rule over sensitivity, from a percentile to 99; not
 * normalised. `from` 0 gives the total, `partialFrom` the partial area of Charachon et al., section IV-E.
 */
export function curveArea({ precision, sensitivity }: PrecisionSensitivity, from = 0): number {
  let area = 0;
  for (let p = from; p + 1 < precision.length; p++) {
    area += ((sensitivity[p] - sensitivity[p + 1]) * (precision[p] + precision[p + 1])) / 2;
  }
  return area;
}
