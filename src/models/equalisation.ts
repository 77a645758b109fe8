import { largestFirst, sortKeys, validPixels } from './sort-pixels';

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
  const pixels = validPixels(values.length, valid);
  if (pixels.length === 0) throw new RangeError('The image has no valid pixel: all of it is padding.');
  const ranks = new Float32Array(values.length);
  if (on) return { ranks, curve: thinned(rankCurve(values, pixels, ranks)) };
  let [low, high] = [Infinity, -Infinity];
  for (const pixel of pixels) {
    low = Math.min(low, values[pixel]);
    high = Math.max(high, values[pixel]);
  }
  const curve = linearCurve(low, high);
  for (const pixel of pixels) ranks[pixel] = rankOf(curve, values[pixel]);
  return { ranks, curve };
}

/** Rank of a grey value; the first or last rank outside the curve. */
export function rankOf(curve: EqualisationCurve, value: number): number {
  return interpolate(curve.values, curve.ranks, value);
}

/** Grey value of a rank; the first or last value outside the curve. */
export function valueOf(curve: EqualisationCurve, rank: number): number {
  return interpolate(curve.ranks, curve.values, rank);
}

/** A curve both ways, for very many values: where among the knots one lies is looked up instead of searched for. */
export function quickly({ values, ranks }: EqualisationCurve): {
  rankOf(value: number): number;
  valueOf(rank: number): number;
} {
  return { rankOf: quickInterpolation(values, ranks), valueOf: quickInterpolation(ranks, values) };
}

/** {@link interpolate}, to the last bit. */
function quickInterpolation(from: Float32Array, to: Float32Array): (x: number) => number {
  const last = from.length - 1;
  const first = from[0];
  const bins = 4 * from.length;
  const scale = bins / (from[last] - first);
  /** Last knot at or before the beginning of each bin. */
  const begin = new Int32Array(bins + 1);
  for (let bin = 0, knot = 0; bin <= bins; bin++) {
    while (knot < last && from[knot + 1] <= first + bin / scale) knot++;
    begin[bin] = knot;
  }
  return x => {
    if (x <= first) return to[0];
    if (x >= from[last]) return to[last];
    let low = begin[Math.floor((x - first) * scale)];
    while (from[low] > x) low--;
    while (from[low + 1] <= x) low++;
    const t = (x - from[low]) / (from[low + 1] - from[low]);
    return to[low] + t * (to[low + 1] - to[low]);
  };
}

/** @param ranks gets the rank of each pixel */
function rankCurve(values: Float32Array, pixels: Uint32Array, ranks: Float32Array): EqualisationCurve {
  const order = largestFirst(pixels, sortKeys(values));
  const count = order.length;
  const [knotValues, knotRanks] = [new Float32Array(count), new Float32Array(count)];
  let knots = 0;
  for (let end = count; end > 0;) {
    const value = values[order[end - 1]];
    let start = end - 1;
    while (start > 0 && values[order[start - 1]] === value) start--;
    knotValues[knots] = value;
    knotRanks[knots] = (count - end + (count - start)) / 2 / count;
    for (let k = start; k < end; k++) ranks[order[k]] = knotRanks[knots];
    knots++;
    end = start;
  }
  return { values: knotValues.slice(0, knots), ranks: knotRanks.slice(0, knots) };
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
