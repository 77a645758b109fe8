/**
 * Gradient of average pooling over windows that do not overlap: each value of dy, over the window's area, goes to the
 * window's inputs. Inputs outside every window are left alone.
 */
export function averagePoolGradient(
  dy: usize,
  batch: i32,
  outHeight: i32,
  outWidth: i32,
  channels: i32,
  dx: usize,
  height: i32,
  width: i32,
  windowHeight: i32,
  windowWidth: i32,
): void {
  const share: f32 = <f32>1 / <f32>(windowHeight * windowWidth);
  const shares = f32x4.splat(share);
  const pixelBytes = channels << 2;
  const whole = channels & ~3;
  for (let image = 0; image < batch; image++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ky = 0; ky < windowHeight; ky++) {
        const row = (image * height + oy * windowHeight + ky) * width;
        let to = dx + <usize>row * pixelBytes;
        let from = dy + <usize>((image * outHeight + oy) * outWidth) * pixelBytes;
        for (let ox = 0; ox < outWidth; ox++) {
          for (let kx = 0; kx < windowWidth; kx++) {
            for (let c = 0; c < whole; c += 4) {
              v128.store(to + (c << 2), f32x4.mul(v128.load(from + (c << 2)), shares));
            }
            for (let c = whole; c < channels; c++) store<f32>(to + (c << 2), load<f32>(from + (c << 2)) * share);
            to += pixelBytes;
          }
          from += pixelBytes;
        }
      }
    }
  }
}
