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

/** Copies `count` blocks of `bytes` (a multiple of 4) between two arrays with their own distances of blocks. */
export function copyBlocks(
  source: usize,
  sourceStep: i32,
  target: usize,
  targetStep: i32,
  bytes: i32,
  count: i32,
): void {
  if (bytes > 1024) {
    for (let i = 0; i < count; i++) {
      memory.copy(target, source, bytes);
      source += sourceStep;
      target += targetStep;
    }
    return;
  }
  const whole = bytes & ~15;
  for (let i = 0; i < count; i++) {
    let j = 0;
    for (; j < whole; j += 16) v128.store(target + j, v128.load(source + j));
    for (; j < bytes; j += 4) store<f32>(target + j, load<f32>(source + j));
    source += sourceStep;
    target += targetStep;
  }
}
