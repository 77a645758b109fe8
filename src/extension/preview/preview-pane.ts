import { imageToCanvasMatrix, inverse } from '../draw/affine';
import { clearedCanvas } from '../draw/over-canvas';
import { cornerstoneEvents, type Cornerstone, type CornerstoneViewport } from '../host/ohif-types';
import { paintMask, sampleLevels, type SampledLevels } from './paint-mask';

/** How the viewer draws a labelmap's segment. */
export interface MaskStyle {
  /** Red, green, blue, 0 to 255. */
  colour: readonly number[];
  /** 0 to 1. */
  fillOpacity: number;
  outlineOpacity: number;
  /** Dots of the screen; 0: without outline. */
  outlineWidth: number;
}

/** A mask that is drawn in a labelmap's place. */
export interface Previewed {
  image: { imageId: string; rows: number; columns: number };
  levels: Uint8Array;
  stop: number;
  percentile: number;
  style: MaskStyle;
  /** The viewer's image that holds the labelmap. */
  labelmapId: string | undefined;
}

/** Below our own heat map and the viewer's annotations, above the viewer's picture: where its labelmap is. */
const below = ['explain-overlay', 'explain-others-overlay', 'explain-tag'].map(name => `[data-cy="${name}"]`);

/** Draws a mask over one viewport at the viewport's own dots, and hides the viewer's labelmap meanwhile. */
export class PreviewPane {
  private canvas?: HTMLCanvasElement;
  private shown?: Previewed;
  private sampled?: SampledLevels & { levelsOf: Uint8Array; view: string };
  private readonly hidden = new Set<{ setVisibility?(visible: boolean): unknown }>();

  constructor(
    readonly viewport: CornerstoneViewport,
    private readonly cornerstone: Cornerstone,
  ) {}

  draw(shown: Previewed): void {
    if (!this.shown) this.viewport.element.addEventListener(cornerstoneEvents.cameraModified, this.drawAgain);
    this.shown = shown;
    this.drawAgain();
  }

  private readonly drawAgain = (): void => {
    const { shown, viewport } = this;
    if (!shown) return;
    const { image, stop, style } = shown;
    const matrix = imageToCanvasMatrix(viewport, this.cornerstone, image);
    if (!matrix) return this.removeCanvas();
    const made = clearedCanvas(
      viewport.element,
      this.canvas,
      'explain-mask-preview',
      [...below, 'svg.svg-layer'].join(', '),
      // Its dots are written by this thread alone: a graphics card would only be sent them once more.
      { willReadFrequently: true },
    );
    const { canvas, context, ratio } = made;
    this.canvas = canvas;
    const view = [...matrix, canvas.width, canvas.height, ratio, style.outlineWidth].join(' ');
    if (this.sampled?.levelsOf !== shown.levels || this.sampled.view !== view) {
      const dots = matrix.map(value => value * ratio) as unknown as typeof matrix;
      const sampled = sampleLevels(shown.levels, image, inverse(dots), canvas, style.outlineWidth);
      this.sampled = { ...sampled, levelsOf: shown.levels, view };
    }
    const picture = context.createImageData(canvas.width, canvas.height);
    const [r, g, b] = style.colour;
    const ink = (opacity: number): number =>
      new Uint32Array(Uint8Array.of(r, g, b, Math.round(255 * opacity)).buffer)[0];
    const inks = { fill: ink(style.fillOpacity), outline: ink(style.outlineOpacity) };
    paintMask(this.sampled, stop, inks, new Uint32Array(picture.data.buffer));
    context.putImageData(picture, 0, 0);
    canvas.dataset.percentile = String(shown.percentile);
  };

  /** Hides the labelmap, which marks what the slider stood at before. */
  hideLabelmap(): void {
    if (!this.shown) return;
    for (const { referencedId, actor } of this.viewport.getActors?.() ?? []) {
      if (referencedId === undefined || referencedId !== this.shown.labelmapId || this.hidden.has(actor))
        continue;
      this.hidden.add(actor);
      actor.setVisibility?.(false);
      this.viewport.render?.();
    }
  }

  /** Gives the place back to the labelmap, which is up to date by now: with the viewer's next picture. */
  settle(): void {
    const { canvas, viewport } = this;
    if (!this.shown) return;
    this.forget();
    this.canvas = undefined;
    viewport.element.addEventListener(cornerstoneEvents.imageRendered, () => canvas?.remove(), {
      once: true,
    });
    viewport.render?.();
  }

  /** At once: the viewport is gone, or shows something else. */
  remove(): void {
    this.forget();
    this.removeCanvas();
  }

  private forget(): void {
    this.shown = undefined;
    this.viewport.element.removeEventListener(cornerstoneEvents.cameraModified, this.drawAgain);
    this.hidden.forEach(actor => actor.setVisibility?.(true));
    this.hidden.clear();
  }

  private removeCanvas(): void {
    this.canvas?.remove();
    this.canvas = undefined;
  }
}
