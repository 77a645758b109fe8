// Convolution as an indirect matrix product: rows are pixels of an output grid, columns output channels, and
// the inner dimension runs over taps × source channels. Pixels are read in place through pointer tables
// (a pointer to a row of zeros stands for padding), weights come packed in panels of eight channels.
// The same engine serves the forward convolution (stride on the source side) and the gradient with respect to
// the input (one call per stride phase, stride on the destination side).

/** Bytes of the panel slice that should stay in the first-level cache (inner dimension × 8 channels × 4). */
const PANEL_BYTES: i32 = 16384;
/** Bytes of source pixels that one block of tiles may touch, so that they stay in the second-level cache. */
const BLOCK_BYTES: i32 = 131072;
/** Largest number of 4-pixel tiles in a block; the host sizes the pointer tables by it. */
const MAX_TILES: i32 = 128;
/** Bytes of bookkeeping per pixel: destination pointer, source pointer, source row, source column. */
const PIXEL_BYTES: i32 = 16;

/**
 * Packs weights into panels [ceil(n/8)][taps][k][8], zero-filled past n.
 * Element (tap, k, n) is read at source + tapOffsets[tap] + k * kStride + n * nStride (bytes).
 */
export function packTaps(
  source: usize,
  target: usize,
  tapOffsets: usize,
  taps: i32,
  k: i32,
  n: i32,
  kStride: i32,
  nStride: i32,
): void {
  for (let n0 = 0; n0 < n; n0 += 8) {
    const columns = min(8, n - n0);
    for (let tap = 0; tap < taps; tap++) {
      const from = source + load<u32>(tapOffsets + (tap << 2)) + n0 * nStride;
      if (columns == 8 && nStride == 4) target = packRows(from, target, k, kStride);
      else if (columns == 8 && kStride == 4 && (k & 3) == 0) target = packTransposed(from, target, k, nStride);
      else target = packPartial(from, target, k, kStride, nStride, columns);
    }
  }
}

function packRows(from: usize, target: usize, k: i32, kStride: i32): usize {
  for (let i = 0; i < k; i++) {
    v128.store(target, v128.load(from));
    v128.store(target, v128.load(from, 16), 16);
    from += kStride;
    target += 32;
  }
  return target;
}

/** Transposes four rows of four values into columns `apart` bytes apart. */
// @ts-ignore: decorator
@inline
export function transpose4(from: usize, stride: i32, target: usize, apart: i32): void {
  const r0 = v128.load(from);
  const r1 = v128.load(from + stride);
  const r2 = v128.load(from + 2 * stride);
  const r3 = v128.load(from + 3 * stride);
  const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(target, v128.shuffle<f32>(t0, t2, 0, 1, 4, 5));
  v128.store(target + apart, v128.shuffle<f32>(t0, t2, 2, 3, 6, 7));
  v128.store(target + 2 * apart, v128.shuffle<f32>(t1, t3, 0, 1, 4, 5));
  v128.store(target + 3 * apart, v128.shuffle<f32>(t1, t3, 2, 3, 6, 7));
}

function packTransposed(from: usize, target: usize, k: i32, nStride: i32): usize {
  for (let i = 0; i < k; i += 4) {
    transpose4(from, nStride, target, 32);
    transpose4(from + 4 * nStride, nStride, target + 16, 32);
    from += 16;
    target += 128;
  }
  return target;
}

function packPartial(from: usize, target: usize, k: i32, kStride: i32, nStride: i32, columns: i32): usize {
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < 8; j++) {
      store<f32>(target + (j << 2), j < columns ? load<f32>(from + j * nStride) : 0);
    }
    from += kStride;
    target += 32;
  }
  return target;
}

/**
 * destination[pixel, :] = Σ_tap source[pixel · sourceStep + tap, :] · packed[tap]  for every pixel of a grid
 * [batch, gridHeight, gridWidth]; grid pixel (y, x) is written at (y · step + offsetY, x · step + offsetX).
 *
 * @param pixelBytes distance of neighbouring source pixels; 4 · k unless a tap spans several pixels of a row
 * @param taps table of (dy, dx) pairs, int32
 * @param zeros k zero floats
 * @param bias a float for each of n channels, filled up to a multiple of eight
 * @param floor least value of the result: 0 for a ReLU, −∞ for none
 * @param scratch MAX_TILES·4·16 bytes + MAX_TILES·16·taps bytes + 128 bytes
 */
export function convolveGrid(
  source: usize,
  sourceHeight: i32,
  sourceWidth: i32,
  pixelBytes: i32,
  k: i32,
  destination: usize,
  destinationHeight: i32,
  destinationWidth: i32,
  n: i32,
  batch: i32,
  gridHeight: i32,
  gridWidth: i32,
  sourceStepY: i32,
  sourceStepX: i32,
  stepY: i32,
  stepX: i32,
  offsetY: i32,
  offsetX: i32,
  taps: usize,
  tapCount: i32,
  packed: usize,
  zeros: usize,
  bias: usize,
  floor: f32,
  scratch: usize,
): void {
  const pixels = batch * gridHeight * gridWidth;
  const tapsPerBlock = max(1, min(tapCount, PANEL_BYTES / (k << 5)));
  const tilesPerBlock = max(1, min(MAX_TILES, BLOCK_BYTES / (pixelBytes << 2)));
  const pointers = scratch + MAX_TILES * 4 * PIXEL_BYTES;
  const spill = pointers + MAX_TILES * 16 * tapCount;
  const panelBytes = tapCount * (k << 5);

  for (let first = 0; first < pixels; first += tilesPerBlock << 2) {
    const count = min(tilesPerBlock << 2, pixels - first);
    const tiles = (count + 3) >> 2;
    // Describe the pixels of this block; a last incomplete tile repeats its last pixel.
    let x = first % gridWidth;
    let rest = first / gridWidth;
    let y = rest % gridHeight;
    let image = rest / gridHeight;
    let entry = scratch;
    for (let i = 0; i < tiles << 2; i++) {
      const sy = y * sourceStepY;
      const sx = x * sourceStepX;
      store<u32>(
        entry,
        destination +
          (((image * destinationHeight + y * stepY + offsetY) * destinationWidth + x * stepX + offsetX) * n << 2),
      );
      store<u32>(entry, source + ((image * sourceHeight + sy) * sourceWidth + sx) * pixelBytes, 4);
      store<i32>(entry, sy, 8);
      store<i32>(entry, sx, 12);
      entry += PIXEL_BYTES;
      if (i + 1 < count) {
        if (++x == gridWidth) {
          x = 0;
          if (++y == gridHeight) {
            y = 0;
            image++;
          }
        }
      }
    }
    for (let tap0 = 0; tap0 < tapCount; tap0 += tapsPerBlock) {
      const tapEnd = min(tapCount, tap0 + tapsPerBlock);
      const tapsHere = tapEnd - tap0;
      // Between blocks of taps the sums are unfinished, and have no floor yet.
      const least = tapEnd == tapCount ? floor : -Infinity;
      fillPointers(scratch, pointers, tiles, taps, tap0, tapEnd, sourceHeight, sourceWidth, pixelBytes, zeros);
      for (let n0 = 0; n0 < n; n0 += 8) {
        const panel = packed + (n0 >> 3) * panelBytes + tap0 * (k << 5);
        const columns = min(8, n - n0);
        const start = bias + (n0 << 2);
        let table = pointers;
        let out = scratch;
        for (let tile = 0; tile < tiles; tile++) {
          const c0 = <usize>load<u32>(out) + (n0 << 2);
          const c1 = <usize>load<u32>(out, PIXEL_BYTES) + (n0 << 2);
          const c2 = <usize>load<u32>(out, 2 * PIXEL_BYTES) + (n0 << 2);
          const c3 = <usize>load<u32>(out, 3 * PIXEL_BYTES) + (n0 << 2);
          if (columns == 8) {
            tile4x8(table, tapsHere, k << 2, panel, c0, c1, c2, c3, start, least, tap0 > 0);
          } else {
            // Through a spare tile, since a store of eight would reach into the next pixel.
            if (tap0 > 0) {
              copyColumns(c0, spill, columns);
              copyColumns(c1, spill + 32, columns);
              copyColumns(c2, spill + 64, columns);
              copyColumns(c3, spill + 96, columns);
            }
            tile4x8(
              table,
              tapsHere,
              k << 2,
              panel,
              spill,
              spill + 32,
              spill + 64,
              spill + 96,
              start,
              least,
              tap0 > 0,
            );
            // Pixels that repeat the last one of the grid hold the same values.
            copyColumns(spill, c0, columns);
            copyColumns(spill + 32, c1, columns);
            copyColumns(spill + 64, c2, columns);
            copyColumns(spill + 96, c3, columns);
          }
          table += tapsHere << 4;
          out += 4 * PIXEL_BYTES;
        }
      }
    }
  }
}

function fillPointers(
  pixelTable: usize,
  pointers: usize,
  tiles: i32,
  taps: usize,
  tap0: i32,
  tapEnd: i32,
  sourceHeight: i32,
  sourceWidth: i32,
  pixelBytes: i32,
  zeros: usize,
): void {
  for (let tile = 0; tile < tiles; tile++) {
    for (let tap = tap0; tap < tapEnd; tap++) {
      const dy = load<i32>(taps + (tap << 3));
      const dx = load<i32>(taps + (tap << 3), 4);
      const shift = (dy * sourceWidth + dx) * pixelBytes;
      for (let i = 0; i < 4; i++) {
        const entry = pixelTable + (i << 4);
        const inside =
          <u32>(load<i32>(entry, 8) + dy) < <u32>sourceHeight && <u32>(load<i32>(entry, 12) + dx) < <u32>sourceWidth;
        store<u32>(pointers, inside ? load<u32>(entry, 4) + shift : <u32>zeros);
        pointers += 4;
      }
    }
    pixelTable += 4 * PIXEL_BYTES;
  }
}

function copyColumns(from: usize, to: usize, columns: i32): void {
  for (let j = 0; j < columns; j++) store<f32>(to + (j << 2), load<f32>(from + (j << 2)));
}

/**
 * Four pixels by eight channels. The loops hold one step each on purpose: V8 hoists all loads of an unrolled body
 * to its top and then spills accumulators, which halves the speed.
 *
 * @param start the eight values that sums start from, unless they go on (`accumulate`) from what is there
 * @param floor least value that is stored
 */
export function tile4x8(
  table: usize,
  taps: i32,
  innerBytes: i32,
  b: usize,
  o0: usize,
  o1: usize,
  o2: usize,
  o3: usize,
  start: usize,
  floor: f32,
  accumulate: bool,
): void {
  let c00 = v128.load(start);
  let c01 = v128.load(start, 16);
  let c10 = c00;
  let c11 = c01;
  let c20 = c00;
  let c21 = c01;
  let c30 = c00;
  let c31 = c01;
  if (accumulate) {
    c00 = v128.load(o0);
    c01 = v128.load(o0, 16);
    c10 = v128.load(o1);
    c11 = v128.load(o1, 16);
    c20 = v128.load(o2);
    c21 = v128.load(o2, 16);
    c30 = v128.load(o3);
    c31 = v128.load(o3, 16);
  }
  for (; taps > 0; taps--) {
    let a0 = <usize>load<u32>(table);
    let a1 = <usize>load<u32>(table, 4);
    let a2 = <usize>load<u32>(table, 8);
    let a3 = <usize>load<u32>(table, 12);
    table += 16;
    const end = a0 + innerBytes;
    while (a0 != end) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      let a = v128.load32_splat(a0);
      c00 = f32x4.add(c00, f32x4.mul(a, b0));
      c01 = f32x4.add(c01, f32x4.mul(a, b1));
      a = v128.load32_splat(a1);
      c10 = f32x4.add(c10, f32x4.mul(a, b0));
      c11 = f32x4.add(c11, f32x4.mul(a, b1));
      a = v128.load32_splat(a2);
      c20 = f32x4.add(c20, f32x4.mul(a, b0));
      c21 = f32x4.add(c21, f32x4.mul(a, b1));
      a = v128.load32_splat(a3);
      c30 = f32x4.add(c30, f32x4.mul(a, b0));
      c31 = f32x4.add(c31, f32x4.mul(a, b1));
      a0 += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
      b += 32;
    }
  }
  const least = f32x4.splat(floor);
  v128.store(o0, f32x4.max(c00, least));
  v128.store(o0, f32x4.max(c01, least), 16);
  v128.store(o1, f32x4.max(c10, least));
  v128.store(o1, f32x4.max(c11, least), 16);
  v128.store(o2, f32x4.max(c20, least));
  v128.store(o2, f32x4.max(c21, least), 16);
  v128.store(o3, f32x4.max(c30, least));
  v128.store(o3, f32x4.max(c31, least), 16);
}
