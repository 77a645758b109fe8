/** Grey value ↔ rank, piecewise linear through strictly increasing knots. */
export interface EqualisationCurve {
  /** Grey values, strictly increasing. */
  values: Float32Array;
  /** Ranks in [0, 1], strictly increasing. */
  ranks: Float32Array;
}

const maxKnots = 4096;

/**
 * Histogram equalisation at full depth: every valid value becomes its mid-rank divided by the number of valid pixels,
 * so any strictly increasing grey-level map of the image gives the same result. With `on` false the values are only
 * scaled linearly from [min, max] to [0, 1].
 *
 * @param values grey values; entries with valid = 0 are left out of the count and come back as 0
 * @throws RangeError when no pixel is valid
 */
export function equalise(
  values: Float32Array,
  valid: Uint8Array,
  on: boolean,
): { ranks: Float32Array; curve: EqualisationCurve } {
  const sorted = values.filter((_, index) => valid[index] === 1).sort();
  if (sorted.length === 0) throw new RangeError('The image has no valid pixel: all of it is padding.');
  const curve = on ? rankCurve(sorted) : linearCurve(sorted[0], sorted[sorted.length - 1]);
  const ranks = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (valid[i]) ranks[i] = rankOf(curve, values[i]);
  }
  return { ranks, curve: thinned(curve) };
}

/** Rank of a grey value; the first or last rank outside the curve. */
export function rankOf(curve: EqualisationCurve, value: number): number {
  return interpolate(curve.values, curve.ranks, value);
}

/** Grey value of a rank; the first or last value outside the curve. */
export function valueOf(curve: EqualisationCurve, rank: number): number {
  return interpolate(curve.ranks, curve.values, rank);
}

function rankCurve(sorted: Float32Array): EqualisationCurve {
  const values: number[] = [];
  const ranks: number[] = [];
  for (let start = 0; start < sorted.length;) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    values.push(sorted[start]);
    ranks.push((start + end) / 2 / sorted.length);
    start = end;
  }
  return { values: Float32Array.from(values), ranks: Float32Array.from(ranks) };
}

function linearCurve(low: number, high: number): EqualisationCurve {
  if (low === high) return { values: Float32Array.of(low), ranks: Float32Array.of(0) };
  return { values: Float32Array.of(low, high), ranks: Float32Array.of(0, 1) };
}

/** At most `maxKnots` knots, evenly spread over the ranks: enough to display, small enough to pass around. */
function thinned(curve: EqualisationCurve): EqualisationCurve {
  const count = curve.values.length;
  if (count <= maxKnots) return curve;
  const keep = Array.from({ length: maxKnots }, (_, k) => Math.round((k * (count - 1)) / (maxKnots - 1)));
  return {
    values: Float32Array.from(keep, index => curve.values[index]),
    ranks: Float32Array.from(keep, index => curve.ranks[index]),
  };
}

function interpolate(from: Float32Array, to: Float32Array, x: number): number {
  const last = from.length - 1;
  if (x <= from[0]) return to[0];
  if (x >= from[last]) return to[last];
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (from[middle] <= x) low = middle;
    else high = middle;
  }
  const t = (x - from[low]) / (from[high] - from[low]);
  return to[low] + t * (to[high] - to[low]);
}
