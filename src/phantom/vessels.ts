import type { Anatomy, Lung } from './anatomy';
import type { Draw } from './draw';
import { pixelsAround } from './plate';
import type { Plate } from './plate';

/**
 * Adds hila and branching lung vessels, each as deep as it is wide, weighted by the share of air around it.
 *
 * @param air attenuation removed by air, as {@link renderThorax} gives it
 */
export function addVessels(
  attenuation: Float32Array,
  air: Float32Array,
  plate: Plate,
  anatomy: Anatomy,
  draw: Draw,
): void {
  const depth = new Float32Array(plate.width * plate.height);
  const strength = draw.uniform(5, 9.5);
  const crowding = draw.chance(0.2) ? draw.uniform(0.3, 0.9) : 0;
  for (const lung of anatomy.lungs) addTree(depth, plate, lung, crowding, draw);
  for (let i = 0; i < depth.length; i++) {
    if (depth[i] > 0) attenuation[i] += strength * depth[i] * Math.min(1, air[i] + 0.15);
  }
}

function addTree(depth: Float32Array, plate: Plate, lung: Lung, crowding: number, draw: Draw): void {
  const hilumX = lung.side * (lung.inner + draw.uniform(0.05, 0.11));
  const hilumY = draw.normal(lung.side < 0 ? -0.06 : -0.1, 0.03);
  const size = draw.uniform(0.8, 1.25);
  for (let i = 0; i < 3; i++) {
    const angle = draw.uniform(-1.9, 1.9);
    const reach = 0.07 * size;
    const x = hilumX + lung.side * draw.uniform(-0.03, 0.02);
    const y = hilumY + draw.uniform(-0.07, 0.07);
    const endX = x + lung.side * reach * Math.cos(angle);
    addTube(depth, plate, x, y, endX, y + reach * Math.sin(angle), 0.032 * size, 0.016 * size);
  }
  const count = draw.integer(8, 11);
  for (let i = 0; i < count; i++) {
    // from upwards (−80°) over outwards to downwards (75°), a little at random
    const angle = -1.4 + (2.7 * (i + draw.uniform(0.1, 0.9))) / count;
    growVessel(depth, plate, lung, hilumX, hilumY, angle, 0.0155 * size * draw.uniform(0.75, 1.15), 0, draw);
  }
  // crowded vessels at the base, as in a shallow breath
  for (let i = 0; i < crowding * 8; i++) {
    const angle = draw.uniform(0.5, 1.3);
    growVessel(depth, plate, lung, hilumX, hilumY + 0.08, angle, 0.013 * size, 0, draw);
  }
}

function growVessel(
  depth: Float32Array,
  plate: Plate,
  lung: Lung,
  x: number,
  y: number,
  angle: number,
  radius: number,
  level: number,
  draw: Draw,
): void {
  const steps = level === 0 ? 4 : 3;
  const step = level === 0 ? 0.058 : 0.05;
  for (let i = 0; i < steps; i++) {
    const endX = x + lung.side * step * Math.cos(angle);
    const endY = y + step * Math.sin(angle);
    const endRadius = radius * 0.87;
    addTube(depth, plate, x, y, endX, endY, radius, endRadius);
    x = endX;
    y = endY;
    radius = endRadius;
    angle += draw.normal(0, 0.14);
  }
  if (level >= 3 || radius < 0.0025) return;
  const turn = draw.uniform(0.25, 0.6) * draw.sign();
  growVessel(depth, plate, lung, x, y, angle + turn * 0.5, radius * 0.9, level + 1, draw);
  growVessel(depth, plate, lung, x, y, angle - turn, radius * 0.7, level + 1, draw);
}

/** Writes the depth of a tapering tube into `depth`, keeping the larger value where tubes meet. */
function addTube(
  depth: Float32Array,
  plate: Plate,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  r0: number,
  r1: number,
): void {
  // a tube thinner than a pixel is drawn one pixel wide and accordingly fainter
  const pixel = 0.8 / plate.scale;
  const reach = Math.max(r0, pixel);
  const bounds = pixelsAround(plate, [x0, y0], [x1, y1], reach);
  const dx = x1 - x0;
  const dy = y1 - y0;
  const length2 = dx * dx + dy * dy || 1e-9;
  for (let row = bounds.top; row < bounds.bottom; row++) {
    const py = (row - plate.originY) / plate.scale - y0;
    for (let column = bounds.left; column < bounds.right; column++) {
      const px = (column - plate.originX) / plate.scale - x0;
      const t = Math.max(0, Math.min(1, (px * dx + py * dy) / length2));
      const radius = r0 + (r1 - r0) * t;
      const drawn = Math.max(radius, pixel);
      const ex = px - t * dx;
      const ey = py - t * dy;
      const inside = 1 - (ex * ex + ey * ey) / (drawn * drawn);
      if (inside <= 0) continue;
      const value = 2 * radius * (radius / drawn) * Math.sqrt(inside);
      const index = row * plate.width + column;
      if (value > depth[index]) depth[index] = value;
    }
  }
}
