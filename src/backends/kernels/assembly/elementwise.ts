/** dx = dy where x > 0, else 0. */
export function reluGradient(x: usize, dy: usize, dx: usize, size: i32): void {
  const zero = f32x4.splat(0);
  const whole = size & ~3;
  for (let i = 0; i < whole; i += 4) {
    v128.store(dx, v128.and(v128.load(dy), f32x4.gt(v128.load(x), zero)));
    x += 16;
    dy += 16;
    dx += 16;
  }
  for (let i = whole; i < size; i++) {
    store<f32>(dx, load<f32>(x) > 0 ? load<f32>(dy) : 0);
    x += 4;
    dy += 4;
    dx += 4;
  }
}
