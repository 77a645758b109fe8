import type { Anatomy, Lung } from './anatomy';
import type { Draw } from './draw';
import { pixelBounds, smoothStep } from './plate';
import type { Plate } from './plate';

/** Adds spine, ribs, clavicles, scapulae and humeral heads to an attenuation plate. */
export function addBones(attenuation: Float32Array, plate: Plate, anatomy: Anatomy, draw: Draw): void {
  addSpine(attenuation, plate, anatomy);
  for (const lung of anatomy.lungs) {
    addRibs(attenuation, plate, anatomy, lung, draw);
    addClavicle(attenuation, plate, anatomy, lung.side);
    addScapula(attenuation, plate, anatomy, lung, draw);
    addHumerus(attenuation, plate, lung.side, draw);
  }
}

/** A curve y(x) over a span of x with a half width and a density; drawn column by column, so it never overlaps itself. */
interface Band {
  from: number;
  to: number;
  heightAt: (x: number) => number;
  halfWidth: number;
  density: (x: number) => number;
}

function addBand(attenuation: Float32Array, plate: Plate, band: Band): void {
  const { width, height, scale, originX, originY } = plate;
  const left = Math.max(0, Math.ceil(Math.min(band.from, band.to) * scale + originX));
  const right = Math.min(width - 1, Math.floor(Math.max(band.from, band.to) * scale + originX));
  for (let column = left; column <= right; column++) {
    const x = (column - originX) / scale;
    const density = band.density(x);
    if (density <= 0) continue;
    const middle = band.heightAt(x);
    const slope = (band.heightAt(x + 0.01) - middle) / 0.01;
    // thickness across the column of a band that runs at this slope
    const half = band.halfWidth * Math.sqrt(1 + Math.min(slope * slope, 9));
    const top = Math.max(0, Math.ceil((middle - half) * scale + originY));
    const bottom = Math.min(height - 1, Math.floor((middle + half) * scale + originY));
    for (let row = top; row <= bottom; row++) {
      const t = ((row - originY) / scale - middle) / half;
      attenuation[row * width + column] += density * corticalProfile(t);
    }
  }
}

/** Shadow across a bone, t in [−1, 1]: a marrow plateau between two brighter cortical lines. */
function corticalProfile(t: number): number {
  const inside = 1 - t * t;
  if (inside <= 0) return 0;
  const rim = (Math.abs(t) - 0.78) / 0.16;
  return 0.7 * Math.sqrt(inside) + 0.4 * Math.exp(-rim * rim);
}

function addSpine(attenuation: Float32Array, plate: Plate, anatomy: Anatomy): void {
  const { halfWidth, density, spacing, phase, lean } = anatomy.spine;
  const { width, height, scale, originX, originY } = plate;
  for (let row = 0; row < height; row++) {
    const y = (row - originY) / scale;
    const along = y / spacing + phase;
    const inVertebra = along - Math.floor(along);
    const disc = smoothStep(0.1, 0.02, Math.min(inVertebra, 1 - inVertebra));
    const half = (halfWidth + 0.018 * (y + 0.5)) * (1 - 0.12 * Math.sin(Math.PI * inVertebra));
    const middle = lean * y;
    const process = (inVertebra - 0.5) / 0.22;
    const left = Math.max(0, Math.floor((middle - half) * scale + originX));
    const right = Math.min(width - 1, Math.ceil((middle + half) * scale + originX));
    for (let column = left; column <= right; column++) {
      const t = ((column - originX) / scale - middle) / half;
      const spinous = t * t * 12 + process * process;
      const body = corticalProfile(t) * (1 - 0.3 * disc) + (spinous < 1 ? 0.35 * Math.sqrt(1 - spinous) : 0);
      attenuation[row * width + column] += density * body;
    }
  }
}

function addRibs(attenuation: Float32Array, plate: Plate, anatomy: Anatomy, lung: Lung, draw: Draw): void {
  const { ribs } = anatomy;
  const shift = draw.normal(0, 0.012);
  for (let i = 0; i < 10; i++) {
    const start = ribs.first + shift + i * ribs.spacing;
    const reach = lung.outer * (i === 0 ? 0.55 : i === 1 ? 0.8 : 1) + 0.03;
    const slope = ribs.slope + 0.035 * i;
    const bend = ribs.bend * (i < 2 ? 1.5 : 1);
    const posterior = (x: number): number => {
      const t = Math.abs(x) / reach;
      return start + slope * Math.abs(x) + bend * t * t * t;
    };
    const density = ribs.density * draw.normal(1, 0.08);
    addBand(attenuation, plate, {
      from: 0.07 * lung.side,
      to: reach * lung.side,
      heightAt: posterior,
      halfWidth: ribs.halfWidth * draw.normal(1, 0.05),
      density: () => density,
    });
    if (i < 7) addAnteriorRib(attenuation, plate, anatomy, lung, posterior(reach), reach, density, draw);
  }
}

/** The front part of a rib: from the chest wall downwards to the midline, fading where the cartilage begins. */
function addAnteriorRib(
  attenuation: Float32Array,
  plate: Plate,
  anatomy: Anatomy,
  lung: Lung,
  start: number,
  reach: number,
  density: number,
  draw: Draw,
): void {
  const end = reach * draw.uniform(0.32, 0.5);
  const slope = anatomy.ribs.anteriorSlope;
  addBand(attenuation, plate, {
    from: end * lung.side,
    to: reach * lung.side,
    heightAt: x => {
      const t = (reach - Math.abs(x)) / (reach - end);
      return start + slope * (reach - end) * (t - 0.25 * t * t * t) * 0.8;
    },
    halfWidth: anatomy.ribs.halfWidth * 1.2,
    density: x => density * anatomy.ribs.anterior * smoothStep(end, end + 0.1, Math.abs(x)),
  });
}

function addClavicle(attenuation: Float32Array, plate: Plate, anatomy: Anatomy, side: -1 | 1): void {
  const { y, rise, halfWidth, density, asymmetry } = anatomy.clavicle;
  addBand(attenuation, plate, {
    from: 0.07 * side,
    to: 0.86 * side,
    heightAt: x => {
      const t = (Math.abs(x) - 0.07) / 0.79;
      return y + side * asymmetry - rise * t + 0.05 * Math.sin(2 * Math.PI * t);
    },
    halfWidth,
    density: x => density * (Math.abs(x) < 0.12 ? 0.8 : 1),
  });
}

/** The blade beside or over the outer lung: a faint sheet with a brighter inner edge. */
function addScapula(attenuation: Float32Array, plate: Plate, anatomy: Anatomy, lung: Lung, draw: Draw): void {
  const { offset, density } = anatomy.scapula;
  const top = -0.55 + draw.normal(0, 0.03);
  const bottom = 0.12 + draw.normal(0, 0.06);
  const inner = lung.outer - 0.02 + offset + draw.normal(0, 0.02);
  const bounds = pixelBounds(plate, -1.2, top, 1.2, bottom);
  for (let row = bounds.top; row < bounds.bottom; row++) {
    const y = (row - plate.originY) / plate.scale;
    const t = (y - top) / (bottom - top);
    const edge = inner + 0.1 * (t - 0.4) * (t - 0.4) * 2 - 0.04 * Math.sin(Math.PI * t);
    const far = edge + 0.28 * (1 - t) + 0.02;
    const ends = smoothStep(0, 0.06, t) * smoothStep(1, 0.94, t);
    for (let column = bounds.left; column < bounds.right; column++) {
      const x = ((column - plate.originX) / plate.scale) * lung.side;
      if (x < edge || x > far) continue;
      const rim = (x - edge - 0.012) / 0.012;
      const sheet = 0.5 * smoothStep(far, far - 0.05, x) * smoothStep(edge, edge + 0.01, x);
      const index = row * plate.width + column;
      if (attenuation[index] > 0) attenuation[index] += density * ends * (sheet + 0.7 * Math.exp(-rim * rim));
    }
  }
}

function addHumerus(attenuation: Float32Array, plate: Plate, side: -1 | 1, draw: Draw): void {
  const x = side * (0.98 + draw.normal(0, 0.04));
  const y = -0.58 + draw.normal(0, 0.04);
  const radius = draw.uniform(0.1, 0.13);
  const bounds = pixelBounds(plate, x - radius, y - radius, x + radius, y + radius);
  for (let row = bounds.top; row < bounds.bottom; row++) {
    for (let column = bounds.left; column < bounds.right; column++) {
      const dx = (column - plate.originX) / plate.scale - x;
      const dy = (row - plate.originY) / plate.scale - y;
      const index = row * plate.width + column;
      // the joint may stand beyond the sloping shoulder
      if (attenuation[index] > 0) attenuation[index] += 0.3 * corticalProfile(Math.hypot(dx, dy) / radius);
    }
  }
}
