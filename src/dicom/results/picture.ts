import { heatPalette, type ColourMapId } from '../../models/colour-map';
import {
  framed,
  labelColours,
  lineCount,
  textScale,
  withLabel,
  type PictureLabel,
  type RgbPicture,
} from '../../drawing/label';
import type { ModalityImage } from '../../models/preparation';
import { displayRange } from './grey-window';

/** Larger films are shrunk by a whole factor: the picture is for the eye, the numbers are in the parametric map. */
const longestSide = 2048;
const opacity = 0.6;
/** A map in colours. */
interface Heat {
  /** rows × columns of the film, ≥ 0. */
  map: Float32Array;
  /** Value of the top colour; 0: nothing is coloured, and there is no bar. */
  top: number;
  colours: ColourMapId;
}

/** One film of a picture. */
interface Pane {
  film: ModalityImage;
  /** To be laid over it. */
  heat?: Heat;
  /** Whose grey levels set the window; the film itself where absent. */
  windowOf?: ModalityImage;
}

/**
 * Draws films of one size side by side, with their maps over them, and below them a band with the label and, of maps, the
 * colour bar.
 *
 * @param hatched whether a hatched border runs around the films: what it holds is no radiograph
 */
export function drawPicture(
  panes: readonly Pane[],
  label: PictureLabel,
  { hatched = false }: { hatched?: boolean } = {},
): RgbPicture {
  const { film } = panes[0];
  const factor = Math.ceil(Math.max(film.rows, panes.length * film.columns) / longestSide);
  const paneWidth = Math.floor(film.columns / factor);
  const width = panes.length * paneWidth;
  const height = Math.floor(film.rows / factor);
  const picture = { width, height, pixels: new Uint8Array(3 * width * height) };
  panes.forEach((pane, i) => paintFilm(picture, pane, { factor, left: i * paneWidth, paneWidth }));
  if (hatched) hatch(picture, Math.max(4, Math.round(Math.min(width, height) / 40)));
  return withLabel(picture, label, { bar: panes.find(({ heat }) => heat && heat.top > 0)?.heat });
}

/** A border of slanting amber and black stripes. */
function hatch({ width, height: filmHeight, pixels }: RgbPicture, thickness: number): void {
  const { amber } = labelColours;
  for (let y = 0; y < filmHeight; y++)
    for (let x = 0; x < width; x++) {
      const inside = x >= thickness && y >= thickness && x < width - thickness && y < filmHeight - thickness;
      if (inside) x = width - thickness;
      const isAmber = Math.floor((x + y) / thickness) % 2 === 0;
      pixels.set(isAmber ? amber : [0, 0, 0], 3 * (y * width + x));
    }
}

/** Generated images are for the eye alone, and there are many of them. */
const longestGenerated = 768;

/**
 * Draws generated images in the film's place, all of one size and window, each in an amber frame with its own label below.
 *
 * @param images made one after the other: rows × columns of the film, modality units
 */
export function drawGenerated(
  film: ModalityImage,
  images: readonly (() => Float32Array)[],
  labels: readonly PictureLabel[],
): RgbPicture[] {
  const factor = Math.ceil(Math.max(film.rows, film.columns) / longestGenerated);
  const [width, height] = [Math.floor(film.columns / factor), Math.floor(film.rows / factor)];
  const scale = Math.max(...labels.map(({ title }) => textScale(title, width)));
  const leastLines = Math.max(...labels.map(label => lineCount(label, scale, width)));
  const window = displayRange(film);
  return images.map((image, index) => {
    const picture = { width, height, pixels: new Uint8Array(3 * width * height) };
    paintGreys(picture, { ...film, values: image() }, window, factor);
    return withLabel(framed(picture), labels[index], { scale, leastLines });
  });
}

function paintGreys(
  { width, height, pixels }: RgbPicture,
  film: ModalityImage,
  window: readonly [low: number, high: number],
  factor: number,
): void {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const grey = Math.round(greyOf(film, window, blockMean(film.values, film.columns, x, y, factor)));
      pixels.fill(grey, 3 * (y * width + x), 3 * (y * width + x) + 3);
    }
}

/** 0 to 255, of a value within the window that a film is first shown with. */
function greyOf(
  { photometric }: Pick<ModalityImage, 'photometric'>,
  [low, high]: readonly [low: number, high: number],
  value: number,
): number {
  const [black, span] = photometric === 'MONOCHROME1' ? [high, low - high] : [low, high - low];
  const level = span === 0 ? 0 : (value - black) / span;
  return 255 * Math.min(1, Math.max(0, level));
}

function paintFilm(
  { width, height, pixels }: RgbPicture,
  { film, heat, windowOf = film }: Pane,
  { factor, left, paneWidth }: { factor: number; left: number; paneWidth: number },
): void {
  const window = displayRange(windowOf);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < paneWidth; x++) {
      const grey = greyOf(film, window, blockMean(film.values, film.columns, x, y, factor));
      const at = 3 * (y * width + left + x);
      if (!heat || heat.top === 0) {
        pixels.fill(Math.round(grey), at, at + 3);
        continue;
      }
      const value = blockMean(heat.map, film.columns, x, y, factor) / heat.top;
      const [red, green, blue, alpha] = heatPalette(Math.min(1, Math.max(0, value)), heat.colours);
      const share = (opacity * alpha) / 255;
      pixels[at] = Math.round(grey * (1 - share) + red * share);
      pixels[at + 1] = Math.round(grey * (1 - share) + green * share);
      pixels[at + 2] = Math.round(grey * (1 - share) + blue * share);
    }
  }
}

function blockMean(values: Float32Array, columns: number, x: number, y: number, factor: number): number {
  if (factor === 1) return values[y * columns + x];
  let sum = 0;
  for (let row = y * factor; row < (y + 1) * factor; row++)
    for (let column = x * factor; column < (x + 1) * factor; column++) sum += values[row * columns + column];
  return sum / (factor * factor);
}
