import type { Draw } from '../draw';
import { airAt, hidesInHilum } from '../opacities';
import { pixelBounds, smoothStep } from '../plate';
import { makeShadow } from '../shadow';
import type { PhantomFinding, Scene } from './finding';

/** One or two round, well-defined nodules in aerated lung, 2.7–4 cm across where the thorax is 30 cm wide. */
export const nodule: PhantomFinding = {
  name: 'nodule',
  draw(scene, draw) {
    const { air, plate, anatomy, onFilm } = scene;
    const wanted = draw.chance(0.75) ? 1 : 2;
    const nodules: ReturnType<typeof round>[] = [];
    for (let attempt = 0; nodules.length < wanted && attempt < 80; attempt++) {
      const lung = anatomy.lungs[draw.integer(0, 1)];
      const x = lung.side * draw.uniform(lung.inner + 0.08, lung.outer - 0.08);
      const y = draw.uniform(lung.apex + 0.14, lung.dome - 0.08);
      const radius = draw.uniform(0.065, 0.095);
      // in air that nothing drawn before has taken, else it could not be seen
      if (!onFilm(x, y) || hidesInHilum(lung, x, y, radius) || airAt(air, plate, x, y) < 0.55 * lung.air)
        continue;
      nodules.push(round(scene, x, y, radius, draw));
    }
    return nodules;
  },
};

function round(
  { air, plate }: Scene,
  x: number,
  y: number,
  radius: number,
  draw: Draw,
): ReturnType<typeof makeShadow> {
  const share = draw.uniform(0.75, 0.97);
  const stretch = draw.uniform(0.88, 1.14);
  const edge = draw.uniform(0.1, 0.25);
  const reach = 1.4 * radius;
  const bounds = pixelBounds(plate, x - reach, y - reach, x + reach, y + reach);
  return makeShadow(air, plate, bounds, (removed, px, py) => {
    const distance = Math.hypot((px - x) * stretch, (py - y) / stretch) / radius;
    // the shadow of a ball, cut steeply at its border
    const depth = Math.sqrt(Math.max(0.3, 1 - 0.7 * distance * distance));
    return removed * share * depth * smoothStep(1 + edge, 1 - edge, distance);
  });
}
