import type { Anatomy, Lung } from './anatomy';
import type { Draw } from './draw';
import { pixelBounds, smoothStep } from './plate';
import type { Plate } from './plate';
import { makeShadow, type Shadow } from './shadow';
import { valueNoise } from './value-noise';

/** Is this place of the body (body coordinates) on the film, well inside its border? */
export type OnFilm = (x: number, y: number) => boolean;

/** How small and how faint an opacity may be. */
interface OpacityLimits {
  /** Radius, body units. */
  smallest: number;
  /** Share of the air that is replaced; a small opacity must be denser to be seen. */
  faintest: (radius: number) => number;
}

const usualLimits: OpacityLimits = {
  smallest: 0.12,
  faintest: radius => 0.44 + 0.14 * smoothStep(0.22, 0.12, radius),
};

/**
 * Draws 1–4 opacities: soft, textured consolidations of several ellipses, in aerated lung. They replace air, so none
 * shows outside the lungs.
 *
 * @param air attenuation removed by air, from the thorax
 */
export function drawOpacities(
  air: Float32Array,
  plate: Plate,
  anatomy: Anatomy,
  onFilm: OnFilm,
  draw: Draw,
  limits = usualLimits,
): Shadow[] {
  const wanted = [1, 1, 1, 1, 1, 2, 2, 2, 3, 4][draw.integer(0, 9)];
  const opacities: Shadow[] = [];
  for (let attempt = 0; opacities.length < wanted && attempt < 60; attempt++) {
    const lung = anatomy.lungs[draw.integer(0, 1)];
    const x = lung.side * draw.uniform(lung.inner + 0.06, lung.outer - 0.06);
    const y = draw.uniform(lung.apex + 0.16, lung.dome - 0.05);
    const radius = draw.logUniform(limits.smallest, 0.29);
    if (!onFilm(x, y) || hidesInHilum(lung, x, y, radius) || airAt(air, plate, x, y) < 0.65 * lung.air)
      continue;
    opacities.push(renderOpacity(air, plate, x, y, radius, limits, draw));
  }
  if (opacities.length > 0) return opacities;
  // an unlucky film: the middle of a lung always has air
  const lung = anatomy.lungs[0];
  return [
    renderOpacity(air, plate, lung.side * (0.6 * lung.outer + 0.4 * lung.inner), -0.2, 0.2, limits, draw),
  ];
}

/** A small opacity over the hilum can't be told from the vessels there. */
export function hidesInHilum(lung: Lung, x: number, y: number, radius: number): boolean {
  return radius < 0.22 && Math.abs(x) < lung.inner + 0.16 && Math.abs(y + 0.08) < 0.2;
}

/** Attenuation that air removes at a place of the body. */
export function airAt(air: Float32Array, plate: Plate, x: number, y: number): number {
  const column = Math.round(x * plate.scale + plate.originX);
  const row = Math.round(y * plate.scale + plate.originY);
  return air[row * plate.width + column] ?? 0;
}

interface Lobe {
  dx: number;
  dy: number;
  inverseX: number;
  inverseY: number;
  cos: number;
  sin: number;
}

function drawLobes(radius: number, draw: Draw): Lobe[] {
  const count = draw.integer(2, 6);
  return Array.from({ length: count }, (_, i) => {
    const angle = draw.uniform(0, Math.PI);
    const away = i === 0 ? 0 : radius * draw.uniform(0.15, 0.6);
    const direction = draw.uniform(0, 2 * Math.PI);
    const size = radius * (i === 0 ? draw.uniform(0.65, 0.9) : draw.uniform(0.35, 0.65));
    const stretch = draw.uniform(0.7, 1.3);
    return {
      dx: away * Math.cos(direction),
      dy: away * Math.sin(direction),
      inverseX: 1 / (size * stretch),
      inverseY: 1 / (size / stretch),
      cos: Math.cos(angle),
      sin: Math.sin(angle),
    };
  });
}

function renderOpacity(
  air: Float32Array,
  plate: Plate,
  x: number,
  y: number,
  radius: number,
  { faintest }: OpacityLimits,
  draw: Draw,
): Shadow {
  const lobes = drawLobes(radius, draw);
  const share = draw.uniform(faintest(radius), 0.88);
  const texture = valueNoise(draw, draw.uniform(7, 12), 2, 0.5);
  const roughness = draw.uniform(0.15, 0.3);
  const outline = valueNoise(draw, 6, 2, 0.5);
  const reach = 1.75 * radius;
  const bounds = pixelBounds(plate, x - reach, y - reach, x + reach, y + reach);
  return makeShadow(air, plate, bounds, (removed, px, py) => {
    const wobble = 0.25 * outline(px, py);
    let clear = 1;
    for (const lobe of lobes) {
      const dx = px - x - lobe.dx;
      const dy = py - y - lobe.dy;
      const u = (lobe.cos * dx + lobe.sin * dy) * lobe.inverseX;
      const v = (lobe.cos * dy - lobe.sin * dx) * lobe.inverseY;
      const distance2 = u * u + v * v;
      if (distance2 < 1.7) clear *= 1 - smoothStep(1.05, 0.3, Math.sqrt(distance2) + wobble);
    }
    if (clear === 1) return 0;
    return removed * share * (1 - clear) * (1 - roughness + roughness * texture(px, py));
  });
}
