// Winograd convolution F(2×2, 3×3) (Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks", 2016) for 3×3
// filters of stride 1: y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A on tiles of 2×2 outputs takes 16 products where the plain sum
// takes 36. The 16 transformed values of a tile are called points. Tiles of 4×4 (winograd-large.ts) take fewer products and
// round more.
import { tile4x8 } from './convolution';

/**
 * Transforms a filter to points, packed in panels [16][ceil(n/8)][k][8]; n must be a multiple of 8.
 * Element (tap, k, n) is read at source + tap · tapStride + k · kStride + n · nStride (bytes).
 */
export function winogradFilter(
  source: usize,
  target: usize,
  k: i32,
  n: i32,
  tapStride: i32,
  kStride: i32,
  nStride: i32,
): void {
  const pointBytes = (k * n) << 2;
  const half = f32x4.splat(0.5);
  for (let n0 = 0; n0 < n; n0 += 4) {
    const panel = target + (n0 >> 3) * (k << 5) + ((n0 & 4) << 2);
    for (let i = 0; i < k; i++) {
      const from = source + i * kStride + n0 * nStride;
      const to = panel + (i << 5);
      // Columns first (G g), a column at a time, then rows ((G g) Gᵀ), a row at a time, through the target itself.
      for (let x = 0; x < 3; x++) {
        const g0 = lanes(from + x * tapStride, nStride);
        const g1 = lanes(from + (3 + x) * tapStride, nStride);
        const g2 = lanes(from + (6 + x) * tapStride, nStride);
        const outer = f32x4.add(g0, g2);
        const at = to + x * pointBytes;
        v128.store(at, g0);
        v128.store(at + 4 * pointBytes, f32x4.mul(half, f32x4.add(outer, g1)));
        v128.store(at + 8 * pointBytes, f32x4.mul(half, f32x4.sub(outer, g1)));
        v128.store(at + 12 * pointBytes, g2);
      }
      for (let y = 0; y < 4; y++) {
        const at = to + 4 * y * pointBytes;
        const g0 = v128.load(at);
        const g1 = v128.load(at + pointBytes);
        const g2 = v128.load(at + 2 * pointBytes);
        const outer = f32x4.add(g0, g2);
        v128.store(at + pointBytes, f32x4.mul(half, f32x4.add(outer, g1)));
        v128.store(at + 2 * pointBytes, f32x4.mul(half, f32x4.sub(outer, g1)));
        v128.store(at + 3 * pointBytes, g2);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function lanes(at: usize, stride: i32): v128 {
  if (stride == 4) return v128.load(at);
  let value = f32x4.splat(load<f32>(at));
  value = f32x4.replace_lane(value, 1, load<f32>(at + stride));
  value = f32x4.replace_lane(value, 2, load<f32>(at + 2 * stride));
  return f32x4.replace_lane(value, 3, load<f32>(at + 3 * stride));
}

/**
 * y [batch, outHeight, outWidth, n] from x [batch, height, width, k] and points of the filter (winogradFilter);
 * k a multiple of 4, n of 8.
 *
 * @param blockTiles tiles per block, a multiple of 4
 * @param points 16 · blockTiles · k floats
 * @param products 16 · blockTiles · n floats
 * @param stage 16 · k floats + 48 bytes
 * @param bias n floats
 * @param floor least value of the result: 0 for a ReLU, −∞ for none
 */
export function winogradForward(
  x: usize,
  height: i32,
  width: i32,
  k: i32,
  filter: usize,
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
  const tilesX = (outWidth + 1) >> 1;
  const tilesY = (outHeight + 1) >> 1;
  const tiles = batch * tilesY * tilesX;
  const table = stage + (k << 6);
  const zeros = table + 16;
  v128.store(zeros, f32x4.splat(0));
  v128.store(zeros, f32x4.splat(0), 16);
  const pixel = k << 2;
  const outPixel = n << 2;
  const pointBytes = blockTiles * pixel;
  const productBytes = blockTiles * outPixel;
  const least = f32x4.splat(floor);
  for (let first = 0; first < tiles; first += blockTiles) {
    const count = min(blockTiles, tiles - first);
    for (let t = 0; t < count; t++) {
      const tx = (first + t) % tilesX;
      const rest = (first + t) / tilesX;
      const ty = rest % tilesY;
      const image = x + (rest / tilesY) * height * width * pixel;
      transformInput(image, height, width, k, 2 * ty - padTop, 2 * tx - padLeft, stage, points + t * pixel, 16, pointBytes);
    }
    for (let point = 0; point < 16; point++) {
      const a = points + point * pointBytes;
      const c = products + point * productBytes;
      for (let n0 = 0; n0 < n; n0 += 8) {
        const panel = filter + ((point * n + n0) * k << 2);
        for (let t = 0; t < count; t += 4) {
          // An incomplete last group repeats its last tile.
          const t1 = min(t + 1, count - 1);
          const t2 = min(t + 2, count - 1);
          const t3 = min(t + 3, count - 1);
          store<u32>(table, a + t * pixel);
          store<u32>(table, a + t1 * pixel, 4);
          store<u32>(table, a + t2 * pixel, 8);
          store<u32>(table, a + t3 * pixel, 12);
          const to = c + (n0 << 2);
          tile4x8(
            table,
            1,
            pixel,
            panel,
            to + t * outPixel,
            to + t1 * outPixel,
            to + t2 * outPixel,
            to + t3 * outPixel,
            zeros,
            -Infinity,
            false,
          );
        }
      }
    }
    for (let t = 0; t < count; t++) {
      const tx = (first + t) % tilesX;
      const rest = (first + t) / tilesX;
      const ty = rest % tilesY;
      const image = y + (rest / tilesY) * outHeight * outWidth * outPixel;
      const corner = image + ((2 * ty) * outWidth + 2 * tx) * outPixel;
      transformProducts(
        products + t * outPixel,
        productBytes,
        n,
        corner,
        outWidth * outPixel,
        2 * ty + 1 < outHeight,
        2 * tx + 1 < outWidth,
        bias,
        least,
      );
    }
  }
}

/**
 * Points Bᵀ d B of the 4×4 inputs whose corner is (top, left), zero outside the image; four channels of a point are
 * written channelStep bytes on from the four before, points pointStep bytes apart.
 */
function transformInput(
  image: usize,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  stage: usize,
  target: usize,
  channelStep: i32,
  pointStep: i32,
): void {
  const pixel = channels << 2;
  let corner = image + (top * width + left) * pixel;
  let rowStep = width * pixel;
  if (top < 0 || left < 0 || top + 4 > height || left + 4 > width) {
    for (let i = 0; i < 16; i++) {
      const row = top + (i >> 2);
      const column = left + (i & 3);
      const to = stage + i * pixel;
      if (<u32>row < <u32>height && <u32>column < <u32>width) {
        const from = image + (row * width + column) * pixel;
        for (let c = 0; c < pixel; c += 16) v128.store(to + c, v128.load(from + c));
      } else {
        for (let c = 0; c < pixel; c += 16) v128.store(to + c, f32x4.splat(0));
      }
    }
    corner = stage;
    rowStep = pixel << 2;
  }
  for (let c = 0; c < channels; c += 4) {
    const r0 = corner;
    const r1 = r0 + rowStep;
    const r2 = r1 + rowStep;
    const r3 = r2 + rowStep;
    let a = v128.load(r0);
    let b = v128.load(r1);
    let d = v128.load(r2);
    let e = v128.load(r3);
    const p00 = f32x4.sub(a, d);
    const p10 = f32x4.add(b, d);
    const p20 = f32x4.sub(d, b);
    const p30 = f32x4.sub(b, e);
    a = v128.load(r0 + pixel);
    b = v128.load(r1 + pixel);
    d = v128.load(r2 + pixel);
    e = v128.load(r3 + pixel);
    const p01 = f32x4.sub(a, d);
    const p11 = f32x4.add(b, d);
    const p21 = f32x4.sub(d, b);
    const p31 = f32x4.sub(b, e);
    a = v128.load(r0 + 2 * pixel);
    b = v128.load(r1 + 2 * pixel);
    d = v128.load(r2 + 2 * pixel);
    e = v128.load(r3 + 2 * pixel);
    const p02 = f32x4.sub(a, d);
    const p12 = f32x4.add(b, d);
    const p22 = f32x4.sub(d, b);
    const p32 = f32x4.sub(b, e);
    a = v128.load(r0 + 3 * pixel);
    b = v128.load(r1 + 3 * pixel);
    d = v128.load(r2 + 3 * pixel);
    e = v128.load(r3 + 3 * pixel);
    const p03 = f32x4.sub(a, d);
    const p13 = f32x4.add(b, d);
    const p23 = f32x4.sub(d, b);
    const p33 = f32x4.sub(b, e);
    storeRow(target, pointStep, p00, p01, p02, p03);
    storeRow(target + 4 * pointStep, pointStep, p10, p11, p12, p13);
    storeRow(target + 8 * pointStep, pointStep, p20, p21, p22, p23);
    storeRow(target + 12 * pointStep, pointStep, p30, p31, p32, p33);
    corner += 16;
    target += channelStep;
  }
}

// @ts-ignore: decorator
@inline
function storeRow(to: usize, step: i32, p0: v128, p1: v128, p2: v128, p3: v128): void {
  v128.store(to, f32x4.sub(p0, p2));
  v128.store(to + step, f32x4.add(p1, p2));
  v128.store(to + 2 * step, f32x4.sub(p2, p1));
  v128.store(to + 3 * step, f32x4.sub(p1, p3));
}

/** y = Aᵀ m A for one tile, of which the lower row and right column may lie outside the output. */
function transformProducts(
  m: usize,
  pointStep: i32,
  channels: i32,
  corner: usize,
  rowStep: i32,
  hasLower: bool,
  hasRight: bool,
  bias: usize,
  least: v128,
): void {
  const pixel = channels << 2;
  for (let c = 0; c < pixel; c += 16) {
    const start = v128.load(bias + c);
    let upper = f32x4.splat(0);
    let upperRight = upper;
    let lower = upper;
    let lowerRight = upper;
    let at = m + c;
    // Column by column: s = m0 + m1 + m2 and d = m1 - m2 - m3 are the upper and lower values of that column.
    for (let x = 0; x < 4; x++) {
      const m0 = v128.load(at);
      const m1 = v128.load(at + 4 * pointStep);
      const m2 = v128.load(at + 8 * pointStep);
      const m3 = v128.load(at + 12 * pointStep);
      const s = f32x4.add(f32x4.add(m0, m1), m2);
      const d = f32x4.sub(f32x4.sub(m1, m2), m3);
      if (x < 3) {
        upper = f32x4.add(upper, s);
        lower = f32x4.add(lower, d);
      }
      if (x == 1) {
        upperRight = s;
        lowerRight = d;
      } else if (x > 1) {
        upperRight = f32x4.sub(upperRight, s);
        lowerRight = f32x4.sub(lowerRight, d);
      }
      at += pointStep;
    }
    const to = corner + c;
    v128.store(to, f32x4.max(f32x4.add(upper, start), least));
    if (hasRight) v128.store(to + pixel, f32x4.max(f32x4.add(upperRight, start), least));
    if (hasLower) {
      v128.store(to + rowStep, f32x4.max(f32x4.add(lower, start), least));
      if (hasRight) v128.store(to + rowStep + pixel, f32x4.max(f32x4.add(lowerRight, start), least));
    }
  }
}
