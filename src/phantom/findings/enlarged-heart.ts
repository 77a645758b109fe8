import type { Anatomy, Ellipse } from '../anatomy';
import type { Draw } from '../draw';
import { pixelBounds } from '../plate';
import { makeShadow } from '../shadow';
import { ellipseField } from '../thorax';
import type { PhantomFinding, Scene } from './finding';

/**
 * A heart whose width is more than half of the thorax's (cardiothoracic ratio > 0.5 of a PA film). Hearts of these phantoms
 * without it keep to `largestNormalRatio`.
 */
export const enlargedHeart: PhantomFinding = {
  name: 'enlarged heart',
  alsoCalled: ['cardiomegaly'],
  draw: ({ air, plate, anatomy }, draw) => [crescent(air, plate, anatomy, draw)],
};

/** Cardiothoracic ratio up to which a heart is drawn as normal. */
const largestNormalRatio = 0.46;

/** The ratio of an enlarged one. */
const enlargedRatios = [0.56, 0.68] as const;

/** Width of the heart's shadow over that of the thorax inside the ribs. */
export function cardiothoracicRatio({ heart, lungs }: Pick<Anatomy, 'heart' | 'lungs'>): number {
  return (2 * halfWidth(heart)) / (lungs[0].outer + lungs[1].outer);
}

/** The same thorax with a heart that is not enlarged. */
export function withNormalHeart(anatomy: Anatomy): Anatomy {
  const ratio = cardiothoracicRatio(anatomy);
  if (ratio <= largestNormalRatio) return anatomy;
  const scale = largestNormalRatio / ratio;
  const heart = scaled(anatomy.heart, scale);
  const { heartBase: base } = anatomy;
  return { ...anatomy, heart, heartBase: { ...base, radiusX: base.radiusX * scale } };
}

/** Half the extent of a turned ellipse across the film. */
function halfWidth({ radiusX, radiusY, angle }: Ellipse): number {
  return Math.hypot(radiusX * Math.cos(angle), radiusY * Math.sin(angle));
}

/** Grown or shrunk, resting on the diaphragm as before; a larger heart reaches to the patient's left above all. */
function scaled(heart: Ellipse, scale: number): Ellipse {
  return {
    ...heart,
    radiusX: heart.radiusX * scale,
    radiusY: heart.radiusY * scale,
    x: heart.x + 0.55 * (scale - 1) * halfWidth(heart),
    y: heart.y - 0.6 * (scale - 1) * heart.radiusY,
  };
}

/** What the larger heart's shadow adds: it takes the air beside the normal one. */
function crescent(
  air: Float32Array,
  plate: Scene['plate'],
  anatomy: Anatomy,
  draw: Draw,
): ReturnType<typeof makeShadow> {
  const scale = draw.uniform(...enlargedRatios) / cardiothoracicRatio(anatomy);
  const large = scaled(anatomy.heart, scale);
  const normal = ellipseField(anatomy.heart);
  const base = ellipseField(anatomy.heartBase);
  const grown = ellipseField(large);
  const reach = Math.max(large.radiusX, large.radiusY);
  const bounds = pixelBounds(plate, large.x - reach, large.y - reach, large.x + reach, large.y + reach);
  return makeShadow(air, plate, bounds, (removed, x, y) => {
    const before = Math.max(normal(x, y), 0.92 * base(x, y));
    const after = Math.max(before, grown(x, y));
    // air behind a heart of field h is what 1 − density · h leaves (thorax.ts)
    const left = (1 - anatomy.heartDensity * after) / (1 - anatomy.heartDensity * before);
    return removed * (1 - left);
  });
}
