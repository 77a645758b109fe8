import type { Anatomy, Ellipse, Lung } from './anatomy';
import type { Draw } from './draw';
import { smoothStep } from './plate';
import type { Plate } from './plate';
import { rasterNoise, valueNoise } from './value-noise';

/** The soft parts of a thorax on a plate; both arrays are row-major, `width * height`. */
export interface Thorax {
  /** Attenuation of soft tissue, lungs, heart, mediastinum and abdomen. */
  attenuation: Float32Array;
  /** Attenuation that aerated lung takes away there, 0 outside the lungs and small behind heart and diaphragm. */
  air: Float32Array;
}

/** Renders body outline, lungs, heart, mediastinum, trachea, diaphragm and abdomen. */
export function renderThorax(plate: Plate, anatomy: Anatomy, draw: Draw): Thorax {
  const { width, height, scale } = plate;
  const attenuation = new Float32Array(width * height);
  const air = new Float32Array(width * height);
  const tissue = rasterNoise(valueNoise(draw, 1.6, 3, 0.6), 0.05);
  const parenchyma = valueNoise(draw, 5, 3, 0.7);
  const haze = rasterNoise(valueNoise(draw, 1.1, 1), 0.1);
  const hazeAmount = draw.uniform(0, 0.5);
  const textureAmount = draw.uniform(0.04, 0.1);
  const ventricles = ellipseField(anatomy.heart);
  const base = ellipseField(anatomy.heartBase);
  const domes = [domeHeights(plate, anatomy.lungs[0]), domeHeights(plate, anatomy.lungs[1])];
  for (let row = 0; row < height; row++) {
    const y = (row - plate.originY) / scale;
    const halfBody = bodyHalfWidth(anatomy, y);
    const borders = [lungBorders(anatomy, anatomy.lungs[0], y), lungBorders(anatomy, anatomy.lungs[1], y)];
    for (let column = 0; column < width; column++) {
      const x = (column - plate.originX) / scale;
      const body = bodyThickness(x / halfBody);
      if (body === 0) continue;
      const index = row * width + column;
      let value = anatomy.softTissue * body * (1 + 0.09 * tissue(x, y));
      const lungIndex = x < anatomy.spine.lean * y ? 0 : 1;
      const lung = anatomy.lungs[lungIndex];
      const deep = domes[lungIndex][column];
      const depth = lungDepth(Math.abs(x), y, borders[lungIndex], deep);
      if (depth > 0) {
        const heart = Math.max(ventricles(x, y), 0.92 * base(x, y));
        const texture = 1 + textureAmount * parenchyma(x, y) - hazeAmount * (0.5 + 0.5 * haze(x, y));
        const removed = lung.air * depth * texture * (1 - anatomy.heartDensity * heart);
        air[index] = removed;
        value -= removed;
      }
      value -= tracheaDepth(anatomy, x, y);
      value += anatomy.abdomen * smoothStep(deep - 0.02, deep + 0.35, y);
      attenuation[index] = value;
    }
  }
  return { attenuation, air };
}

/** Half the body's width at height `y`: neck, sloping shoulders, chest wall. */
function bodyHalfWidth(anatomy: Anatomy, y: number): number {
  const shoulder = smoothStep(anatomy.shoulderY - 0.16, anatomy.shoulderY + 0.22, y);
  return anatomy.neck + (anatomy.torso + 0.25 * smoothStep(-0.2, -0.6, y) - anatomy.neck) * shoulder;
}

/** Thickness of the body, 1 at the midline and 0 outside, at `t` = distance / half width. */
function bodyThickness(t: number): number {
  const inside = 1 - t * t;
  if (inside <= 0) return 0;
  return Math.sqrt(Math.sqrt(inside)) * (0.8 + 0.2 * inside);
}

/** Inner and outer border of a lung at one height, as distances from the midline; `top` 0 above the apex. */
function lungBorders(anatomy: Anatomy, lung: Lung, y: number): { inner: number; outer: number; top: number } {
  const t = (y - lung.apex) / 0.62;
  if (t <= 0) return { inner: 0, outer: 0, top: 0 };
  const narrowing = t >= 1 ? 1 : Math.pow(1 - Math.pow(1 - t, lung.rounding), 1 / lung.rounding);
  let inner = lung.inner + 0.015 * Math.sin(5 * y + anatomy.mediastinumWave + lung.side);
  if (lung.side > 0) {
    const knob = (y - anatomy.aorticKnob.y) / 0.1;
    inner += anatomy.aorticKnob.radius * Math.exp(-knob * knob);
  }
  inner += 0.09 * smoothStep(-0.3, -0.75, y) * 0.6;
  const middle = inner + 0.42 * (lung.outer - inner);
  const outer = middle + (lung.outer + lung.flare * smoothStep(-0.1, 0.6, y) - middle) * narrowing;
  return { inner: middle - (middle - inner) * narrowing, outer, top: smoothStep(0, 0.25, t) };
}

/** Height of the diaphragm in each column of the plate. */
function domeHeights(plate: Plate, lung: Lung): Float32Array {
  const heights = new Float32Array(plate.width);
  const middle = 0.5 * (lung.inner + lung.outer) - 0.04;
  const reach = 0.5 * (lung.outer - lung.inner);
  for (let column = 0; column < plate.width; column++) {
    const t = (Math.abs((column - plate.originX) / plate.scale) - middle) / reach;
    const fall = t > 0 ? lung.outerAngle : lung.innerAngle;
    heights[column] = lung.dome + fall * Math.pow(Math.min(Math.abs(t), 1.3), t > 0 ? 2.6 : 2);
  }
  return heights;
}

/** Share (0–1) of the lung's full depth along the ray at distance `x` from the midline. */
function lungDepth(
  x: number,
  y: number,
  borders: { inner: number; outer: number; top: number },
  dome: number,
): number {
  const h = (x - borders.inner) / (borders.outer - borders.inner);
  if (!(h > 0 && h < 1)) return 0;
  const across = 2 * h - 1;
  const profile = Math.sqrt(1 - across * across * across * across);
  // below the dome the posterior recess still holds a little air
  const below = y > dome ? 0.22 * smoothStep(dome + 0.16, dome, y) : 0.22;
  const above = 0.78 * smoothStep(dome + 0.006, dome - 0.012, y);
  return profile * (0.55 + 0.45 * borders.top) * smoothStep(0, 0.05, borders.top) * (below + above);
}

/** Attenuation that trachea and main bronchi take away. */
function tracheaDepth(anatomy: Anatomy, x: number, y: number): number {
  if (y > -0.05) return 0;
  const carina = -0.24;
  const spread = y > carina ? (y - carina) * 0.9 : 0;
  const off = Math.abs(Math.abs(x - anatomy.tracheaX) - spread);
  if (off > 0.05) return 0;
  return 0.28 * smoothStep(0.048, 0.02, off) * smoothStep(-0.05, -0.2, y) * smoothStep(-1.2, -0.9, y);
}

/** 0 outside an ellipse, rising steeply at its border to 1 in the middle, as a solid body's shadow does. */
export function ellipseField(ellipse: Ellipse): (x: number, y: number) => number {
  const cos = Math.cos(ellipse.angle);
  const sin = Math.sin(ellipse.angle);
  return (x, y) => {
    const dx = x - ellipse.x;
    const dy = y - ellipse.y;
    const u = (cos * dx + sin * dy) / ellipse.radiusX;
    const v = (cos * dy - sin * dx) / ellipse.radiusY;
    const inside = 1 - u * u - v * v;
    return inside <= 0 ? 0 : Math.sqrt(Math.sqrt(inside));
  };
}
