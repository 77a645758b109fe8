// Gradient of a convolution with respect to its filter, as the matrix product
// dW[ky][kx·C + c][oc] = Σ_pixels x[pixel · stride + tap, c] · dy[pixel, oc].
// In NHWC the KW·C inputs under one filter row are adjacent, so a "wide channel" of KW·C values is packed in
// quads for every output column, and the output rows of one block are one flat inner dimension. Rows of the
// input are stored grouped by their residue modulo the stride, which keeps that inner dimension contiguous
// for every filter row and stride.

/**
 * Adds the filter gradient to dw [kh, kw, c, oc]; the caller zeroes dw first.
 *
 * @param rows output rows per block
 * @param packedX ceil(kw·c/4) · slots · outWidth · 16 bytes, slots = strideY · ceil(((rows-1)·strideY+kh)/strideY)
 * @param packedDy ceil(oc/8) · rows · outWidth · 32 bytes
 * @param spill 128 bytes
 */
export function filterGradient(
  x: usize,
  height: i32,
  width: i32,
  channels: i32,
  dy: usize,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  dw: usize,
  kh: i32,
  kw: i32,
  strideY: i32,
  strideX: i32,
  padTop: i32,
  padLeft: i32,
  batch: i32,
  rows: i32,
  packedX: usize,
  packedDy: usize,
  spill: usize,
): void {
  const wide = kw * channels;
  const quads = (wide + 3) >> 2;
  for (let image = 0; image < batch; image++) {
    const xImage = x + ((image * height * width * channels) << 2);
    const dyImage = dy + ((image * outHeight * outWidth * outChannels) << 2);
    for (let row0 = 0; row0 < outHeight; row0 += rows) {
      const here = min(rows, outHeight - row0);
      const inner = here * outWidth;
      packOutputGradient(dyImage + ((row0 * outWidth * outChannels) << 2), inner, outChannels, packedDy);
      const slotsPerGroup = ((here - 1) * strideY + kh + strideY - 1) / strideY;
      const quadBytes = strideY * slotsPerGroup * (outWidth << 4);
      const inputRows = (here - 1) * strideY + kh;
      for (let j = 0; j < inputRows; j++) {
        const group = j % strideY;
        if (group >= kh) continue;
        const iy = row0 * strideY - padTop + j;
        const slot = group * slotsPerGroup + j / strideY;
        const inside = <u32>iy < <u32>height;
        packInputRow(
          inside ? xImage + ((iy * width * channels) << 2) : 0,
          width,
          channels,
          kw,
          strideX,
          padLeft,
          outWidth,
          packedX + slot * (outWidth << 4),
          quadBytes,
        );
      }
      for (let n0 = 0; n0 < outChannels; n0 += 8) {
        const panel = packedDy + n0 * (inner << 2);
        const columns = min(8, outChannels - n0);
        for (let q = 0; q < quads; q++) {
          const valid = min(4, wide - (q << 2));
          for (let ky = 0; ky < kh; ky++) {
            const a =
              packedX + q * quadBytes + ((ky % strideY) * slotsPerGroup + ky / strideY) * (outWidth << 4);
            const c = dw + (((ky * wide + (q << 2)) * outChannels + n0) << 2);
            if (columns == 8 && valid == 4) {
              gradientTile(a, panel, inner, c, outChannels << 2);
            } else {
              memory.fill(spill, 0, 128);
              gradientTile(a, panel, inner, spill, 32);
              for (let i = 0; i < valid; i++) {
                for (let j = 0; j < columns; j++) {
                  const to = c + ((i * outChannels + j) << 2);
                  store<f32>(to, load<f32>(to) + load<f32>(spill + (i << 5) + (j << 2)));
                }
              }
            }
          }
        }
      }
    }
  }
}

/** Packs inner × outChannels values into panels [ceil(oc/8)][inner][8]. */
function packOutputGradient(from: usize, inner: i32, outChannels: i32, target: usize): void {
  const stride = outChannels << 2;
  for (let n0 = 0; n0 < outChannels; n0 += 8) {
    const columns = min(8, outChannels - n0);
    let source = from + (n0 << 2);
    for (let i = 0; i < inner; i++) {
      if (columns == 8) {
        v128.store(target, v128.load(source));
        v128.store(target, v128.load(source, 16), 16);
      } else {
        for (let j = 0; j < 8; j++) {
          store<f32>(target + (j << 2), j < columns ? load<f32>(source + (j << 2)) : 0);
        }
      }
      source += stride;
      target += 32;
    }
  }
}

/** Packs one input row as [quad][outWidth][4]; row = 0 stands for a row of padding. */
function packInputRow(
  row: usize,
  width: i32,
  channels: i32,
  kw: i32,
  strideX: i32,
  padLeft: i32,
  outWidth: i32,
  target: usize,
  quadBytes: i32,
): void {
  if ((channels & 3) != 0) {
    packInputRowByElement(row, width, channels, kw, strideX, padLeft, outWidth, target, quadBytes);
    return;
  }
  const step = (strideX * channels) << 2;
  const zero = f32x4.splat(0);
  for (let kx = 0; kx < kw; kx++) {
    // Columns x with 0 <= x·stride + kx - padLeft < width.
    const lead = padLeft - kx;
    const low = row == 0 ? outWidth : lead <= 0 ? 0 : min(outWidth, (lead + strideX - 1) / strideX);
    const reach = width + lead;
    const high = reach <= 0 ? low : max(low, min(outWidth, (reach + strideX - 1) / strideX));
    for (let c = 0; c < channels; c += 4) {
      let to = target;
      for (let i = 0; i < low; i++) {
        v128.store(to, zero);
        to += 16;
      }
      let from = row + (((low * strideX - lead) * channels + c) << 2);
      for (let i = low; i < high; i++) {
        v128.store(to, v128.load(from));
        from += step;
        to += 16;
      }
      for (let i = high; i < outWidth; i++) {
        v128.store(to, zero);
        to += 16;
      }
      target += quadBytes;
    }
  }
}

function packInputRowByElement(
  row: usize,
  width: i32,
  channels: i32,
  kw: i32,
  strideX: i32,
  padLeft: i32,
  outWidth: i32,
  target: usize,
  quadBytes: i32,
): void {
  const wide = kw * channels;
  const rowLength = row == 0 ? 0 : width * channels;
  for (let m = 0; m < wide; m += 4) {
    let to = target;
    for (let i = 0; i < outWidth; i++) {
      const first = (i * strideX - padLeft) * channels + m;
      for (let j = 0; j < 4; j++) {
        const at = first + j;
        const inside = <u32>at < <u32>rowLength && m + j < wide;
        store<f32>(to + (j << 2), inside ? load<f32>(row + (at << 2)) : 0);
      }
      to += 16;
    }
    target += quadBytes;
  }
}

/** c[4][8] += Σ_k a[k][4] ⊗ b[k][8]; not unrolled, see tile4x8. */
export function gradientTile(a: usize, b: usize, inner: i32, c: usize, stride: i32): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  const end = a + (inner << 4);
  while (a != end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = v128.load32_splat(a);
    c00 = f32x4.add(c00, f32x4.mul(s, b0));
    c01 = f32x4.add(c01, f32x4.mul(s, b1));
    s = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(s, b0));
    c11 = f32x4.add(c11, f32x4.mul(s, b1));
    s = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(s, b0));
    c21 = f32x4.add(c21, f32x4.mul(s, b1));
    s = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(s, b0));
    c31 = f32x4.add(c31, f32x4.mul(s, b1));
    a += 16;
    b += 32;
  }
  addRow(c, c00, c01);
  addRow(c + stride, c10, c11);
  addRow(c + 2 * stride, c20, c21);
  addRow(c + 3 * stride, c30, c31);
}

// @ts-ignore: decorator
@inline
function addRow(to: usize, low: v128, high: v128): void {
  v128.store(to, f32x4.add(v128.load(to), low));
  v128.store(to, f32x4.add(v128.load(to, 16), high), 16);
}
