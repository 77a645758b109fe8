import { heatPalette, type ColourMapId } from '../../models/colour-map';
import type { ModalityImage } from '../../models/preparation';
import { displayRange } from './grey-window';
import { drawText, lineHeight, textWidth } from './font';

/** RGB, 3 bytes a pixel, row-major. */
export interface RgbPicture {
  width: number;
  height: number;
  pixels: Uint8Array;
}

/** What is written below the film: title and cautions in amber, the lines between them in white. */
export interface CaptureLabel {
  /** Sets the size of the letters with the width; what is too long for a line is broken. */
  title: string;
  lines: readonly string[];
  cautions: readonly string[];
}

/** Larger films are shrunk by a whole factor: the picture is for the eye, the numbers are in the parametric map. */
const longestSide = 2048;
const opacity = 0.6;
const background = [11, 21, 36] as const;
const amber = [255, 179, 0] as const;
const white = [230, 237, 245] as const;

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
  { title, lines, cautions }: CaptureLabel,
  { hatched = false }: { hatched?: boolean } = {},
): RgbPicture {
  const { film } = panes[0];
  const factor = Math.ceil(Math.max(film.rows, panes.length * film.columns) / longestSide);
  const paneWidth = Math.floor(film.columns / factor);
  const width = panes.length * paneWidth;
  const filmHeight = Math.floor(film.rows / factor);
  const scale = textScale(title, width);
  const margin = 4 * scale;
  const written = writtenLines({ title, lines, cautions }, scale, width - 2 * margin);
  const heat = panes.find(pane => pane.heat && pane.heat.top > 0)?.heat;
  const barHeight = heat ? 3 * scale + 2 + lineHeight * scale : 0;
  const height = filmHeight + 2 * margin + written.length * lineHeight * scale + barHeight;
  const picture = { width, height, pixels: new Uint8Array(3 * width * height) };

  panes.forEach((pane, i) =>
    paintFilm(picture, pane, { factor, left: i * paneWidth, paneWidth, filmHeight }),
  );
  if (hatched) hatch(picture, filmHeight, Math.max(4, Math.round(Math.min(width, filmHeight) / 40)));
  fill(picture, 0, filmHeight, width, height - filmHeight, background);
  drawLines(picture, written, margin, filmHeight + margin, scale);
  const barTop = filmHeight + margin + written.length * lineHeight * scale;
  if (heat)
    drawColourBar(
      picture,
      heat.colours,
      margin,
      barTop,
      Math.min(width - 2 * margin, 160 * scale),
      scale,
      heat.top,
    );
  return picture;
}

/** A border of slanting amber and black stripes. */
function hatch(picture: RgbPicture, filmHeight: number, thickness: number): void {
  const { width, pixels } = picture;
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

/** Colours of pictures of generated images beside greys. */
export const labelColours = { background, amber, white } as const;

/**
 * Draws generated images in the film's place, all of one size and window, each in an amber frame with its own label below.
 *
 * @param images made one after the other: rows × columns of the film, modality units
 */
export function drawGenerated(
  film: ModalityImage,
  images: readonly (() => Float32Array)[],
  labels: readonly CaptureLabel[],
): RgbPicture[] {
  const factor = Math.ceil(Math.max(film.rows, film.columns) / longestGenerated);
  const width = Math.floor(film.columns / factor);
  const filmHeight = Math.floor(film.rows / factor);
  const scale = Math.max(...labels.map(({ title }) => textScale(title, width)));
  const margin = 4 * scale;
  const written = labels.map(label => writtenLines(label, scale, width - 2 * margin));
  const most = Math.max(...written.map(lines => lines.length));
  const height = filmHeight + 2 * margin + most * lineHeight * scale;
  const window = displayRange(film);
  return images.map((image, index) => {
    const picture = { width, height, pixels: new Uint8Array(3 * width * height) };
    paintGreys(picture, { ...film, values: image() }, window, factor, filmHeight);
    outline(picture, filmHeight, Math.max(3, Math.round(filmHeight / 150)));
    fill(picture, 0, filmHeight, width, height - filmHeight, background);
    drawLines(picture, written[index], margin, filmHeight + margin, scale);
    return picture;
  });
}

interface WrittenLine {
  text: string;
  colour: readonly [number, number, number];
}

function writtenLines({ title, lines, cautions }: CaptureLabel, scale: number, width: number): WrittenLine[] {
  const broken = (texts: readonly string[], colour: WrittenLine['colour']): WrittenLine[] =>
    texts.flatMap(text => breakLines(text, scale, width)).map(text => ({ text, colour }));
  return [...broken([title], amber), ...broken(lines, white), ...broken(cautions, amber)];
}

function drawLines(
  picture: RgbPicture,
  lines: readonly WrittenLine[],
  left: number,
  top: number,
  scale: number,
): void {
  lines.forEach(({ text, colour }, i) => {
    drawText(picture, text, left, top + i * lineHeight * scale, scale, colour);
  });
}

function outline(picture: RgbPicture, filmHeight: number, thickness: number): void {
  const { width } = picture;
  fill(picture, 0, 0, width, thickness, amber);
  fill(picture, 0, filmHeight - thickness, width, thickness, amber);
  fill(picture, 0, 0, thickness, filmHeight, amber);
  fill(picture, width - thickness, 0, thickness, filmHeight, amber);
}

function paintGreys(
  { width, pixels }: RgbPicture,
  film: ModalityImage,
  window: readonly [low: number, high: number],
  factor: number,
  filmHeight: number,
): void {
  for (let y = 0; y < filmHeight; y++)
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

/** Breaks a text at its spaces into lines of at most the width; a longer word stays whole. */
function breakLines(text: string, scale: number, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textWidth(longer, scale) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** The largest whole scale at which the title fits, and no larger than the picture's width asks for. */
function textScale(title: string, width: number): number {
  return Math.max(1, Math.min(Math.floor((width - 8) / textWidth(title, 1)), Math.round(width / 500)));
}

function paintFilm(
  { width, pixels }: RgbPicture,
  { film, heat, windowOf = film }: Pane,
  place: { factor: number; left: number; paneWidth: number; filmHeight: number },
): void {
  const { factor, left, paneWidth, filmHeight } = place;
  const window = displayRange(windowOf);
  for (let y = 0; y < filmHeight; y++) {
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

function drawColourBar(
  picture: RgbPicture,
  colours: ColourMapId,
  left: number,
  top: number,
  length: number,
  scale: number,
  maximum: number,
): void {
  const height = 3 * scale;
  for (let x = 0; x < length; x++) {
    const [red, green, blue, alpha] = heatPalette(x / Math.max(1, length - 1), colours);
    // over mid-grey, so that a transparent end can be told from a black one
    const over = (colour: number): number => Math.round((colour * alpha + 64 * (255 - alpha)) / 255);
    fill(picture, left + x, top, 1, height, [over(red), over(green), over(blue)]);
  }
  const labelTop = top + height + 2;
  const end = maximum.toPrecision(2);
  drawText(picture, '0', left, labelTop, scale, white);
  drawText(picture, end, left + length - textWidth(end, scale), labelTop, scale, white);
}

function fill(
  { width, height, pixels }: RgbPicture,
  left: number,
  top: number,
  columns: number,
  rows: number,
  colour: readonly [number, number, number],
): void {
  for (let y = Math.max(0, top); y < Math.min(height, top + rows); y++)
    for (let x = Math.max(0, left); x < Math.min(width, left + columns); x++)
      pixels.set(colour, 3 * (y * width + x));
}
