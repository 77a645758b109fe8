/**
 * Adds the products of output pixels and filter taps to the input pixels that the taps reach:
 * dx[row · strideY + originY + ky, column · strideX - padLeft + kx, :] += products[row, column, (ky, kx, :)].
 *
 * @param products [rows, outWidth, pitch], of which the first kh · kw · channels are used
 * @param dx one image [height, width, channels]
 */
export function scatterTaps(
  products: usize,
  pitch: i32,
  rows: i32,
  outWidth: i32,
  kh: i32,
  kw: i32,
  channels: i32,
  dx: usize,
  height: i32,
  width: i32,
  originY: i32,
  padLeft: i32,
  strideY: i32,
  strideX: i32,
): void {
  const run = kw * channels;
  const rowLength = width * channels;
  for (let row = 0; row < rows; row++) {
    for (let ky = 0; ky < kh; ky++) {
      const y = row * strideY + originY + ky;
      if (<u32>y >= <u32>height) continue;
      const line = dx + ((y * rowLength) << 2);
      let from = products + ((row * outWidth * pitch + ky * run) << 2);
      let start = -padLeft * channels;
      for (let column = 0; column < outWidth; column++) {
        let j = max(0, -start);
        const end = min(run, rowLength - start);
        let to = line + ((start + j) << 2);
        for (; j + 4 <= end; j += 4) {
          v128.store(to, f32x4.add(v128.load(to), v128.load(from + (j << 2))));
          to += 16;
        }
        for (; j < end; j++) {
          store<f32>(to, load<f32>(to) + load<f32>(from + (j << 2)));
          to += 4;
        }
        from += pitch << 2;
        start += strideX * channels;
      }
    }
  }
}
