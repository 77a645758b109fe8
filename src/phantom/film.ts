import type { Draw } from './draw';
import type { Plate } from './plate';
import type { Shadow } from './shadow';
import { between } from './value-noise';

/** How the patient stood before the film: film pixel → plate pixel. */
export interface Positioning {
  rows: number;
  columns: number;
  /** Plate coordinates of film pixel (column, row), written into `out` as [x, y]. */
  toPlate(column: number, row: number, out: Float64Array): void;
  /** Does the body point (body coordinates) fall on the film, at least 4 % from the border? */
  holds(x: number, y: number): boolean;
}

/** Draws rotation, zoom, shift and a slight smooth warp. */
export function drawPositioning(rows: number, columns: number, plate: Plate, draw: Draw): Positioning {
  const angle = draw.normal(0, 0.035);
  const zoom = draw.uniform(0.94, 1.16);
  const shiftX = draw.normal(0, 0.04);
  const shiftY = draw.normal(0, 0.045);
  // on a film that isn't square, the thorax keeps its shape and fills the same area
  const unit = 2 / Math.sqrt(rows * columns);
  const cos = Math.cos(angle) / zoom;
  const sin = Math.sin(angle) / zoom;
  const across = { x: drawWave(draw, columns, unit), y: drawWave(draw, columns, unit) };
  const down = { x: drawWave(draw, rows, unit), y: drawWave(draw, rows, unit) };
  return {
    rows,
    columns,
    toPlate(column, row, out) {
      const u = (column + 0.5 - columns / 2) * unit + across.x[column] + down.x[row];
      const v = (row + 0.5 - rows / 2) * unit + across.y[column] + down.y[row];
      out[0] = (cos * u - sin * v + shiftX) * plate.scale + plate.originX;
      out[1] = (sin * u + cos * v + shiftY) * plate.scale + plate.originY;
    },
    holds(x, y) {
      const u = zoom * zoom * (cos * (x - shiftX) + sin * (y - shiftY));
      const v = zoom * zoom * (cos * (y - shiftY) - sin * (x - shiftX));
      return Math.abs(u) < (columns * unit) / 2 - 0.08 && Math.abs(v) < (rows * unit) / 2 - 0.08;
    },
  };
}

/** A slow wave along one side of the film, in body units: a part of the warp. */
function drawWave(draw: Draw, length: number, unit: number): Float64Array {
  const amplitude = draw.uniform(0, 0.015);
  const frequency = draw.uniform(1.5, 4);
  const phase = draw.uniform(0, 2 * Math.PI);
  return Float64Array.from(
    { length },
    (_, i) => amplitude * Math.sin(frequency * (i - length / 2) * unit + phase),
  );
}

/** A finding is said to cover the pixels where it adds more than this share of its own peak attenuation. */
const SHADOW_THRESHOLD = 0.3;

/** What the beam leaves on the film before the detector: attenuation, and for each shadow its exact pixels. */
export interface Projection {
  attenuation: Float32Array;
  /** One mask (0 or 1) a shadow. */
  masks: Uint8Array[];
}

/** Projects the plate onto the film by bilinear interpolation, shadows of findings included. */
export function project(
  attenuation: Float32Array,
  plate: Plate,
  shadows: Shadow[],
  positioning: Positioning,
): Projection {
  const { rows, columns } = positioning;
  const result = new Float32Array(rows * columns);
  const masks = shadows.map(() => new Uint8Array(rows * columns));
  const at = new Float64Array(2);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      positioning.toPlate(column, row, at);
      const index = row * columns + column;
      let value = bilinear(attenuation, plate.width, plate.height, at[0], at[1]);
      for (let i = 0; i < shadows.length; i++) {
        const { field, left, top, width, height, peak } = shadows[i];
        const x = at[0] - left;
        const y = at[1] - top;
        if (x < 0 || y < 0 || x > width - 1 || y > height - 1) continue;
        const added = bilinear(field, width, height, x, y);
        value += added;
        if (added > SHADOW_THRESHOLD * peak) masks[i][index] = 1;
      }
      result[index] = value;
    }
  }
  return { attenuation: result, masks };
}

function bilinear(data: Float32Array, width: number, height: number, x: number, y: number): number {
  const cx = x < 0 ? 0 : x > width - 1.001 ? width - 1.001 : x;
  const cy = y < 0 ? 0 : y > height - 1.001 ? height - 1.001 : y;
  return between(data, width, cx, cy);
}

/** A rectangle of film pixels. */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Draws the detector's side: blur, quantum noise, exposure window, tone curve, shutter. Values come out in 0..1.
 *
 * @param draw stream of the settings
 * @param noise stream of the photons: one draw a pixel, so it must not be the settings' own
 */
export function expose(
  attenuation: Float32Array,
  rows: number,
  columns: number,
  draw: Draw,
  noise: Draw,
): { pixels: Float32Array; exposed: Rectangle } {
  const pixelSize = 224 / Math.sqrt(rows * columns);
  const sharpness = draw.uniform(0.1, 0.75) / pixelSize;
  blur(attenuation, rows, columns, sharpness);
  const level = draw.logUniform(0.004, 0.022);
  addQuantumNoise(attenuation, rows, columns, pixelSize, level, noise);
  const shading = drawShading(draw);
  const tone = drawToneCurve(draw);
  const exposed = drawShutter(rows, columns, draw);
  const shutter = draw.chance(0.85) ? 0 : 1;
  const unit = 2 / Math.sqrt(rows * columns);
  const pixels = new Float32Array(rows * columns).fill(shutter);
  for (let row = exposed.y; row < exposed.y + exposed.height; row++) {
    const rowShade = shading.y * (row - rows / 2) * unit;
    for (let column = exposed.x; column < exposed.x + exposed.width; column++) {
      const shade = rowShade + shading.x * (column - columns / 2) * unit;
      pixels[row * columns + column] = tone(attenuation[row * columns + column] + shade);
    }
  }
  return { pixels, exposed };
}

const TONE_STEPS = 4096;

/** Exposure window and tone curve, attenuation → 0..1: between a straight line and an S, as makers' processing gives. */
function drawToneCurve(draw: Draw): (attenuation: number) => number {
  const low = draw.normal(0.08, 0.1);
  const high = draw.normal(2.95, 0.18);
  const gamma = draw.uniform(0.75, 1.35);
  const toe = draw.uniform(0, 0.6);
  const table = Float64Array.from({ length: TONE_STEPS + 2 }, (_, i) => {
    const t = Math.min(1, i / TONE_STEPS);
    return Math.pow((1 - toe) * t + toe * t * t * (3 - 2 * t), gamma);
  });
  return attenuation => {
    const t = (attenuation - low) / (high - low);
    if (t <= 0) return 0;
    if (t >= 1) return 1;
    const step = (t * TONE_STEPS) | 0;
    return table[step] + (t * TONE_STEPS - step) * (table[step + 1] - table[step]);
  };
}

/** Uneven exposure over the film, attenuation per body unit (heel effect, a tilted grid). */
function drawShading(draw: Draw): { x: number; y: number } {
  return { x: draw.normal(0, 0.06), y: draw.normal(0, 0.06) };
}

/** The part of the film inside the collimator; most often all of it. */
function drawShutter(rows: number, columns: number, draw: Draw): Rectangle {
  const collimated = draw.chance(0.15);
  const margins = [0, 1, 2, 3].map(() => draw.uniform(0, 0.06) * (draw.chance(0.6) ? 1 : 0));
  if (!collimated) return { x: 0, y: 0, width: columns, height: rows };
  const x = Math.round(margins[0] * columns);
  const y = Math.round(margins[1] * rows);
  return {
    x,
    y,
    width: columns - x - Math.round(margins[2] * columns),
    height: rows - y - Math.round(margins[3] * rows),
  };
}

/**
 * Noise of counted photons: in the logarithm of the exposure its deviation is exp(attenuation / 2) / √N. N is counted
 * on a pixel, so a finer film is noisier pixel by pixel and the same once it is averaged down.
 */
function addQuantumNoise(
  a: Float32Array,
  rows: number,
  columns: number,
  pixelSize: number,
  level: number,
  draw: Draw,
): void {
  const deviation = level / Math.max(pixelSize, 0.25);
  const noise = new Float32Array(rows * columns);
  for (let i = 0; i < noise.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - draw.next()));
    const angle = 2 * Math.PI * draw.next();
    noise[i] = radius * Math.cos(angle);
    if (i + 1 < noise.length) noise[i + 1] = radius * Math.sin(angle);
  }
  // the detector spreads each photon a little: noise on a fine film is not white
  if (pixelSize < 0.7) blur(noise, rows, columns, 0.45 / pixelSize - 0.2);
  for (let i = 0; i < a.length; i++) a[i] += deviation * Math.exp(0.5 * Math.min(a[i], 4) - 0.8) * noise[i];
}

/** Gaussian blur in place, separable; `sigma` in pixels, 0 leaves the data alone. */
function blur(data: Float32Array, rows: number, columns: number, sigma: number): void {
  if (sigma < 0.15) return;
  const radius = Math.max(1, Math.ceil(2.5 * sigma));
  const kernel = Array.from({ length: radius + 1 }, (_, i) => Math.exp((-0.5 * i * i) / (sigma * sigma)));
  const total = kernel[0] + 2 * kernel.slice(1).reduce((sum, weight) => sum + weight, 0);
  const weights = Float32Array.from(kernel, weight => weight / total);
  const between = new Float32Array(data.length);
  blurLines(data, between, weights, rows, columns, columns, 1);
  blurLines(between, data, weights, columns, rows, 1, columns);
}

function blurLines(
  from: Float32Array,
  to: Float32Array,
  weights: Float32Array,
  lines: number,
  length: number,
  lineStep: number,
  step: number,
): void {
  const radius = weights.length - 1;
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep;
    for (let i = 0; i < length; i++) {
      let sum = weights[0] * from[start + i * step];
      for (let k = 1; k <= radius; k++) {
        const before = i >= k ? i - k : 0;
        const after = i + k < length ? i + k : length - 1;
        sum += weights[k] * (from[start + before * step] + from[start + after * step]);
      }
      to[start + i * step] = sum;
    }
  }
}
