import { applied, composed, type CanvasMatrix } from './affine';
import { paintHeatMap } from './colour-map';
import { drawnColours, paintDirection, type HeatColours } from './direction';
import { paintGrey, type GreyDisplay } from '../host/grey-levels';
import type { EarlyMap } from '../../explain/explain-film';

/** Anything that can be drawn onto a canvas, in its own pixels. */
export interface Layer {
  source: HTMLCanvasElement;
  /** Source pixels → image pixels. */
  toImage: CanvasMatrix;
}

/** The heat map at its own resolution; the canvas interpolates it on the way to the screen. */
export function heatLayer(reply: EarlyMap, chosen: HeatColours): Layer {
  const { rows, columns } = reply.mapSize;
  const colours = drawnColours(reply, chosen);
  return {
    source: canvasOf(
      colours === 'direction'
        ? paintDirection(reply.signed!, reply.top)
        : paintHeatMap(reply.map, reply.top, colours),
      columns,
      rows,
    ),
    toImage: mapToImage(reply),
  };
}

/** Pixels of a map → image pixels. */
export function mapToImage({ geometry }: Pick<EarlyMap, 'geometry'>): CanvasMatrix {
  const { scaleX, scaleY, offsetX, offsetY } = geometry;
  return [1 / scaleX, 0, 0, 1 / scaleY, -offsetX / scaleX, -offsetY / scaleY];
}

/** Grey values at the image's own resolution, in a viewport's window and polarity. */
export function greyLayer(values: Float32Array, rows: number, columns: number, display: GreyDisplay): Layer {
  return { source: canvasOf(paintGrey(values, display), columns, rows), toImage: [1, 0, 0, 1, 0, 0] };
}

/** A binary mask in one colour. */
export function maskLayer(
  mask: Uint8Array,
  rows: number,
  columns: number,
  [r, g, b, a]: readonly [number, number, number, number],
): Layer {
  const pixels = new Uint8ClampedArray(mask.length * 4);
  for (let i = 0; i < mask.length; i++) if (mask[i]) pixels.set([r, g, b, a], i * 4);
  return { source: canvasOf(pixels, columns, rows), toImage: [1, 0, 0, 1, 0, 0] };
}

/** Edge of a mask: its pixels within a 400th of the longer side of one outside, so that it shows on a shrunk picture. */
export function outlineOf(mask: Uint8Array, rows: number, columns: number): Uint8Array {
  const reach = Math.max(1, Math.round(Math.max(rows, columns) / 400));
  const outside = (row: number, column: number): boolean =>
    row < 0 || column < 0 || row >= rows || column >= columns || mask[row * columns + column] === 0;
  return mask.map((inside, pixel) => {
    if (!inside) return 0;
    const [row, column] = [Math.floor(pixel / columns), pixel % columns];
    const isEdge =
      outside(row - reach, column) ||
      outside(row + reach, column) ||
      outside(row, column - reach) ||
      outside(row, column + reach);
    return isEdge ? 1 : 0;
  });
}

/**
 * Draws a layer over an image.
 *
 * @param imageToCanvas image pixels → CSS pixels
 * @param image extent to which the layer is clipped
 * @param ratio canvas pixels per CSS pixel
 */
export function drawLayer(
  context: CanvasRenderingContext2D,
  layer: Layer,
  imageToCanvas: CanvasMatrix,
  image: { rows: number; columns: number },
  ratio: number,
  opacity = 1,
): void {
  context.save();
  context.scale(ratio, ratio);
  tracePolygon(context, imageToCanvas, image);
  context.clip();
  context.transform(...composed(imageToCanvas, layer.toImage));
  context.globalAlpha = opacity;
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.drawImage(layer.source, 0, 0);
  context.restore();
}

/** Outline of the image in CSS pixels as the current path. */
export function tracePolygon(
  context: CanvasRenderingContext2D,
  imageToCanvas: CanvasMatrix,
  { rows, columns }: { rows: number; columns: number },
): void {
  context.beginPath();
  context.moveTo(...applied(imageToCanvas, [0, 0]));
  context.lineTo(...applied(imageToCanvas, [columns, 0]));
  context.lineTo(...applied(imageToCanvas, [columns, rows]));
  context.lineTo(...applied(imageToCanvas, [0, rows]));
  context.closePath();
}

/** RGBA pixels on a canvas of their own. */
export function canvasOf(
  pixels: Uint8ClampedArray<ArrayBuffer>,
  width: number,
  height: number,
): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')!.putImageData(new ImageData(pixels, width, height), 0, 0);
  return canvas;
}
