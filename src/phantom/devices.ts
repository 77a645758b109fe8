import type { Draw } from './draw';
import { pixelBounds, pixelsAround } from './plate';
import type { Plate } from './plate';

/** Adds, now and then and for both classes alike: ECG leads, a tube or catheter, a pacemaker, a lead side marker. */
export function addDevices(attenuation: Float32Array, plate: Plate, draw: Draw): void {
  if (draw.chance(0.2)) addLeads(attenuation, plate, draw);
  if (draw.chance(0.15)) addCatheter(attenuation, plate, draw);
  if (draw.chance(0.08)) addPacemaker(attenuation, plate, draw);
  if (draw.chance(0.5)) addSideMarker(attenuation, plate, draw);
}

type Point = [number, number];

/** Draws a line of constant density along points, one pixel wide at least. */
function addWire(a: Float32Array, plate: Plate, points: Point[], radius: number, density: number): void {
  const drawn = Math.max(radius, 0.7 / plate.scale);
  const amount = density * Math.min(1, radius / drawn);
  const touched = new Set<number>();
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1];
    const [x1, y1] = points[i];
    const bounds = pixelsAround(plate, [x0, y0], [x1, y1], drawn);
    const dx = x1 - x0;
    const dy = y1 - y0;
    const length2 = dx * dx + dy * dy || 1e-9;
    for (let row = bounds.top; row < bounds.bottom; row++) {
      for (let column = bounds.left; column < bounds.right; column++) {
        const px = (column - plate.originX) / plate.scale - x0;
        const py = (row - plate.originY) / plate.scale - y0;
        const t = Math.max(0, Math.min(1, (px * dx + py * dy) / length2));
        const index = row * plate.width + column;
        if (Math.hypot(px - t * dx, py - t * dy) > drawn || touched.has(index)) continue;
        touched.add(index);
        a[index] += amount;
      }
    }
  }
}

/** Points of a quadratic curve. */
function curve(from: Point, control: Point, to: Point, count = 14): Point[] {
  return Array.from({ length: count + 1 }, (_, i): Point => {
    const t = i / count;
    const u = 1 - t;
    return [
      u * u * from[0] + 2 * u * t * control[0] + t * t * to[0],
      u * u * from[1] + 2 * u * t * control[1] + t * t * to[1],
    ];
  });
}

function addLeads(a: Float32Array, plate: Plate, draw: Draw): void {
  const count = draw.integer(2, 4);
  for (let i = 0; i < count; i++) {
    const at: Point = [draw.sign() * draw.uniform(0.25, 0.75), draw.uniform(-0.55, 0.55)];
    const radius = draw.uniform(0.018, 0.026);
    addWire(a, plate, [at, [at[0] + 1e-4, at[1]]], radius, draw.uniform(0.35, 0.7));
    const control: Point = [at[0] + draw.normal(0, 0.2), at[1] + draw.uniform(0, 0.4)];
    addWire(a, plate, curve(at, control, [draw.uniform(-0.9, 0.9), 1.3]), 0.004, 0.35);
  }
}

function addCatheter(a: Float32Array, plate: Plate, draw: Draw): void {
  const side = draw.sign();
  const midline = draw.chance(0.5);
  const from: Point = midline ? [draw.normal(0, 0.02), -1.3] : [side * draw.uniform(0.4, 0.8), -0.85];
  const to: Point = [draw.normal(-0.04, 0.03), draw.uniform(-0.3, midline ? 0.7 : 0.1)];
  const control: Point = midline ? [draw.normal(0, 0.03), -0.4] : [-0.02, -0.75];
  addWire(a, plate, curve(from, control, to, 24), draw.uniform(0.005, 0.011), draw.uniform(0.18, 0.4));
}

function addPacemaker(a: Float32Array, plate: Plate, draw: Draw): void {
  const side = draw.sign();
  const x = side * draw.uniform(0.5, 0.66);
  const y = draw.uniform(-0.5, -0.38);
  const bounds = pixelBounds(plate, x - 0.13, y - 0.13, x + 0.13, y + 0.13);
  for (let row = bounds.top; row < bounds.bottom; row++) {
    for (let column = bounds.left; column < bounds.right; column++) {
      const u = Math.abs((column - plate.originX) / plate.scale - x) / 0.1;
      const v = Math.abs((row - plate.originY) / plate.scale - y) / 0.085;
      if (u ** 4 + v ** 4 < 1) a[row * plate.width + column] += 1.6;
    }
  }
  addWire(a, plate, curve([x, y], [0, -0.7], [0.15, 0.3], 24), 0.007, 0.7);
}

/** An L or R in lead, in an upper corner. */
function addSideMarker(a: Float32Array, plate: Plate, draw: Draw): void {
  const right = draw.chance(0.5);
  const x = (right ? -1 : 1) * draw.uniform(0.72, 0.88);
  const y = draw.uniform(-0.92, -0.8);
  const h = draw.uniform(0.04, 0.06);
  const stroke: Point[] = right
    ? [
        [x, y + h],
        [x, y - h],
        [x + h, y - h],
        [x + h, y],
        [x, y],
        [x + h, y + h],
      ]
    : [
        [x, y - h],
        [x, y + h],
        [x + h, y + h],
      ];
  addWire(a, plate, stroke, 0.011, 1.8);
}
