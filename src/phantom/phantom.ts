import { drawAnatomy } from './anatomy';
import { addBones } from './bones';
import { addConfusers } from './confusers';
import { addDevices } from './devices';
import { drawFrom } from './draw';
import { drawPositioning, expose, project } from './film';
import type { Rectangle } from './film';
import { drawOpacities } from './opacities';
import { makePlate } from './plate';
import { renderThorax } from './thorax';
import { addVessels } from './vessels';

/** What {@link makePhantom} shall draw. */
export interface PhantomOptions {
  /** Side of a square film in pixels; 224 unless `rows` and `columns` are given. */
  size?: number;
  rows?: number;
  columns?: number;
  /** With opacities, without, or by the seed's lot (half of all). Default `'random'`. */
  opacity?: boolean | 'random';
}

/** A synthetic chest radiograph with its truth. */
export interface Phantom {
  /** Row-major, `rows * columns`, 0..1, bright = dense. */
  pixels: Float32Array;
  rows: number;
  columns: number;
  /** 1: opacities in the lungs; 0: none. */
  label: 0 | 1;
  /** The bounding box of each opacity's pixels, in pixels of the film; empty for label 0. */
  boxes: Rectangle[];
  /**
   * 1 where an opacity adds more attenuation than 30 % of its own peak ({@link OPACITY_THRESHOLD}), else 0; row-major.
   */
  mask: Uint8Array;
  /** The part of the film inside the collimator; outside it pixels are constant 0 or 1. */
  exposed: Rectangle;
}

/**
 * Draws a chest phantom: same seed, same patient, at any size. The opacities have a stream of their own, so one seed
 * with `opacity: true` and `false` gives the same film of the same patient with and without disease; exposure, noise,
 * confusing shadows and devices do not depend on the class.
 *
 * Attenuation (natural logarithm of the exposure's loss) of tissue, bones and opacities is summed along each ray,
 * projected, blurred, given quantum noise and brought to 0..1 by an exposure window and a tone curve.
 */
export function makePhantom(seed: number | string, options: PhantomOptions = {}): Phantom {
  const rows = options.rows ?? options.size ?? 224;
  const columns = options.columns ?? options.size ?? 224;
  if (!(rows >= 16 && columns >= 16))
    throw new RangeError(`A phantom needs at least 16 × 16 pixels, not ${rows} × ${columns}.`);
  const plate = makePlate(Math.sqrt(rows * columns) / 2);
  const positioning = drawPositioning(rows, columns, plate, drawFrom(seed, 'positioning'));
  const anatomy = drawAnatomy(drawFrom(seed, 'anatomy'));
  const { attenuation, air } = renderThorax(plate, anatomy, drawFrom(seed, 'thorax'));
  addVessels(attenuation, air, plate, anatomy, drawFrom(seed, 'vessels'));
  addBones(attenuation, plate, anatomy, drawFrom(seed, 'bones'));
  addConfusers(attenuation, plate, anatomy, drawFrom(seed, 'confusers'));
  addDevices(attenuation, plate, drawFrom(seed, 'devices'));
  const opaque = hasOpacity(seed, options.opacity ?? 'random');
  const opacities = opaque
    ? drawOpacities(air, plate, anatomy, positioning.holds, drawFrom(seed, 'opacities'))
    : [];
  const projection = project(attenuation, plate, opacities, positioning);
  const { pixels, exposed } = expose(
    projection.attenuation,
    rows,
    columns,
    drawFrom(seed, 'film'),
    drawFrom(seed, 'noise'),
  );
  const masks = projection.opacityMasks.map(mask => clipMask(mask, columns, exposed));
  const boxes = masks.map(mask => boundingBox(mask, columns)).filter(box => box !== undefined);
  return { pixels, rows, columns, label: opaque ? 1 : 0, boxes, mask: union(masks, rows * columns), exposed };
}

function hasOpacity(seed: number | string, wish: boolean | 'random'): boolean {
  return wish === 'random' ? drawFrom(seed, 'label').chance(0.5) : wish;
}

/** Nothing outside the collimator can be seen, so nothing there is truth. */
function clipMask(mask: Uint8Array, columns: number, exposed: Rectangle): Uint8Array {
  if (exposed.width * exposed.height === mask.length) return mask;
  return mask.map((value, index) => {
    const column = index % columns;
    const row = (index - column) / columns;
    const inside =
      column >= exposed.x &&
      column < exposed.x + exposed.width &&
      row >= exposed.y &&
      row < exposed.y + exposed.height;
    return inside ? value : 0;
  });
}

function boundingBox(mask: Uint8Array, columns: number): Rectangle | undefined {
  let left = Infinity;
  let right = -1;
  let top = -1;
  let bottom = -1;
  for (let index = 0; index < mask.length; index++) {
    if (mask[index] === 0) continue;
    const column = index % columns;
    const row = (index - column) / columns;
    if (top < 0) top = row;
    bottom = row;
    if (column < left) left = column;
    if (column > right) right = column;
  }
  return top < 0 ? undefined : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

function union(masks: Uint8Array[], length: number): Uint8Array {
  const result = new Uint8Array(length);
  for (const mask of masks) {
    for (let i = 0; i < length; i++) if (mask[i] !== 0) result[i] = 1;
  }
  return result;
}
