import type { Colour, OtherLayer } from '../../dicom/others/types';
import { colourBarGradient, type ColourMapId } from '../../models/colour-map';
import { applied, imageToCanvasMatrix, type CanvasMatrix } from '../draw/affine';
import { directionGradient, paintDirection, type HeatColours } from '../draw/direction';
import { canvasOf, drawLayer, maskLayer, outlineOf, type Layer } from '../draw/layers';
import { paintHeatMap } from '../draw/colour-map';
import { clearedCanvas } from '../draw/over-canvas';
import type { Cornerstone, CornerstoneViewport } from '../host/ohif-types';
import type { ShownOther } from '../store/other-types';

/** How they are shown, and in which words. */
export interface OtherLook {
  /** Of maps and areas, 0 to 1. */
  opacity: number;
  /** Colours of this extension's own map, from which others are to be told. */
  own: HeatColours;
  /** Said over all of them. */
  title: string;
  /** Whose an object is. */
  origin(shown: ShownOther): string;
  number(value: number): string;
  /** Distance of the tag from the viewport's upper edge, CSS pixels. */
  top: number;
}

/**
 * Draws objects of other software over one viewport, on a canvas of its own, and a tag that names whose they are, with the bar of
 * their colours.
 */
export class OtherOverlay {
  private canvas?: HTMLCanvasElement;
  private tag?: HTMLElement;
  /** Layers as painted, by what they are painted of. */
  private painted = new Map<OtherLayer, { colours: ColourMapId; layers: Layer[] }>();

  constructor(private readonly element: HTMLElement) {}

  draw(
    viewport: CornerstoneViewport,
    cornerstone: Cornerstone,
    shown: readonly ShownOther[],
    look: OtherLook,
  ): void {
    const [first] = shown;
    const { rows, columns } = first.film;
    const image = { imageId: first.imageId, rows, columns };
    const matrix = imageToCanvasMatrix(viewport, cornerstone, image);
    if (!matrix) return this.hide();
    const colours = look.own === 'viridis' ? 'inferno' : 'viridis';
    const layers = shown.flatMap(layersOf);
    this.painted = new Map([...this.painted].filter(([layer]) => layers.includes(layer)));
    const { context, ratio } = this.cleared();
    for (const layer of layers) {
      if (layer.kind === 'drawing') drawShapes(context, layer, matrix, ratio);
      else
        for (const painted of this.paint(layer, colours, image))
          drawLayer(context, painted, matrix, image, ratio, look.opacity);
    }
    this.canvas!.dataset.shown = shown.map(({ about }) => about.uid).join(' ');
    this.canvas!.dataset.matrix = matrix.map(value => value.toFixed(4)).join(' ');
    this.showTag(shown, colours, look);
  }

  hide(): void {
    this.canvas?.remove();
    this.tag?.remove();
    this.canvas = this.tag = undefined;
    this.painted.clear();
  }

  private paint(
    layer: Exclude<OtherLayer, { kind: 'drawing' }>,
    colours: ColourMapId,
    film: { rows: number; columns: number },
  ): Layer[] {
    const kept = this.painted.get(layer);
    if (kept?.colours === colours) return kept.layers;
    const sources =
      layer.kind === 'area' ? areaOf(layer) : [canvasOf(pixelsOf(layer, colours), layer.columns, layer.rows)];
    const placed = sources.map(source => {
      const toImage: CanvasMatrix = [film.columns / source.width, 0, 0, film.rows / source.height, 0, 0];
      return { source, toImage };
    });
    this.painted.set(layer, { colours, layers: placed });
    return placed;
  }

  private cleared(): { context: CanvasRenderingContext2D; ratio: number } {
    // Below our own map, which is what the viewer was asked for last by whom it knows.
    const above = '[data-cy="explain-overlay"], [data-cy="explain-tag"], svg.svg-layer';
    const made = clearedCanvas(this.element, this.canvas, 'explain-others-overlay', above);
    const { context, ratio } = made;
    this.canvas = made.canvas;
    return { context, ratio };
  }

  private showTag(shown: readonly ShownOther[], colours: ColourMapId, look: OtherLook): void {
    const parent = this.element.querySelector<HTMLElement>('.viewport-element') ?? this.element;
    const tag = (this.tag ??= created('div', 'explain-others-tag'));
    if (tag.parentElement !== parent) parent.insertBefore(tag, parent.querySelector('svg.svg-layer'));
    tag.setAttribute('role', 'note');
    tag.style.cssText =
      `position:absolute;top:${look.top}px;left:34px;max-width:min(60%,420px);padding:2px 6px;pointer-events:none;` +
      'border-left:3px solid #56b4e9;background:rgba(11,21,36,0.7);color:#e6edf5;font:11px/14px Inter,system-ui,sans-serif;';
    const lines = shown.flatMap(one => [
      shortened(text('div', look.origin(one))),
      ...layersOf(one)
        .slice(0, mostLines)
        .map(layer => legend(layer, colours, look)),
    ]);
    tag.replaceChildren(text('div', look.title), ...lines);
  }
}

/** Layers that the tag names; the panel has the others. */
const mostLines = 6;

/** What is drawn of an object: of several maps one, of areas and drawings all. */
function layersOf({ result, layer }: ShownOther): OtherLayer[] {
  const maps = result.layers.filter(({ kind }) => kind === 'map');
  return result.layers.filter(one => one.kind !== 'map' || one === maps[layer]);
}

/** Pixels along the longer side that an area is drawn with at least: its outline would be as wide as its pixels. */
const finest = 1024;

/** The area in its colour, and its outline. */
function areaOf({ mask, rows, columns, colour }: Extract<OtherLayer, { kind: 'area' }>): HTMLCanvasElement[] {
  const factor = Math.max(1, Math.ceil(finest / Math.max(rows, columns)));
  const [height, width] = [rows * factor, columns * factor];
  const fine = new Uint8Array(height * width);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      fine[y * width + x] = mask[Math.floor(y / factor) * columns + Math.floor(x / factor)];
  const outline = outlineOf(fine, height, width);
  return [
    maskLayer(fine, height, width, [...colour, 70]).source,
    maskLayer(outline, height, width, [...colour, 255]).source,
  ];
}

/** Of a map without negative values by its size, else by sign and size: nothing is drawn where it says nothing. */
function pixelsOf(layer: Extract<OtherLayer, { kind: 'map' }>, colours: ColourMapId) {
  const { values, low, high } = layer;
  return low < 0 ? paintDirection(values, Math.max(-low, high)) : paintHeatMap(values, high, colours);
}

/** Name of a layer with what its colours stand for. */
function legend(layer: OtherLayer, colours: ColourMapId, { number }: OtherLook): HTMLElement {
  const row = created('div', 'explain-others-legend');
  row.style.cssText = 'display:flex;gap:6px;align-items:center;';
  if (layer.kind !== 'map') {
    const chip = document.createElement('i');
    chip.style.cssText = `width:10px;height:10px;flex:none;background:${css(layer.colour)};`;
    row.append(chip, text('span', layer.label));
    return row;
  }
  const size = Math.max(-layer.low, layer.high);
  const [from, to] = layer.low < 0 ? [-size, size] : [0, layer.high];
  const bar = created('i', 'explain-others-bar');
  bar.style.cssText = 'width:90px;height:8px;flex:none;border:1px solid #6b7f95;';
  // Downwards is orange: of one's own maps that is where evidence goes down.
  bar.style.background =
    layer.low < 0 ? directionGradient().replace('to right', 'to left') : colourBarGradient(colours);
  row.append(
    text('span', layer.label),
    text('span', number(from)),
    bar,
    text('span', `${number(to)} ${layer.unit}`.trim()),
  );
  return row;
}

function drawShapes(
  context: CanvasRenderingContext2D,
  { shapes, texts, colour }: Extract<OtherLayer, { kind: 'drawing' }>,
  matrix: CanvasMatrix,
  ratio: number,
): void {
  context.save();
  context.scale(ratio, ratio);
  // A dark edge, so that a line is seen on every grey.
  for (const [style, width] of [
    ['rgba(0, 0, 0, 0.7)', 4],
    [css(colour), 2],
  ] as const) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.beginPath();
    for (const { form, points, closed } of shapes) {
      for (let i = 0; i < points.length; i += 2) {
        const [x, y] = applied(matrix, [points[i], points[i + 1]]);
        if (form === 'points') {
          context.moveTo(x - 6, y);
          context.lineTo(x + 6, y);
          context.moveTo(x, y - 6);
          context.lineTo(x, y + 6);
        } else if (i === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
      if (closed) context.closePath();
    }
    context.stroke();
  }
  context.font = '600 12px Inter, system-ui, sans-serif';
  for (const { x, y, text: words } of texts) {
    const [left, top] = applied(matrix, [x, y]);
    context.lineWidth = 3;
    context.strokeStyle = 'rgba(0, 0, 0, 0.8)';
    context.strokeText(words, left, top);
    context.fillStyle = css(colour);
    context.fillText(words, left, top);
  }
  context.restore();
}

/** In one line, whatever its length. */
function shortened(element: HTMLElement): HTMLElement {
  element.style.cssText = 'white-space:nowrap;overflow:hidden;text-overflow:ellipsis;color:#9db2c8;';
  return element;
}

function css([red, green, blue]: Colour): string {
  return `rgb(${red}, ${green}, ${blue})`;
}

function created<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  cy: string,
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  element.dataset.cy = cy;
  return element;
}

function text(name: 'div' | 'span', words: string): HTMLElement {
  const element = document.createElement(name);
  element.textContent = words;
  return element;
}
