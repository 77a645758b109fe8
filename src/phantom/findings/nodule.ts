import type { Draw } from '../draw';
import { airAt, hidesInHilum } from '../opacities';
import { pixelBounds, smoothStep } from '../plate';
import { makeShadow } from '../shadow';
import type { PhantomFinding, Scene } from './finding';

/** One or two round, sharply bordered nodules in aerated lung, denser than any opacity. */
export const nodule: PhantomFinding = {
  name: 'nodule',
  alsoCalled: [],
  draw(scene, draw) {
    const { air, plate, anatomy, onFilm } = scene;
    const wanted = draw.chance(0.75) ? 1 : 2;
    const nodules: ReturnType<typeof round>[] = [];
    for (let attempt = 0; nodules.length < wanted && attempt < 80; attempt++) {
      const lung = anatomy.lungs[draw.integer(0, 1)];
      const x = lung.side * draw.uniform(lung.inner + 0.08, lung.outer - 0.08);
      const y = draw.uniform(lung.apex + 0.14, lung.dome - 0.08);
      const radius = draw.uniform(0.075, 0.1);
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
  const share = draw.uniform(0.92, 1);
  const stretch = draw.uniform(0.92, 1.08);
  const edge = draw.uniform(0.08, 0.18);
  const reach = 1.4 * radius;
  const bounds = pixelBounds(plate, x - reach, y - reach, x + reach, y + reach);
  return makeShadow(air, plate, bounds, (removed, px, py) => {
    const distance = Math.hypot((px - x) * stretch, (py - y) / stretch) / radius;
    // the shadow of a ball of more than water's density, cut steeply at its border
    const depth = Math.sqrt(Math.max(0.5, 1 - 0.5 * distance * distance));
    return removed * share * depth * smoothStep(1 + edge, 1 - edge, distance);
  });
}
