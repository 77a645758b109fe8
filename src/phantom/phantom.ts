import { drawAnatomy } from './anatomy';
import { addBones } from './bones';
import { addConfusers } from './confusers';
import { addDevices } from './devices';
import { drawFrom } from './draw';
import { drawPositioning, expose, project } from './film';
import type { Rectangle } from './film';
import type { Anatomy } from './anatomy';
import { phantomFindings } from './findings';
import { withNormalHeart } from './findings/enlarged-heart';
import type { PhantomFinding } from './findings/finding';
import { drawOpacities } from './opacities';
import { makePlate, type Plate } from './plate';
import type { Shadow } from './shadow';
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
   * 1 where an opacity adds more attenuation than 30 % of its own peak (SHADOW_THRESHOLD of film.ts), else 0; row-major.
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
  const opaque = hasOpacity(seed, options.opacity ?? 'random');
  const { findings, ...film } = drawPhantom(seed, options, opaque ? [opacities] : []);
  return {
    ...film,
    label: opaque ? 1 : 0,
    ...(findings[0] ?? { boxes: [], mask: new Uint8Array(film.pixels.length) }),
  };
}

/** The finding of the phantoms that have one: opacities of any size. */
const opacities: Pick<PhantomFinding, 'name' | 'draw'> = {
  name: 'opacities',
  draw: ({ air, plate, anatomy, onFilm }, draw) => drawOpacities(air, plate, anatomy, onFilm, draw),
};

/** A film of the findings asked for, as `makePhantom` tells of it. */
function drawPhantom(
  seed: number | string,
  options: Pick<PhantomOptions, 'size' | 'rows' | 'columns'>,
  findings: readonly Pick<PhantomFinding, 'name' | 'draw'>[],
  adapt = (anatomy: Anatomy): Anatomy => anatomy,
): Pick<Phantom, 'pixels' | 'rows' | 'columns' | 'exposed'> & { findings: FindingTruth[] } {
  const rows = options.rows ?? options.size ?? 224;
  const columns = options.columns ?? options.size ?? 224;
  if (!(rows >= 16 && columns >= 16))
    throw new RangeError(`A phantom needs at least 16 × 16 pixels, not ${rows} × ${columns}.`);
  const plate = makePlate(Math.sqrt(rows * columns) / 2);
  const positioning = drawPositioning(rows, columns, plate, drawFrom(seed, 'positioning'));
  const anatomy = adapt(drawAnatomy(drawFrom(seed, 'anatomy')));
  const { attenuation, air } = renderThorax(plate, anatomy, drawFrom(seed, 'thorax'));
  addVessels(attenuation, air, plate, anatomy, drawFrom(seed, 'vessels'));
  addBones(attenuation, plate, anatomy, drawFrom(seed, 'bones'));
  addConfusers(attenuation, plate, anatomy, drawFrom(seed, 'confusers'));
  addDevices(attenuation, plate, drawFrom(seed, 'devices'));
  const scene = { air, plate, anatomy, onFilm: positioning.holds };
  const shadows = findings.map(finding => {
    const own = finding.draw(scene, drawFrom(seed, finding.name));
    for (const shadow of own) takeAir(air, plate, shadow);
    return own;
  });
  const projection = project(attenuation, plate, shadows.flat(), positioning);
  const { pixels, exposed } = expose(
    projection.attenuation,
    rows,
    columns,
    drawFrom(seed, 'film'),
    drawFrom(seed, 'noise'),
  );
  const masks = projection.masks.map(mask => clipMask(mask, columns, exposed));
  let first = 0;
  const truths = shadows.map(({ length }): FindingTruth => {
    const own = masks.slice(first, (first += length));
    const boxes = own.map(mask => boundingBox(mask, columns)).filter(box => box !== undefined);
    return { boxes, mask: union(own, rows * columns) };
  });
  return { pixels, rows, columns, exposed, findings: truths };
}

/** What a finding adds, no other can add again. */
function takeAir(air: Float32Array, plate: Plate, { left, top, width, field }: Shadow): void {
  field.forEach((added, i) => {
    const column = i % width;
    air[((i - column) / width + top) * plate.width + column + left] -= added;
  });
}

/** Where a finding is. */
type FindingTruth = Pick<Phantom, 'boxes' | 'mask'>;

/** A synthetic chest radiograph that may have several findings at once, with the truth of each. */
interface FindingsPhantom extends Pick<Phantom, 'pixels' | 'rows' | 'columns' | 'exposed'> {
  /** By name (`findingNames`); absent: the film does not show it. */
  findings: Partial<Record<string, FindingTruth>>;
}

/** Share of the phantoms that have each finding. */
const findingShare = 0.4;

/**
 * Draws a chest phantom of several findings. Each has a stream of its own, so one seed with and without a finding is the same
 * patient; each is there or not independently of the others, and its mask is where it adds more than 30 % of its own peak.
 *
 * @param options.findings names of those it shall have; default: by the seed's lot
 */
export function makeFindingsPhantom(
  seed: number | string,
  options: Pick<PhantomOptions, 'size' | 'rows' | 'columns'> & { findings?: readonly string[] } = {},
): FindingsPhantom {
  const wanted = phantomFindings.filter(({ name }) =>
    options.findings ? options.findings.includes(name) : drawFrom(seed, `has ${name}`).chance(findingShare),
  );
  const { findings, ...film } = drawPhantom(seed, options, wanted, withNormalHeart);
  const shown = wanted.flatMap(({ name }, k) =>
    findings[k].boxes.length > 0 ? [[name, findings[k]] as const] : [],
  );
  return { ...film, findings: Object.fromEntries(shown) };
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
