// Steps over flat vectors of weights, four values at a time: lengths are rounded up to a multiple of four, and what lies
// in between is computed too.

/** target = factor · source, or target += factor · source. */
export function scaleInto(source: usize, target: usize, count: i32, factor: f32, accumulate: bool): void {
  const factors = f32x4.splat(factor);
  const end = source + (((count + 3) & ~3) << 2);
  if (accumulate) {
    for (; source < end; source += 16, target += 16) {
      v128.store(target, f32x4.add(v128.load(target), f32x4.mul(factors, v128.load(source))));
    }
  } else {
    for (; source < end; source += 16, target += 16) v128.store(target, f32x4.mul(factors, v128.load(source)));
  }
}

/**
 * A step of AdamW and of the weights' moving average.
 *
 * @param rate learning rate over the correction of the first moment
 * @param correction2 what the root of the second moment is multiplied by
 * @param decay share of the weight that is taken off
 * @param keep share of the average that stays
 */
export function adamStep(
  gradients: usize,
  parameters: usize,
  moment1: usize,
  moment2: usize,
  average: usize,
  count: i32,
  beta1: f32,
  newShare1: f32,
  beta2: f32,
  newShare2: f32,
  rate: f32,
  correction2: f32,
  epsilon: f32,
  decay: f32,
  keep: f32,
  newShare: f32,
): void {
  const bytes = ((count + 3) & ~3) << 2;
  for (let at = 0; at < bytes; at += 16) {
    const gradient = v128.load(gradients + at);
    const m = f32x4.add(
      f32x4.mul(f32x4.splat(beta1), v128.load(moment1 + at)),
      f32x4.mul(f32x4.splat(newShare1), gradient),
    );
    const v = f32x4.add(
      f32x4.mul(f32x4.splat(beta2), v128.load(moment2 + at)),
      f32x4.mul(f32x4.splat(newShare2), f32x4.mul(gradient, gradient)),
    );
    v128.store(moment1 + at, m);
    v128.store(moment2 + at, v);
    const root = f32x4.add(f32x4.mul(f32x4.sqrt(v), f32x4.splat(correction2)), f32x4.splat(epsilon));
    const before = v128.load(parameters + at);
    const change = f32x4.add(
      f32x4.div(f32x4.mul(f32x4.splat(rate), m), root),
      f32x4.mul(f32x4.splat(decay), before),
    );
    const value = f32x4.sub(before, change);
    v128.store(parameters + at, value);
    const kept = f32x4.mul(f32x4.splat(keep), v128.load(average + at));
    v128.store(average + at, f32x4.add(kept, f32x4.mul(f32x4.splat(newShare), value)));
  }
}
