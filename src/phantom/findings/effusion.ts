import type { Lung } from '../anatomy';
import type { Draw } from '../draw';
import { pixelBounds, smoothStep } from '../plate';
import { makeShadow } from '../shadow';
import type { PhantomFinding, Scene } from './finding';

/** Free fluid on the ground of one pleural space or of both: it blunts the angle and rises along the chest wall as a meniscus. */
export const effusion: PhantomFinding = {
  name: 'effusion',
  alsoCalled: ['pleural effusion'],
  draw(scene, draw) {
    const both = draw.chance(0.3);
    const first = draw.chance(0.5) ? 0 : 1;
    return (both ? [first, 1 - first] : [first]).map(index => fluid(scene, scene.anatomy.lungs[index], draw));
  },
};

function fluid({ air, plate }: Scene, lung: Lung, draw: Draw): ReturnType<typeof makeShadow> {
  /** Heights above the dome, at the chest wall and towards the middle; body units. */
  const height = draw.logUniform(0.14, 0.5);
  const middle = height * draw.uniform(0.25, 0.6);
  const share = draw.uniform(0.72, 0.95);
  const softness = draw.uniform(0.03, 0.07);
  const bend = draw.uniform(1.6, 3);
  const bottom = lung.dome + lung.outerAngle + 0.2;
  const [left, right] = [lung.side * lung.inner, lung.side * (lung.outer + 0.15)];
  const bounds = pixelBounds(
    plate,
    Math.min(left, right),
    lung.dome - height - 0.1,
    Math.max(left, right),
    bottom,
  );
  return makeShadow(air, plate, bounds, (removed, x, y) => {
    const across = (Math.abs(x) - lung.inner) / (lung.outer - lung.inner);
    const level = lung.dome - middle - (height - middle) * Math.pow(Math.min(1, Math.max(0, across)), bend);
    return removed * share * smoothStep(level - softness, level + softness, y);
  });
}
