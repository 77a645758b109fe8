// Winograd convolution F(4×4, 3×3), as winograd.ts on larger tiles: y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A on tiles of 4×4 outputs takes 36 products where the plain sum
// takes 144. Its gradient with respect to g is Gᵀ [Σ_tiles (Bᵀ d B) ⊙ (A dy Aᵀ)] G, with the same saving.
// The interpolation points are 0, ±¾, ±1½ and ∞: with the usual 0, ±1, ±2 and ∞ the rounding errors are three to
// five times as large. The 36 transformed values of a tile are called points too.
import { transpose4 } from './convolution';
import { gradientTile } from './filter-gradient';

const POINTS: i32 = 36;
/** The interpolation points, their squares, and what 1 is divided by at each (rows of G): N(0), N(±A), N(±B). */
const A: f32 = 0.75;
const B: f32 = 1.5;
const P: f32 = A * A;
const Q: f32 = B * B;
const G0: f32 = 1 / (P * Q);
const GA: f32 = 1 / (2 * P * (P - Q));
const GB: f32 = 1 / (2 * Q * (Q - P));
/** Bytes between two points beyond their values: at a multiple of 4096 bytes they would all fall into one set of the cache. */
const GAP: i32 = 64;

/**
 * Transforms a filter to points, packed in panels [n/8][36][k][8]; k must be a multiple of 4, n of 8.
 * Element (tap, k, n) is read at source + tap · tapStride + k · kStride + n · nStride (bytes); kStride or nStride is 4.
 *
 * @param stage 54 · 16 bytes
 */
export function largeWinogradFilter(
  source: usize,
  target: usize,
  k: i32,
  n: i32,
  tapStride: i32,
  kStride: i32,
  nStride: i32,
  stage: usize,
): void {
  for (let n0 = 0; n0 < n; n0 += 8) {
    filterPanel(source + n0 * nStride, target, k, tapStride, kStride, nStride, stage);
    target += POINTS * ((k << 5) + GAP);
  }
}

/** One panel [36][k][8] of {@link largeWinogradFilter}. */
function filterPanel(
  source: usize,
  target: usize,
  k: i32,
  tapStride: i32,
  kStride: i32,
  nStride: i32,
  stage: usize,
): void {
  const pointBytes = (k << 5) + GAP;
  const columns = stage + 36 * 16;
  for (let half = 0; half < 2; half++) {
    const from = source + 4 * half * nStride;
    for (let i = 0; i < k; i += 4) {
      // Four inputs of nine taps, each with four outputs in its lanes.
      for (let tap = 0; tap < 9; tap++) {
        const at = from + tap * tapStride + i * kStride;
        const to = stage + (tap << 6);
        if (nStride == 4) {
          v128.store(to, v128.load(at));
          v128.store(to, v128.load(at + kStride), 16);
          v128.store(to, v128.load(at + 2 * kStride), 32);
          v128.store(to, v128.load(at + 3 * kStride), 48);
        } else transpose4(at, nStride, to, 16);
      }
      for (let j = 0; j < 4; j++) {
        const taps = stage + (j << 4);
        for (let x = 0; x < 3; x++) filterLine(taps + (x << 6), 192, columns + (x << 4), 48);
        const to = target + ((i + j) << 5) + (half << 4);
        for (let y = 0; y < 6; y++) filterLine(columns + 48 * y, 16, to + 6 * y * pointBytes, pointBytes);
      }
    }
  }
}

/** G g for three values `step` bytes apart. */
function filterLine(from: usize, step: i32, to: usize, toStep: i32): void {
  const g0 = v128.load(from);
  const g1 = v128.load(from + step);
  const g2 = v128.load(from + 2 * step);
  v128.store(to, f32x4.mul(g0, f32x4.splat(G0)));
  const evenA = f32x4.add(f32x4.mul(g0, f32x4.splat(GA)), f32x4.mul(g2, f32x4.splat(GA * P)));
  const oddA = f32x4.mul(g1, f32x4.splat(GA * A));
  v128.store(to + toStep, f32x4.add(evenA, oddA));
  v128.store(to + 2 * toStep, f32x4.sub(evenA, oddA));
  const evenB = f32x4.add(f32x4.mul(g0, f32x4.splat(GB)), f32x4.mul(g2, f32x4.splat(GB * Q)));
  const oddB = f32x4.mul(g1, f32x4.splat(GB * B));
  v128.store(to + 3 * toStep, f32x4.add(evenB, oddB));
  v128.store(to + 4 * toStep, f32x4.sub(evenB, oddB));
  v128.store(to + 5 * toStep, g2);
}

/**
 * y [batch, outHeight, outWidth, n] from x [batch, height, width, k] and the filter; k a multiple of 4, n of 8.
 *
 * @param packed points of the filter (largeWinogradFilter); 0: they are made from `filter`, once a block
 * @param filter as the source of largeWinogradFilter, with its strides
 * @param panel 36 · k · 32 bytes, where `packed` is 0
 * @param blockTiles tiles per block, a multiple of 4
 * @param points 36 · blockTiles · k floats
 * @param products 36 · blockTiles · 8 floats
 * @param stage 36 · k floats + 54 · 16 bytes
 * @param bias n floats
 * @param floor least value of the result: 0 for a ReLU, −∞ for none
 */
export function largeWinogradForward(
  x: usize,
  height: i32,
  width: i32,
  k: i32,
  packed: usize,
  filter: usize,
  tapStride: i32,
  kStride: i32,
  nStride: i32,
  panel: usize,
  y: usize,
  outHeight: i32,
  outWidth: i32,
  n: i32,
  batch: i32,
  padTop: i32,
  padLeft: i32,
  blockTiles: i32,
  points: usize,
  products: usize,
  stage: usize,
  bias: usize,
  floor: f32,
): void {
  const tilesX = (outWidth + 3) >> 2;
  const tilesY = (outHeight + 3) >> 2;
  const tiles = batch * tilesY * tilesX;
  const border = stage + 54 * 16;
  const pixel = k << 2;
  const outPixel = n << 2;
  const pointBytes = blockTiles * pixel + GAP;
  const productBytes = (blockTiles << 5) + GAP;
  const weightBytes = (k << 5) + GAP;
  const least = f32x4.splat(floor);
  for (let first = 0; first < tiles; first += blockTiles) {
    const count = min(blockTiles, tiles - first);
    for (let t = 0; t < count; t++) {
      const tx = (first + t) % tilesX;
      const rest = (first + t) / tilesX;
      const ty = rest % tilesY;
      const image = x + (rest / tilesY) * height * width * pixel;
      // [group of 4 tiles][k/4][tile][4], as productTile wants them.
      const to = points + (t >> 2) * (k << 4) + ((t & 3) << 4);
      transformInput(image, height, width, k, 4 * ty - padTop, 4 * tx - padLeft, stage, border, to, 64, pointBytes);
    }
    for (let n0 = 0; n0 < n; n0 += 8) {
      let weights = packed + (n0 >> 3) * POINTS * weightBytes;
      if (packed == 0) {
        filterPanel(filter + n0 * nStride, panel, k, tapStride, kStride, nStride, stage);
        weights = panel;
      }
      for (let point = 0; point < POINTS; point++) {
        const a = points + point * pointBytes;
        const c = products + point * productBytes;
        // Of an incomplete last group the products of the tiles that are not there are not read.
        for (let t = 0; t < count; t += 4) productTile(a + t * pixel, weights, k, c + (t << 5));
        weights += weightBytes;
      }
      for (let t = 0; t < count; t++) {
        const tx = (first + t) % tilesX;
        const rest = (first + t) / tilesX;
        const ty = rest % tilesY;
        const corner = y + (((rest / tilesY) * outHeight + 4 * ty) * outWidth + 4 * tx) * outPixel + (n0 << 2);
        const rows = min(4, outHeight - 4 * ty);
        const columns = min(4, outWidth - 4 * tx);
        const from = products + (t << 5);
        const start = bias + (n0 << 2);
        transformProducts(from, productBytes, stage, corner, outWidth * outPixel, outPixel, rows, columns, start, least);
        transformProducts(
          from + 16,
          productBytes,
          stage,
          corner + 16,
          outWidth * outPixel,
          outPixel,
          rows,
          columns,
          start + 16,
          least,
        );
      }
    }
  }
}

/**
 * c[4 tiles][8] = Σ_k a[tile][k] · b[k][8], with a as [k/4][tile][4] and b as [k][8]. Loops of one step each, see
 * tile4x8.
 */
function productTile(a: usize, b: usize, k: i32, c: usize): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  const end = b + (k << 5);
  while (b != end) {
    const quad = a + 16;
    while (a != quad) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      let s = v128.load32_splat(a);
      c00 = f32x4.add(c00, f32x4.mul(s, b0));
      c01 = f32x4.add(c01, f32x4.mul(s, b1));
      s = v128.load32_splat(a, 16);
      c10 = f32x4.add(c10, f32x4.mul(s, b0));
      c11 = f32x4.add(c11, f32x4.mul(s, b1));
      s = v128.load32_splat(a, 32);
      c20 = f32x4.add(c20, f32x4.mul(s, b0));
      c21 = f32x4.add(c21, f32x4.mul(s, b1));
      s = v128.load32_splat(a, 48);
      c30 = f32x4.add(c30, f32x4.mul(s, b0));
      c31 = f32x4.add(c31, f32x4.mul(s, b1));
      a += 4;
      b += 32;
    }
    a += 48;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c, c10, 32);
  v128.store(c, c11, 48);
  v128.store(c, c20, 64);
  v128.store(c, c21, 80);
  v128.store(c, c30, 96);
  v128.store(c, c31, 112);
}

/**
 * Points Bᵀ d B of the 6×6 inputs whose corner is (top, left), zero outside the image; four channels of a point are
 * written channelStep bytes on from the four before, points pointStep bytes apart.
 *
 * @param stage 36 · 16 bytes
 * @param border 36 · channels floats
 */
function transformInput(
  image: usize,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  stage: usize,
  border: usize,
  target: usize,
  channelStep: i32,
  pointStep: i32,
): void {
  const pixel = channels << 2;
  let corner = image + (top * width + left) * pixel;
  let rowStep = width * pixel;
  if (top < 0 || left < 0 || top + 6 > height || left + 6 > width) {
    let to = border;
    for (let row = top; row < top + 6; row++) {
      for (let column = left; column < left + 6; column++) {
        if (<u32>row < <u32>height && <u32>column < <u32>width) {
          const from = image + (row * width + column) * pixel;
          for (let c = 0; c < pixel; c += 16) v128.store(to + c, v128.load(from + c));
        } else {
          for (let c = 0; c < pixel; c += 16) v128.store(to + c, f32x4.splat(0));
        }
        to += pixel;
      }
    }
    corner = border;
    rowStep = 6 * pixel;
  }
  for (let c = 0; c < channels; c += 4) {
    for (let x = 0; x < 6; x++) inputLine(corner + x * pixel, rowStep, stage + (x << 4), 96);
    for (let y = 0; y < 6; y++) inputLine(stage + 96 * y, 16, target + 6 * y * pointStep, pointStep);
    corner += 16;
    target += channelStep;
  }
}

/** Bᵀ d for six values `step` bytes apart. */
// @ts-ignore: decorator
@inline
function inputLine(from: usize, step: i32, to: usize, toStep: i32): void {
  const d0 = v128.load(from);
  const d1 = v128.load(from + step);
  const d2 = v128.load(from + 2 * step);
  const d3 = v128.load(from + 3 * step);
  const d4 = v128.load(from + 4 * step);
  const d5 = v128.load(from + 5 * step);
  const p = f32x4.splat(P);
  const q = f32x4.splat(Q);
  const product = f32x4.splat(P * Q);
  const sum = f32x4.splat(P + Q);
  v128.store(to, f32x4.add(f32x4.sub(f32x4.mul(product, d0), f32x4.mul(sum, d2)), d4));
  const evenA = f32x4.sub(d4, f32x4.mul(q, d2));
  const oddA = f32x4.mul(f32x4.splat(A), f32x4.sub(d3, f32x4.mul(q, d1)));
  v128.store(to + toStep, f32x4.add(evenA, oddA));
  v128.store(to + 2 * toStep, f32x4.sub(evenA, oddA));
  const evenB = f32x4.sub(d4, f32x4.mul(p, d2));
  const oddB = f32x4.mul(f32x4.splat(B), f32x4.sub(d3, f32x4.mul(p, d1)));
  v128.store(to + 3 * toStep, f32x4.add(evenB, oddB));
  v128.store(to + 4 * toStep, f32x4.sub(evenB, oddB));
  v128.store(to + 5 * toStep, f32x4.add(f32x4.sub(f32x4.mul(product, d1), f32x4.mul(sum, d3)), d5));
}

/**
 * y = Aᵀ m A for four channels of one tile, of which `rows` and `columns` lie inside the output.
 *
 * @param stage 24 · 16 bytes
 */
function transformProducts(
  m: usize,
  pointStep: i32,
  stage: usize,
  corner: usize,
  rowStep: i32,
  pixel: i32,
  rows: i32,
  columns: i32,
  bias: usize,
  least: v128,
): void {
  const start = v128.load(bias);
  const zero = f32x4.splat(0);
  const lowest = f32x4.splat(-Infinity);
  for (let x = 0; x < 6; x++) outputLine(m + x * pointStep, 6 * pointStep, stage + (x << 4), 96, 4, zero, lowest);
  for (let y = 0; y < rows; y++) outputLine(stage + 96 * y, 16, corner + y * rowStep, pixel, columns, start, least);
}

/** max(Aᵀ m + start, least) for six values `step` bytes apart, the first `count` of its four values. */
// @ts-ignore: decorator
@inline
function outputLine(
  from: usize,
  step: i32,
  to: usize,
  toStep: i32,
  count: i32,
  start: v128,
  least: v128,
): void {
  const m1 = v128.load(from + step);
  const m2 = v128.load(from + 2 * step);
  const m3 = v128.load(from + 3 * step);
  const m4 = v128.load(from + 4 * step);
  const evenA = f32x4.add(m1, m2);
  const oddA = f32x4.mul(f32x4.sub(m1, m2), f32x4.splat(A));
  const evenB = f32x4.add(m3, m4);
  const oddB = f32x4.mul(f32x4.sub(m3, m4), f32x4.splat(B));
  const p = f32x4.splat(P);
  const q = f32x4.splat(Q);
  v128.store(to, f32x4.max(f32x4.add(f32x4.add(v128.load(from), start), f32x4.add(evenA, evenB)), least));
  if (count == 1) return;
  v128.store(to + toStep, f32x4.max(f32x4.add(f32x4.add(oddA, oddB), start), least));
  if (count == 2) return;
  const second = f32x4.add(f32x4.mul(evenA, p), f32x4.mul(evenB, q));
  v128.store(to + 2 * toStep, f32x4.max(f32x4.add(second, start), least));
  if (count == 3) return;
  const third = f32x4.add(f32x4.mul(oddA, p), f32x4.mul(oddB, q));
  const last = f32x4.add(v128.load(from + 5 * step), start);
  v128.store(to + 3 * toStep, f32x4.max(f32x4.add(third, last), least));
}

/**
 * Filter gradient dw [3, 3, channels, outChannels]; channels a multiple of 4, outChannels of 8.
 *
 * @param blockTiles tiles per block
 * @param points 36 · blockTiles · channels floats
 * @param gradients 36 · blockTiles · outChannels floats
 * @param sums 36 · channels · outChannels floats; where all tiles are in one block, 36 · 32
 * @param stage 36 · channels floats + 54 · 16 bytes
 */
export function largeWinogradFilterGradient(
  x: usize,
  height: i32,
  width: i32,
  channels: i32,
  dy: usize,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  dw: usize,
  batch: i32,
  padTop: i32,
  padLeft: i32,
  blockTiles: i32,
  points: usize,
  gradients: usize,
  sums: usize,
  stage: usize,
): void {
  const tilesX = (outWidth + 3) >> 2;
  const tilesY = (outHeight + 3) >> 2;
  const tiles = batch * tilesY * tilesX;
  const border = stage + 54 * 16;
  const pixel = channels << 2;
  const outPixel = outChannels << 2;
  const pointBytes = blockTiles * pixel + GAP;
  const gradientBytes = blockTiles * outPixel + GAP;
  // All points of four inputs and eight outputs lie together; of a single block they are finished at once.
  const sumBytes = tiles > blockTiles ? POINTS << 7 : 0;
  for (let first = 0; first < tiles; first += blockTiles) {
    const count = min(blockTiles, tiles - first);
    for (let t = 0; t < count; t++) {
      const tx = (first + t) % tilesX;
      const rest = (first + t) / tilesX;
      const ty = rest % tilesY;
      const image = rest / tilesY;
      // Four channels of all tiles of the block lie together, as gradientTile wants them.
      transformInput(
        x + image * height * width * pixel,
        height,
        width,
        channels,
        4 * ty - padTop,
        4 * tx - padLeft,
        stage,
        border,
        points + (t << 4),
        blockTiles << 4,
        pointBytes,
      );
      transformGradient(
        dy + ((image * outHeight + 4 * ty) * outWidth + 4 * tx) * outPixel,
        outWidth * outPixel,
        outChannels,
        min(4, outHeight - 4 * ty),
        min(4, outWidth - 4 * tx),
        stage,
        gradients + (t << 5),
        blockTiles << 5,
        gradientBytes,
      );
    }
    const isLast = first + blockTiles >= tiles;
    let at = sums;
    for (let n0 = 0; n0 < outChannels; n0 += 8) {
      for (let q = 0; q < channels; q += 4) {
        let a = points + q * (blockTiles << 2);
        let b = gradients + n0 * (blockTiles << 2);
        if (first == 0) memory.fill(at, 0, POINTS << 7);
        for (let point = 0; point < POINTS; point++) {
          gradientTile(a, b, count, at + (point << 7), 32);
          a += pointBytes;
          b += gradientBytes;
        }
        if (isLast) finishFilterGradient(at, stage, dw + q * outPixel + (n0 << 2), channels * outPixel, outPixel);
        at += sumBytes;
      }
    }
  }
}

/**
 * Points A dy Aᵀ of 4×4 output gradients, of which `rows` and `columns` lie inside the output; eight channels of a
 * point lie together, panelStep bytes apart.
 *
 * @param stage 40 · 16 bytes
 */
function transformGradient(
  dy: usize,
  rowStep: i32,
  channels: i32,
  rows: i32,
  columns: i32,
  stage: usize,
  target: usize,
  panelStep: i32,
  pointStep: i32,
): void {
  const pixel = channels << 2;
  const lines = stage + 16 * 16;
  const whole = rows == 4 && columns == 4;
  if (!whole) memory.fill(stage, 0, 16 * 16);
  for (let c = 0; c < channels; c += 4) {
    let from = dy + (c << 2);
    let step = rowStep;
    let across = pixel;
    if (!whole) {
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) {
          v128.store(stage + (y << 6) + (x << 4), v128.load(from + y * rowStep + x * pixel));
        }
      }
      from = stage;
      step = 64;
      across = 16;
    }
    for (let x = 0; x < 4; x++) gradientLine(from + x * across, step, lines + (x << 4), 64);
    const to = target + (c >> 3) * panelStep + ((c & 4) << 2);
    for (let y = 0; y < 6; y++) gradientLine(lines + (y << 6), 16, to + 6 * y * pointStep, pointStep);
  }
}

/** A d for four values `step` bytes apart. */
function gradientLine(from: usize, step: i32, to: usize, toStep: i32): void {
  const d0 = v128.load(from);
  const d1 = v128.load(from + step);
  const d2 = v128.load(from + 2 * step);
  const d3 = v128.load(from + 3 * step);
  const p = f32x4.splat(P);
  const q = f32x4.splat(Q);
  v128.store(to, d0);
  const evenA = f32x4.add(d0, f32x4.mul(p, d2));
  const oddA = f32x4.mul(f32x4.splat(A), f32x4.add(d1, f32x4.mul(p, d3)));
  v128.store(to + toStep, f32x4.add(evenA, oddA));
  v128.store(to + 2 * toStep, f32x4.sub(evenA, oddA));
  const evenB = f32x4.add(d0, f32x4.mul(q, d2));
  const oddB = f32x4.mul(f32x4.splat(B), f32x4.add(d1, f32x4.mul(q, d3)));
  v128.store(to + 3 * toStep, f32x4.add(evenB, oddB));
  v128.store(to + 4 * toStep, f32x4.sub(evenB, oddB));
  v128.store(to + 5 * toStep, d3);
}

/**
 * dw = Gᵀ s G of four inputs and eight outputs: s [36][4][8], dw with `tapStep` bytes between taps and `rowStep`
 * between inputs.
 *
 * @param stage 18 · 16 bytes
 */
function finishFilterGradient(s: usize, stage: usize, dw: usize, tapStep: i32, rowStep: i32): void {
  for (let i = 0; i < 8; i++) {
    const from = s + (i << 4);
    for (let x = 0; x < 6; x++) sumLine(from + (x << 7), 6 << 7, stage + (x << 4), 96);
    const to = dw + (i >> 1) * rowStep + ((i & 1) << 4);
    for (let y = 0; y < 3; y++) sumLine(stage + 96 * y, 16, to + 3 * y * tapStep, tapStep);
  }
}

/** Gᵀ s for six values `step` bytes apart. */
function sumLine(from: usize, step: i32, to: usize, toStep: i32): void {
  const s1 = v128.load(from + step);
  const s2 = v128.load(from + 2 * step);
  const s3 = v128.load(from + 3 * step);
  const s4 = v128.load(from + 4 * step);
  const s0 = f32x4.mul(v128.load(from), f32x4.splat(G0));
  const evenA = f32x4.mul(f32x4.add(s1, s2), f32x4.splat(GA));
  const oddA = f32x4.mul(f32x4.sub(s1, s2), f32x4.splat(GA * A));
  const evenB = f32x4.mul(f32x4.add(s3, s4), f32x4.splat(GB));
  const oddB = f32x4.mul(f32x4.sub(s3, s4), f32x4.splat(GB * B));
  v128.store(to, f32x4.add(s0, f32x4.add(evenA, evenB)));
  v128.store(to + toStep, f32x4.add(oddA, oddB));
  const second = f32x4.add(f32x4.mul(evenA, f32x4.splat(P)), f32x4.mul(evenB, f32x4.splat(Q)));
  v128.store(to + 2 * toStep, f32x4.add(second, v128.load(from + 5 * step)));
}
