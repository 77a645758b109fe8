import { disagreementOf } from '../../explain/disagreement';
import type { ExplainReply } from '../worker/protocol';
import type { CanvasMatrix } from './affine';
import { drawLayer, mapToImage, maskLayer, tracePolygon, type Layer } from './layers';

/** Where the transforms of an averaged map disagree, as a layer; undefined where there is nothing to hatch. */
export function disagreementLayer(reply: ExplainReply): Layer | undefined {
  const found = disagreementOf(reply);
  if (!found?.pixels.includes(1)) return undefined;
  const { rows, columns } = reply.mapSize;
  return { ...maskLayer(found.pixels, rows, columns, [255, 255, 255, 255]), toImage: mapToImage(reply) };
}

/**
 * Whether a map is hatched where that is asked for, without looking at each pixel. A map whose one half is the same everywhere has no
 * figures of its agreement; it differs, unless it marks nothing.
 */
export function isHatched({
  top,
  spread,
  stability,
}: Pick<ExplainReply, 'top' | 'spread' | 'stability'>): boolean {
  return spread !== undefined && stability?.differing !== 0 && top > 0;
}

/** Distance between the lines, CSS pixels. */
const spacing = 7;

/** Hatches an area on the film: light lines with a dark edge, to be seen on every colour, as wide at every zoom. */
export function drawHatching(
  context: CanvasRenderingContext2D,
  layer: Layer,
  imageToCanvas: CanvasMatrix,
  image: { rows: number; columns: number },
  ratio: number,
): void {
  const { width, height } = context.canvas;
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const own = canvas.getContext('2d')!;
  // Lines beside the film would stay: what is drawn last takes none away outside it.
  own.save();
  own.scale(ratio, ratio);
  tracePolygon(own, imageToCanvas, image);
  own.clip();
  own.setTransform(1, 0, 0, 1, 0, 0);
  for (const [colour, line] of [
    ['rgba(0, 0, 0, 0.85)', 3],
    ['rgba(255, 255, 255, 0.95)', 1.2],
  ] as const) {
    own.strokeStyle = colour;
    own.lineWidth = line * ratio;
    own.beginPath();
    for (let x = -height; x < width; x += spacing * ratio) {
      own.moveTo(x, height);
      own.lineTo(x + height, 0);
    }
    own.stroke();
  }
  own.restore();
  own.globalCompositeOperation = 'destination-in';
  drawLayer(own, layer, imageToCanvas, image, ratio);
  context.drawImage(canvas, 0, 0);
}
