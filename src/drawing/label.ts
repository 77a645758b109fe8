import { heatPalette, type ColourMapId } from '../models/colour-map';
import { drawText, lineHeight, textWidth } from './font';

/** RGB, 3 bytes a pixel, row-major. */
export interface RgbPicture {
  width: number;
  height: number;
  pixels: Uint8Array;
}

/** What is written below a picture: title and cautions in amber, the lines between them in white. */
export interface PictureLabel {
  /** Sets the size of the letters with the width; what is too long for a line is broken. */
  title: string;
  lines: readonly string[];
  cautions: readonly string[];
}

/** The colour bar of a map. */
interface Bar {
  colours: ColourMapId;
  /** Value of the top colour, above 0. */
  top: number;
}

const background = [11, 21, 36] as const;
const amber = [255, 179, 0] as const;
const white = [230, 237, 245] as const;

/** Colours of labels and frames, beside greys. */
export const labelColours = { background, amber, white } as const;

/** Stands in every picture of an explanation. */
export const researchOnly = 'AI - research use only. Not for diagnosis.';

interface LabelForm {
  bar?: Bar;
  /** Of the letters; without it, as the title and the width allow. */
  scale?: number;
  /** Room for so many lines at least, so that pictures of one row are of one height. */
  leastLines?: number;
}

/** The picture with its label in a band below, and the colour bar of its map. What is burned in goes wherever the picture goes. */
export function withLabel(
  { width, height, pixels }: RgbPicture,
  label: PictureLabel,
  { bar, scale = textScale(label.title, width), leastLines = 0 }: LabelForm = {},
): RgbPicture {
  const margin = 4 * scale;
  const written = writtenLines(label, scale, width);
  const lines = Math.max(leastLines, written.length);
  const barHeight = bar ? 3 * scale + 2 + lineHeight * scale : 0;
  const whole = height + 2 * margin + lines * lineHeight * scale + barHeight;
  const picture = { width, height: whole, pixels: new Uint8Array(3 * width * whole) };
  picture.pixels.set(pixels.subarray(0, 3 * width * height));
  fill(picture, 0, height, width, whole - height, background);
  written.forEach(({ text, colour }, i) => {
    drawText(picture, text, margin, height + margin + i * lineHeight * scale, scale, colour);
  });
  if (bar) {
    const top = height + margin + lines * lineHeight * scale;
    drawColourBar(picture, bar, margin, top, Math.min(width - 2 * margin, 160 * scale), scale);
  }
  return picture;
}

/** How many lines a label takes below a picture so wide. */
export function lineCount(label: PictureLabel, scale: number, width: number): number {
  return writtenLines(label, scale, width).length;
}

/** An amber frame within a picture's edge: what it holds is no radiograph. */
export function framed({ width, height, pixels }: RgbPicture): RgbPicture {
  const picture = { width, height, pixels: pixels.slice() };
  const thickness = Math.max(3, Math.round(height / 150));
  fill(picture, 0, 0, width, thickness, amber);
  fill(picture, 0, height - thickness, width, thickness, amber);
  fill(picture, 0, 0, thickness, height, amber);
  fill(picture, width - thickness, 0, thickness, height, amber);
  return picture;
}

/** The picture at the left of a wider one, where it is narrower than a label needs. */
export function atLeastAsWide(picture: RgbPicture, least: number): RgbPicture {
  if (picture.width >= least) return picture;
  const wide = { width: least, height: picture.height, pixels: new Uint8Array(3 * least * picture.height) };
  fill(wide, 0, 0, least, picture.height, background);
  for (let y = 0; y < picture.height; y++)
    wide.pixels.set(
      picture.pixels.subarray(3 * y * picture.width, 3 * (y + 1) * picture.width),
      3 * y * least,
    );
  return wide;
}

/** The largest whole scale at which the title fits, and no larger than the picture's width asks for. */
export function textScale(title: string, width: number): number {
  return Math.max(1, Math.min(Math.floor((width - 8) / textWidth(title, 1)), Math.round(width / 500)));
}

interface WrittenLine {
  text: string;
  colour: readonly [number, number, number];
}

function writtenLines({ title, lines, cautions }: PictureLabel, scale: number, width: number): WrittenLine[] {
  const room = width - 8 * scale;
  const broken = (texts: readonly string[], colour: WrittenLine['colour']): WrittenLine[] =>
    texts.flatMap(text => breakLines(text, scale, room)).map(text => ({ text, colour }));
  return [...broken([title], amber), ...broken(lines, white), ...broken(cautions, amber)];
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

function drawColourBar(
  picture: RgbPicture,
  { colours, top: maximum }: Bar,
  left: number,
  top: number,
  length: number,
  scale: number,
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
