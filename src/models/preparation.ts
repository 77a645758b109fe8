/**
 * The one input preparation of training, command and viewer, and its inverse.
 *
 * Order: polarity (MONOCHROME1 inverted) → cropped to the exposed field (padding, shutters and borders are off; what of
 * them the rectangle still holds is masked out) → anti-aliased resize (stretched or letterboxed) → histogram equalisation. Plain arrays, no tensors, so that it runs the same in a
 * browser, a worker and Node.
 */
import { collimationText } from './collimation-note';
import type { InputSpec } from './card';
import { exposedField, type ExposedField, type PixelRectangle, type Shutter } from './collimation';
import { equalise, quickly, valueOf, type EqualisationCurve } from './equalisation';
import type { InputGeometry } from './input-geometry';
import { bilinearSample, resizeAntialiased } from './resize';

/** One greyscale image in modality units (after the modality LUT, DICOM PS3.3 C.11.1). */
export interface ModalityImage {
  /** rows × columns, row-major. */
  values: Float32Array;
  rows: number;
  columns: number;
  photometric: 'MONOCHROME1' | 'MONOCHROME2';
  /** rows × columns: 1 inside the image, 0 padding (PS3.3 C.7.5.1.1.2). Absent: everything is image. */
  valid?: Uint8Array;
  /** Shutters that the header declares. Borders are looked for in the pixels as well, header or not. */
  shutters?: readonly Shutter[];
  /** Height of a pixel over its width; absent: square. A letterbox keeps the film's own shape. */
  pixelAspect?: number;
}

/** What the networks see, with all that is needed to bring a result back onto the image. */
export interface PreparedImage {
  /** size × size, in [0, 1], bright = dense; 0 outside the image. */
  input: Float32Array;
  /** size × size: 1 inside the image, 0 padding or letterbox. */
  valid: Uint8Array;
  /** rows × columns of the image itself: 1 image, 0 padding or collimation. Absent: everything is image. */
  area?: Uint8Array;
  /** Share of the image that a shutter of the header would cover, which was left aside for that. */
  shutterLeftAside?: number;
  geometry: InputGeometry;
  equalisation: EqualisationCurve;
}

/** The image has nothing to prepare: no pixels, sizes that contradict each other, or padding alone. */
export class PreparationError extends Error {
  override name = 'PreparationError';
}

/**
 * Prepares an image for the networks of a model card.
 *
 * @param image modality values of one frame
 * @param spec the card's `input`
 * @throws PreparationError when sizes contradict each other, a value is not finite, no pixel is valid, or all valid pixels
 * are of one grey level
 */
export function prepareImage(image: ModalityImage, spec: InputSpec): PreparedImage {
  checkImage(image);
  const dense = denseValues(image);
  const { crop, area, leftAside } = denseField(image, dense);
  const geometry = inputGeometry(image.rows, image.columns, spec.size, spec.fit, crop, image.pixelAspect);
  const { values, valid } = resizeAntialiased(dense, area, geometry);
  if (!valid.includes(1)) throw new PreparationError('The image has no valid pixel: all of it is padding.');
  refuseFlat(dense, area);
  const { ranks, curve } = equalise(values, valid, spec.equalise);
  return {
    input: ranks,
    valid,
    ...(area ? { area } : {}),
    ...(leftAside !== undefined && { shutterLeftAside: leftAside }),
    geometry,
    equalisation: curve,
  };
}

/** A network answers to a film without content as well, and its answer would mean nothing. */
function refuseFlat(dense: Float32Array, area: Uint8Array | undefined): void {
  const first = dense[area ? area.indexOf(1) : 0];
  for (let i = 0; i < dense.length; i++) if (dense[i] !== first && (!area || area[i] === 1)) return;
  throw new PreparationError(
    'The image has one grey level all over, so it shows nothing to explain. Look at it in the viewer: it may be an empty ' +
      'exposure, or its pixel data may be missing.',
  );
}

/** Where an image is image: neither padding nor collimation. @returns rows × columns; undefined: everywhere */
export function imageArea(image: ModalityImage): Uint8Array | undefined {
  return denseField(image, denseValues(image)).area;
}

function denseField(image: ModalityImage, dense: Float32Array): ExposedField {
  return exposedField(dense, image.valid, image, image.shutters);
}

/** Bright = dense, whatever the polarity. */
function denseValues({ values, photometric }: ModalityImage): Float32Array {
  if (photometric !== 'MONOCHROME1') return values;
  const dense = new Float32Array(values.length);
  for (let i = 0; i < dense.length; i++) dense[i] = -values[i];
  return dense;
}

/** Share of the image's pixels that were masked out as collimation (padding does not count), in [0, 1]. */
export function collimatedShare(image: ModalityImage, { area }: PreparedImage): number {
  if (!area || area === image.valid) return 0;
  let masked = 0;
  for (let i = 0; i < area.length; i++) if (!area[i] && (!image.valid || image.valid[i])) masked++;
  return masked / area.length;
}

/** Share below which collimation is not worth a word: it changes no rank. */
export const leastCollimation = 0.005;

/** Says that part of the image was masked out as collimation, or nothing when none was. */
export function collimationNote(image: ModalityImage, prepared: PreparedImage): string | undefined {
  const share = collimatedShare(image, prepared);
  return share >= leastCollimation ? collimationText(share) : undefined;
}

/** Says that a shutter of the header covers too much to be meant for this image, or nothing where none does. */
export function shutterNote({ shutterLeftAside }: PreparedImage): string | undefined {
  return shutterLeftAside === undefined
    ? undefined
    : `The header states a shutter or collimator that would cover ${(100 * shutterLeftAside).toFixed(0)} % of the image, and was left aside.`;
}

/**
 * Geometry of a rows × columns image, or of its `crop`, in a size × size input.
 *
 * @param pixelAspect height of a pixel over its width: a letterbox keeps the proportions of the film, not of its pixels; stretched to the
 *   square it has none
 */
export function inputGeometry(
  rows: number,
  columns: number,
  size: number,
  fit: InputSpec['fit'],
  crop: PixelRectangle = { x: 0, y: 0, width: columns, height: rows },
  pixelAspect = 1,
): InputGeometry {
  const { x, y, width, height } = crop;
  const [stretchX, stretchY] = [size / width, size / height];
  const scaleX = fit === 'stretch' ? stretchX : Math.min(stretchX, stretchY / pixelAspect);
  const scaleY = fit === 'stretch' ? stretchY : scaleX * pixelAspect;
  return {
    rows,
    columns,
    crop,
    size,
    fit,
    scaleX,
    scaleY,
    // `+ 0`: no negative zero.
    offsetX: (size - width * scaleX) / 2 - x * scaleX + 0,
    offsetY: (size - height * scaleY) / 2 - y * scaleY + 0,
  };
}

/**
 * Brings a mask of an image into the model's input, as the image itself is brought there: a pixel of the input is set where
 * the mask is at its centre.
 *
 * @param mask of the whole image, in pixels of its own size
 * @returns size × size, 0 or 1
 */
export function maskToInput(
  mask: { data: ArrayLike<number>; rows: number; columns: number },
  { rows, columns, crop, size, scaleX, scaleY, offsetX, offsetY }: InputGeometry,
): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(size * size);
  for (let v = 0; v < size; v++) {
    const y = (v + 0.5 - offsetY) / scaleY;
    if (y < crop.y || y >= crop.y + crop.height) continue;
    const row = Math.min(mask.rows - 1, Math.floor((y * mask.rows) / rows));
    for (let u = 0; u < size; u++) {
      const x = (u + 0.5 - offsetX) / scaleX;
      if (x < crop.x || x >= crop.x + crop.width) continue;
      const column = Math.min(mask.columns - 1, Math.floor((x * mask.columns) / columns));
      if (mask.data[row * mask.columns + column] > 0) result[v * size + u] = 1;
    }
  }
  return result;
}

/**
 * Brings a map at the model's input size back onto the image, bilinearly, pixel centres at half-integers.
 *
 * @param map size × size
 * @returns rows × columns; 0 outside the crop, of which the networks saw nothing
 */
export function mapToImage(map: Float32Array, geometry: InputGeometry): Float32Array {
  const { rows, columns, crop, size, scaleX, scaleY, offsetX, offsetY } = geometry;
  const result = new Float32Array(rows * columns);
  for (let row = crop.y; row < crop.y + crop.height; row++) {
    const y = (row + 0.5) * scaleY + offsetY - 0.5;
    for (let column = crop.x; column < crop.x + crop.width; column++) {
      const x = (column + 0.5) * scaleX + offsetX - 0.5;
      result[row * columns + column] = bilinearSample(map, size, size, x, y);
    }
  }
  return result;
}

/**
 * Shows a generated image (x_s or x_a) in the film's own grey levels and resolution: the difference to the prepared
 * input is up-sampled, added to the film in equalised space, and taken back through the inverse equalisation.
 * Where the networks changed nothing, the film's value is returned unchanged.
 *
 * Equal steps of rank are unequal steps of grey: from a dark lung, a small one can lead across a gap of the histogram to the
 * background. So a value comes near the darkest and brightest of its surroundings on the film, but never passes them; up to
 * half the way nothing is changed of it, beyond it is compressed, smoothly and monotonously ({@link limited}).
 *
 * @param generated size × size, in [0, 1]
 * @returns rows × columns in modality values, with the image's own polarity
 */
export function generatedToImage(
  image: ModalityImage,
  prepared: PreparedImage,
  generated: Float32Array,
): Float32Array {
  const { equalisation, geometry } = prepared;
  const difference = generated.map((value, index) =>
    prepared.valid[index] ? value - prepared.input[index] : 0,
  );
  const change = mapToImage(difference, geometry);
  const around = surroundings(prepared);
  const darkest = mapToImage(around.darkest, geometry);
  const brightest = mapToImage(around.brightest, geometry);
  const sign = image.photometric === 'MONOCHROME1' ? -1 : 1;
  const { rankOf, valueOf: valueAt } = quickly(equalisation);
  const shown = image.values.slice();
  for (let i = 0; i < shown.length; i++) {
    const delta = change[i];
    if (delta === 0 || (prepared.area && !prepared.area[i])) continue;
    const dense = sign * shown[i];
    const rank = rankOf(dense);
    const before = valueAt(rank);
    const after = valueAt(Math.min(1, Math.max(0, rank + delta)));
    const room = after < before ? dense - darkest[i] : brightest[i] - dense;
    shown[i] += sign * limited(after - before, room);
  }
  return shown;
}

/** A step within `room`: whole up to half of it, then ever less, never all of it. Smooth (C¹) and monotone. */
function limited(step: number, room: number): number {
  if (!(room > 0)) return 0;
  const [size, half] = [Math.abs(step), room / 2];
  return size <= half ? step : Math.sign(step) * half * (1 + Math.tanh((size - half) / half));
}

/** How far the surroundings of a pixel reach, as a share of the input's side: about a rib and its neighbours. */
const SURROUNDINGS = 0.06;

/** Darkest and brightest grey value of the film around each input pixel, smoothed; size × size, bright = dense. */
function surroundings({ input, valid, geometry, equalisation }: PreparedImage): {
  darkest: Float32Array;
  brightest: Float32Array;
} {
  const { size } = geometry;
  const reach = Math.max(1, Math.round(SURROUNDINGS * size));
  const values = input.map(rank => valueOf(equalisation, rank));
  const extreme = (summary: Summary, outside: number): Float32Array => {
    const inside = values.map((value, i) => (valid[i] ? value : outside));
    return overWindows(overWindows(inside, size, reach, summary), size, reach, meanOfFinite);
  };
  return { darkest: extreme(smallest, Infinity), brightest: extreme(largest, -Infinity) };
}

/** Of the values from one place to before another. */
type Summary = (values: Float32Array, from: number, to: number) => number;

/** A summary of the 2 · reach + 1 values around each one, along the rows and then along the columns of the result. */
function overWindows(values: Float32Array, size: number, reach: number, summary: Summary): Float32Array {
  let result = values;
  for (let axis = 0; axis < 2; axis++) {
    const transposed = new Float32Array(size * size);
    for (let row = 0; row < size; row++) {
      const [begin, end] = [row * size, (row + 1) * size];
      for (let k = 0; k < size; k++) {
        const [from, to] = [Math.max(begin, begin + k - reach), Math.min(end, begin + k + reach + 1)];
        transposed[k * size + row] = summary(result, from, to);
      }
    }
    result = transposed;
  }
  return result;
}

function smallest(values: Float32Array, from: number, to: number): number {
  let found = values[from];
  for (let i = from + 1; i < to; i++) if (values[i] < found) found = values[i];
  return found;
}

function largest(values: Float32Array, from: number, to: number): number {
  let found = values[from];
  for (let i = from + 1; i < to; i++) if (values[i] > found) found = values[i];
  return found;
}

/** Of windows without a valid pixel nothing is shown. */
function meanOfFinite(values: Float32Array, from: number, to: number): number {
  let [sum, count] = [0, 0];
  for (let i = from; i < to; i++) {
    if (!Number.isFinite(values[i])) continue;
    sum += values[i];
    count++;
  }
  return count > 0 ? sum / count : 0;
}

function checkImage(image: ModalityImage): void {
  const { rows, columns, values, valid } = image;
  if (!(rows > 0 && columns > 0) || values.length !== rows * columns) {
    throw new PreparationError(`The image says ${rows} × ${columns} pixels but carries ${values.length} values.`);
  }
  if (valid && valid.length !== values.length) {
    throw new PreparationError(`The padding mask has ${valid.length} pixels, the image ${values.length}.`);
  }
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i]) || (valid && valid[i] !== 1)) continue;
    throw new PreparationError(
      `Pixel ${i} (row ${Math.floor(i / columns)}, column ${i % columns}) is not a finite number.`,
    );
  }
}
