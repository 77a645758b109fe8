import type { Anatomy, Ellipse, Lung } from './anatomy';
import type { Draw } from './draw';
import { pixelBounds, smoothStep } from './plate';
import type { Plate } from './plate';
import { ellipseField } from './thorax';

/**
 * Adds the shadows that are no disease and are drawn for both classes alike: breasts, nipples, skin folds, calcified
 * nodules outside the lungs, stomach and bowel gas.
 */
export function addConfusers(attenuation: Float32Array, plate: Plate, anatomy: Anatomy, draw: Draw): void {
  const breasts = draw.chance(0.5);
  const breastDensity = draw.uniform(0.1, 0.42);
  const nipples = draw.chance(0.35);
  for (const lung of anatomy.lungs) {
    const x = lung.side * draw.normal(0.43, 0.05);
    const y = draw.normal(0.16, 0.07);
    const asymmetry = draw.uniform(0.75, 1.2);
    if (breasts) addBreast(attenuation, plate, x, y, breastDensity * asymmetry, draw);
    if (nipples && draw.chance(0.8)) addNipple(attenuation, plate, x, y + 0.14, draw);
  }
  const folds = draw.chance(0.25) ? draw.integer(1, 2) : 0;
  for (let i = 0; i < folds; i++) addSkinFold(attenuation, plate, draw);
  addCalcifications(attenuation, plate, draw);
  addGas(attenuation, plate, anatomy, draw);
}

function addEllipse(
  attenuation: Float32Array,
  plate: Plate,
  ellipse: Ellipse,
  shade: (inside: number, x: number, y: number) => number,
): void {
  const field = ellipseField(ellipse);
  const reach = Math.max(ellipse.radiusX, ellipse.radiusY);
  const { x, y } = ellipse;
  const bounds = pixelBounds(plate, x - reach, y - reach, x + reach, y + reach);
  for (let row = bounds.top; row < bounds.bottom; row++) {
    const py = (row - plate.originY) / plate.scale;
    for (let column = bounds.left; column < bounds.right; column++) {
      const px = (column - plate.originX) / plate.scale;
      const inside = field(px, py);
      if (inside > 0) attenuation[row * plate.width + column] += shade(inside, px, py);
    }
  }
}

/** A breast: a wide shadow, faint above and with a soft lower border. */
function addBreast(a: Float32Array, plate: Plate, x: number, y: number, density: number, draw: Draw): void {
  const radiusY = draw.uniform(0.3, 0.42);
  const ellipse = { x, y, radiusX: draw.uniform(0.32, 0.42), radiusY, angle: draw.normal(0, 0.15) };
  addEllipse(a, plate, ellipse, (inside, _px, py) => {
    const low = smoothStep(y - radiusY, y + 0.5 * radiusY, py);
    return density * low * inside * inside;
  });
}

/** A nipple: small, round and sharp, well below the size of an opacity. */
function addNipple(a: Float32Array, plate: Plate, x: number, y: number, draw: Draw): void {
  const radius = draw.uniform(0.017, 0.027);
  const density = draw.uniform(0.1, 0.24);
  const at = { x: x + draw.normal(0, 0.03), y: y + draw.normal(0, 0.04) };
  addEllipse(
    a,
    plate,
    { ...at, radiusX: radius, radiusY: radius * 0.9, angle: 0 },
    inside => density * inside,
  );
}

/** A skin fold: a long edge, denser on one side and fading away from it. */
function addSkinFold(a: Float32Array, plate: Plate, draw: Draw): void {
  const side = draw.sign();
  const angle = draw.uniform(-0.35, 0.35);
  const x0 = side * draw.uniform(0.35, 0.7);
  const bow = draw.normal(0, 0.12);
  const density = draw.uniform(0.05, 0.14);
  const fade = draw.uniform(0.04, 0.12);
  const top = draw.uniform(-0.6, 0);
  const bottom = top + draw.uniform(0.6, 1.1);
  const bounds = pixelBounds(plate, -1.2, top, 1.2, bottom);
  for (let row = bounds.top; row < bounds.bottom; row++) {
    const y = (row - plate.originY) / plate.scale;
    const edge = x0 + Math.tan(angle) * y + bow * y * y;
    const ends = smoothStep(top, top + 0.1, y) * smoothStep(bottom, bottom - 0.1, y);
    for (let column = bounds.left; column < bounds.right; column++) {
      const off = ((column - plate.originX) / plate.scale - edge) * side;
      if (off < 0 || off > 4 * fade) continue;
      a[row * plate.width + column] += density * ends * Math.exp(-off / fade) * smoothStep(0, 0.006, off);
    }
  }
}

/** Small dense spots in mediastinum, neck, axilla and abdomen, never in the lungs. */
function addCalcifications(a: Float32Array, plate: Plate, draw: Draw): void {
  const count = draw.chance(0.4) ? draw.integer(1, 4) : 0;
  for (let i = 0; i < count; i++) {
    const place = draw.integer(0, 2);
    const x = place === 1 ? draw.sign() * draw.uniform(0.84, 1) : draw.uniform(-0.1, 0.1);
    const y =
      place === 0 ? draw.uniform(-0.3, 0.1) : place === 1 ? draw.uniform(-0.4, 0.3) : draw.uniform(0.6, 0.95);
    const radius = draw.uniform(0.008, 0.02);
    const density = draw.uniform(0.2, 0.6);
    const ellipse = {
      x,
      y,
      radiusX: radius,
      radiusY: radius * draw.uniform(0.7, 1.2),
      angle: draw.uniform(0, 3),
    };
    addEllipse(a, plate, ellipse, inside => density * inside);
  }
}

/** Gas below the diaphragm: the stomach's bubble on the image's right, bowel loops on both sides. */
function addGas(a: Float32Array, plate: Plate, anatomy: Anatomy, draw: Draw): void {
  const left: Lung = anatomy.lungs[1];
  if (anatomy.stomachGas > 0) {
    const radius = draw.uniform(0.09, 0.16);
    const y = left.dome + radius * 0.8 + 0.06;
    const ellipse = {
      x: draw.normal(0.38, 0.05),
      y,
      radiusX: radius * 1.25,
      radiusY: radius * 0.8,
      angle: -0.2,
    };
    addEllipse(a, plate, ellipse, inside => -anatomy.stomachGas * inside);
  }
  const loops = draw.chance(0.35) ? draw.integer(1, 5) : 0;
  for (let i = 0; i < loops; i++) {
    const radius = draw.uniform(0.04, 0.09);
    const ellipse = {
      x: draw.uniform(-0.6, 0.6),
      y: draw.uniform(0.74, 1.05),
      radiusX: radius * draw.uniform(1, 1.8),
      radiusY: radius,
      angle: draw.uniform(-0.8, 0.8),
    };
    const depth = draw.uniform(0.15, 0.5);
    addEllipse(a, plate, ellipse, inside => -depth * inside);
  }
}
