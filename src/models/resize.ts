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
  for (let row = 0; row < crop.height; row++) {
    const source = (crop.y + row) * columns + crop.x;
    for (let x = 0; x < size; x++) {
      const { start, taps } = horizontal[x];
      let sum = 0;
      let weight = 0;
      for (let k = 0; k < taps.length; k++) {
        const index = source + start + k;
        if (valid && !valid[index]) continue;
        sum += taps[k] * values[index];
        weight += taps[k];
      }
      sums[row * size + x] = sum;
      weights[row * size + x] = weight;
    }
  }

  const result = new Float32Array(size * size);
  const resultValid = new Uint8Array(size * size);
  for (let y = 0; y < size; y++) {
    const { start, taps } = vertical[y];
    for (let x = 0; x < size; x++) {
      let sum = 0;
      let weight = 0;
      for (let k = 0; k < taps.length; k++) {
        const index = (start + k) * size + x;
        sum += taps[k] * sums[index];
        weight += taps[k] * weights[index];
      }
      // At least half of the filter must lie on valid pixels, or the value is an extrapolation.
      if (weight >= 0.5) {
        result[y * size + x] = sum / weight;
        resultValid[y * size + x] = 1;
      }
    }
  }
  return { values: result, valid: resultValid };
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

interface FilterTaps {
  start: number;
  taps: Float32Array;
}

/** Triangle filter weights of every output position over one axis; they sum to 1 inside the image, 0 outside. */
function filterTaps(length: number, size: number, scale: number, offset: number): FilterTaps[] {
  const support = Math.max(1, 1 / scale);
  return Array.from({ length: size }, (_, position) => {
    const centre = (position + 0.5 - offset) / scale;
    if (centre < 0 || centre > length) return { start: 0, taps: new Float32Array(0) };
    const start = Math.max(0, Math.floor(centre - support));
    const end = Math.min(length, Math.ceil(centre + support));
    const taps = new Float32Array(end - start);
    let total = 0;
    for (let k = 0; k < taps.length; k++) {
      taps[k] = Math.max(0, 1 - Math.abs((start + k + 0.5 - centre) / support));
      total += taps[k];
    }
    return { start, taps: taps.map(tap => tap / total) };
  });
}
