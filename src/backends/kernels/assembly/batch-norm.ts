// Batch normalisation over all pixels of an NHWC tensor seen as [pixels, channels], in training mode.
// Channels are handled four at a time; a rest of one to three channels goes through scalar code.

/** Pixels whose four channels are summed in registers before they join the running totals. */
const BLOCK: i32 = 64;

/**
 * Mean and biased variance per channel. Each block is reduced about its own mean and merged by Chan's
 * formula, so a large mean does not cancel the variance.
 *
 * @param mean output, channels floats
 * @param variance output, channels floats
 */
export function batchNormStatistics(x: usize, pixels: i32, channels: i32, mean: usize, variance: usize): void {
  memory.fill(mean, 0, channels << 2);
  memory.fill(variance, 0, channels << 2);
  const stride = channels << 2;
  const whole = channels & ~3;
  for (let first = 0; first < pixels; first += BLOCK) {
    const count = min(BLOCK, pixels - first);
    const block = x + <usize>first * stride;
    const weight = <f32>count / <f32>(first + count);
    const cross = <f32>first * weight;
    for (let c = 0; c < whole; c += 4) {
      mergeVector(block + (c << 2), count, stride, weight, cross, mean + (c << 2), variance + (c << 2));
    }
    for (let c = whole; c < channels; c++) {
      mergeScalar(block + (c << 2), count, stride, weight, cross, mean + (c << 2), variance + (c << 2));
    }
  }
  const scale: f32 = <f32>1 / <f32>pixels;
  for (let c = 0; c < channels; c++) store<f32>(variance + (c << 2), load<f32>(variance + (c << 2)) * scale);
}

function mergeVector(
  from: usize,
  count: i32,
  stride: i32,
  weight: f32,
  cross: f32,
  mean: usize,
  variance: usize,
): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  const even = count & ~3;
  let at = from;
  for (let i = 0; i < even; i += 4) {
    s0 = f32x4.add(s0, v128.load(at));
    s1 = f32x4.add(s1, v128.load(at + stride));
    s2 = f32x4.add(s2, v128.load(at + 2 * stride));
    s3 = f32x4.add(s3, v128.load(at + 3 * stride));
    at += stride << 2;
  }
  for (let i = even; i < count; i++) {
    s0 = f32x4.add(s0, v128.load(at));
    at += stride;
  }
  const blockMean = f32x4.div(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), f32x4.splat(<f32>count));
  s0 = f32x4.splat(0);
  s1 = s0;
  s2 = s0;
  s3 = s0;
  at = from;
  for (let i = 0; i < even; i += 4) {
    const d0 = f32x4.sub(v128.load(at), blockMean);
    const d1 = f32x4.sub(v128.load(at + stride), blockMean);
    const d2 = f32x4.sub(v128.load(at + 2 * stride), blockMean);
    const d3 = f32x4.sub(v128.load(at + 3 * stride), blockMean);
    s0 = f32x4.add(s0, f32x4.mul(d0, d0));
    s1 = f32x4.add(s1, f32x4.mul(d1, d1));
    s2 = f32x4.add(s2, f32x4.mul(d2, d2));
    s3 = f32x4.add(s3, f32x4.mul(d3, d3));
    at += stride << 2;
  }
  for (let i = even; i < count; i++) {
    const d = f32x4.sub(v128.load(at), blockMean);
    s0 = f32x4.add(s0, f32x4.mul(d, d));
    at += stride;
  }
  const squares = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  const running = v128.load(mean);
  const delta = f32x4.sub(blockMean, running);
  v128.store(mean, f32x4.add(running, f32x4.mul(delta, f32x4.splat(weight))));
  const between = f32x4.mul(f32x4.mul(delta, delta), f32x4.splat(cross));
  v128.store(variance, f32x4.add(v128.load(variance), f32x4.add(squares, between)));
}

function mergeScalar(
  from: usize,
  count: i32,
  stride: i32,
  weight: f32,
  cross: f32,
  mean: usize,
  variance: usize,
): void {
  let sum: f32 = 0;
  for (let i = 0; i < count; i++) sum += load<f32>(from + i * stride);
  const blockMean = sum / <f32>count;
  let squares: f32 = 0;
  for (let i = 0; i < count; i++) {
    const d = load<f32>(from + i * stride) - blockMean;
    squares += d * d;
  }
  const running = load<f32>(mean);
  const delta = blockMean - running;
  store<f32>(mean, running + delta * weight);
  store<f32>(variance, load<f32>(variance) + squares + delta * delta * cross);
}

/** y = x · scale + shift per channel, cut at zero where relu is set. */
export function batchNormForward(
  x: usize,
  y: usize,
  pixels: i32,
  channels: i32,
  scale: usize,
  shift: usize,
  relu: bool,
): void {
  const whole = channels & ~3;
  const floor: f32 = relu ? 0 : -Infinity;
  const floors = f32x4.splat(floor);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < whole; c += 4) {
      const at = c << 2;
      const value = f32x4.add(f32x4.mul(v128.load(x + at), v128.load(scale + at)), v128.load(shift + at));
      v128.store(y + at, f32x4.max(value, floors));
    }
    for (let c = whole; c < channels; c++) {
      const at = c << 2;
      store<f32>(y + at, max(load<f32>(x + at) * load<f32>(scale + at) + load<f32>(shift + at), floor));
    }
    x += channels << 2;
    y += channels << 2;
  }
}

/**
 * The two sums of the backward pass, per channel: sumDy = Σ dy' and sumDyX = Σ dy' · (x - mean), where dy' is
 * dy, or dy where x · scale + shift > 0 if relu is set.
 */
export function batchNormReduce(
  x: usize,
  dy: usize,
  pixels: i32,
  channels: i32,
  mean: usize,
  scale: usize,
  shift: usize,
  relu: bool,
  sumDy: usize,
  sumDyX: usize,
): void {
  memory.fill(sumDy, 0, channels << 2);
  memory.fill(sumDyX, 0, channels << 2);
  const stride = channels << 2;
  const whole = channels & ~3;
  for (let first = 0; first < pixels; first += BLOCK) {
    const count = min(BLOCK, pixels - first);
    const start = <usize>first * stride;
    for (let c = 0; c < whole; c += 4) {
      const at = c << 2;
      reduceVector(
        x + start + at,
        dy + start + at,
        count,
        stride,
        v128.load(mean + at),
        v128.load(scale + at),
        v128.load(shift + at),
        relu,
        sumDy + at,
        sumDyX + at,
      );
    }
    for (let c = whole; c < channels; c++) {
      const at = c << 2;
      let s: f32 = 0;
      let t: f32 = 0;
      for (let i = 0; i < count; i++) {
        const value = load<f32>(x + start + i * stride + at);
        let d = load<f32>(dy + start + i * stride + at);
        if (relu && !(value * load<f32>(scale + at) + load<f32>(shift + at) > 0)) d = 0;
        s += d;
        t += d * (value - load<f32>(mean + at));
      }
      store<f32>(sumDy + at, load<f32>(sumDy + at) + s);
      store<f32>(sumDyX + at, load<f32>(sumDyX + at) + t);
    }
  }
}

function reduceVector(
  x: usize,
  dy: usize,
  count: i32,
  stride: i32,
  mean: v128,
  scale: v128,
  shift: v128,
  relu: bool,
  sumDy: usize,
  sumDyX: usize,
): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let t0 = f32x4.splat(0);
  let t1 = f32x4.splat(0);
  const zero = f32x4.splat(0);
  const open = i32x4.splat(relu ? 0 : -1);
  const even = count & ~1;
  for (let i = 0; i < even; i += 2) {
    const x0 = v128.load(x);
    const x1 = v128.load(x + stride);
    const m0 = v128.or(open, f32x4.gt(f32x4.add(f32x4.mul(x0, scale), shift), zero));
    const m1 = v128.or(open, f32x4.gt(f32x4.add(f32x4.mul(x1, scale), shift), zero));
    const d0 = v128.and(v128.load(dy), m0);
    const d1 = v128.and(v128.load(dy + stride), m1);
    s0 = f32x4.add(s0, d0);
    s1 = f32x4.add(s1, d1);
    t0 = f32x4.add(t0, f32x4.mul(d0, f32x4.sub(x0, mean)));
    t1 = f32x4.add(t1, f32x4.mul(d1, f32x4.sub(x1, mean)));
    x += stride << 1;
    dy += stride << 1;
  }
  if (even != count) {
    const x0 = v128.load(x);
    const m0 = v128.or(open, f32x4.gt(f32x4.add(f32x4.mul(x0, scale), shift), zero));
    const d0 = v128.and(v128.load(dy), m0);
    s0 = f32x4.add(s0, d0);
    t0 = f32x4.add(t0, f32x4.mul(d0, f32x4.sub(x0, mean)));
  }
  v128.store(sumDy, f32x4.add(v128.load(sumDy), f32x4.add(s0, s1)));
  v128.store(sumDyX, f32x4.add(v128.load(sumDyX), f32x4.add(t0, t1)));
}

/** dx = dy' · scale + x · slope + offset per channel, dy' as in batchNormReduce. */
export function batchNormInputGradient(
  x: usize,
  dy: usize,
  dx: usize,
  pixels: i32,
  channels: i32,
  scale: usize,
  shift: usize,
  slope: usize,
  offset: usize,
  relu: bool,
): void {
  const whole = channels & ~3;
  const zero = f32x4.splat(0);
  const open = i32x4.splat(relu ? 0 : -1);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < whole; c += 4) {
      const at = c << 2;
      const value = v128.load(x + at);
      const s = v128.load(scale + at);
      const mask = v128.or(open, f32x4.gt(f32x4.add(f32x4.mul(value, s), v128.load(shift + at)), zero));
      const d = v128.and(v128.load(dy + at), mask);
      const own = f32x4.add(f32x4.mul(value, v128.load(slope + at)), v128.load(offset + at));
      v128.store(dx + at, f32x4.add(f32x4.mul(d, s), own));
    }
    for (let c = whole; c < channels; c++) {
      const at = c << 2;
      const value = load<f32>(x + at);
      let d = load<f32>(dy + at);
      if (relu && !(value * load<f32>(scale + at) + load<f32>(shift + at) > 0)) d = 0;
      store<f32>(dx + at, d * load<f32>(scale + at) + value * load<f32>(slope + at) + load<f32>(offset + at));
    }
    x += channels << 2;
    dy += channels << 2;
    dx += channels << 2;
  }
}
