import type { InputGeometry } from './input-geometry';

/**
 * Anti-aliased resize of the crop's valid pixels into the model's square input: a triangle filter whose support grows with the
 * reduction (the "bilinear, antialias" of Pillow and PyTorch), normalised by the valid pixels under it, so that padding
 * never bleeds into the image.
 *
 * @param values rows × columns
 * @param valid rows × columns, 1 = image; absent = all
 * @returns size × size values (0 where nothing valid lies under the filter) and their validity
 */
export function resizeAntialiased(
  values: Float32Array,
  valid: Uint8Array | undefined,
  geometry: InputGeometry,
): { values: Float32Array; valid: Uint8Array } {
  const { columns, size, crop } = geometry;
  const { scaleX, scaleY } = geometry;
  // Within the crop alone, as if it were the whole image.
  const horizontal = filterTaps(crop.width, size, scaleX, geometry.offsetX + crop.x * scaleX);
  const vertical = filterTaps(crop.height, size, scaleY, geometry.offsetY + crop.y * scaleY);

  // Rows first: sums of value·weight and of weight, both [rows, size].
  const sums = new Float32Array(crop.height * size);
  const weights = new Float32Array(crop.height * size);
  const whole = wholeWeights(horizontal);
  let gap = -1;
  for (let row = 0; row < crop.height; row++) {
    const source = (crop.y + row) * columns + crop.x;
    weights.set(whole, row * size);
    gap = reduceRow(values, valid, source, horizontal, sums, weights, row * size, gap);
  }

  const result = new Float32Array(size * size);
  const resultValid = new Uint8Array(size * size);
  const [sum, weight] = [new Float64Array(size), new Float64Array(size)];
  for (let y = 0; y < size; y++) {
    sum.fill(0);
    weight.fill(0);
    // Tap by tap along whole rows, as they lie in memory.
    for (let k = vertical.first[y]; k < vertical.first[y + 1]; k++) {
      const tap = vertical.taps[k];
      const row = (vertical.start[y] + k - vertical.first[y]) * size;
      for (let x = 0; x < size; x++) {
        sum[x] += tap * sums[row + x];
        weight[x] += tap * weights[row + x];
      }
    }
    for (let x = 0; x < size; x++) {
      // At least half of the filter must lie on valid pixels, or the value is an extrapolation.
      if (weight[x] >= 0.5) {
        result[y * size + x] = sum[x] / weight[x];
        resultValid[y * size + x] = 1;
      }
    }
  }
  return { values: result, valid: resultValid };
}

/** Sums of the weights where all of a row is valid. */
function wholeWeights({ first, taps }: FilterTaps): Float32Array {
  const whole = new Float32Array(first.length - 1);
  for (let x = 0; x < whole.length; x++) {
    let weight = 0;
    for (let k = first[x]; k < first[x + 1]; k++) weight += taps[k];
    whole[x] = weight;
  }
  return whole;
}

/**
 * One row's valid pixels.
 *
 * @param weights of a row that is all valid; corrected where it is not
 * @param gap a pixel that is not valid, after which the next is not known: few filters have one below them
 * @returns the last of these that was looked up
 */
function reduceRow(
  values: Float32Array,
  valid: Uint8Array | undefined,
  source: number,
  { start, first, taps }: FilterTaps,
  sums: Float32Array,
  weights: Float32Array,
  to: number,
  gap: number,
): number {
  for (let x = 0; x < start.length; x++) {
    const shift = source + start[x] - first[x];
    const [from, end] = [first[x], first[x + 1]];
    if (gap < shift + from) gap = nextGap(valid, shift + from);
    let sum = 0;
    if (gap >= shift + end) for (let k = from; k < end; k++) sum += taps[k] * values[shift + k];
    else {
      let weight = 0;
      for (let k = from; k < end; k++) {
        if (valid![shift + k] === 0) continue;
        sum += taps[k] * values[shift + k];
        weight += taps[k];
      }
      weights[to + x] = weight;
    }
    sums[to + x] = sum;
  }
  return gap;
}

function nextGap(valid: Uint8Array | undefined, from: number): number {
  const gap = valid ? valid.indexOf(0, from) : -1;
  return gap < 0 ? Infinity : gap;
}

/** Bilinear sample at pixel-centre coordinates (0 = centre of the first pixel); the edge is repeated outside. */
export function bilinearSample(
  values: Float32Array,
  width: number,
  height: number,
  x: number,
  y: number,
): number {
  const cx = Math.min(width - 1, Math.max(0, x));
  const cy = Math.min(height - 1, Math.max(0, y));
  const x0 = Math.floor(cx);
  const y0 = Math.floor(cy);
  const x1 = Math.min(width - 1, x0 + 1);
  const y1 = Math.min(height - 1, y0 + 1);
  const fx = cx - x0;
  const fy = cy - y0;
  const top = values[y0 * width + x0] * (1 - fx) + values[y0 * width + x1] * fx;
  const bottom = values[y1 * width + x0] * (1 - fx) + values[y1 * width + x1] * fx;
  return top * (1 - fy) + bottom * fy;
}

/** Weights of every output position over one axis, one position after the other. */
interface FilterTaps {
  /** First input position of each output position. */
  start: Int32Array;
  /** Where its weights begin in `taps`; one entry more than positions. */
  first: Int32Array;
  taps: Float32Array;
}

/** Triangle filter weights of every output position over one axis; they sum to 1 inside the image, 0 outside. */
function filterTaps(length: number, size: number, scale: number, offset: number): FilterTaps {
  const support = Math.max(1, 1 / scale);
  const [start, first] = [new Int32Array(size), new Int32Array(size + 1)];
  const all: number[] = [];
  for (let position = 0; position < size; position++) {
    const centre = (position + 0.5 - offset) / scale;
    if (centre >= 0 && centre <= length) {
      start[position] = Math.max(0, Math.floor(centre - support));
      const end = Math.min(length, Math.ceil(centre + support));
      const taps: number[] = [];
      let total = 0;
      for (let at = start[position]; at < end; at++) {
        const tap = Math.fround(Math.max(0, 1 - Math.abs((at + 0.5 - centre) / support)));
        taps.push(tap);
        total += tap;
      }
      for (const tap of taps) all.push(tap / total);
    }
    first[position + 1] = all.length;
  }
  return { start, first, taps: Float32Array.from(all) };
}
