import { applied, imageToCanvasMatrix, type CanvasMatrix } from './affine';
import type { ExplainService } from '../store/explain-service';
import type { HeatColours } from './direction';
import { GreyPainter } from './grey-painter';
import { refuseDrawing, wouldDraw } from './no-drawing';
import { disagreementLayer, drawHatching } from './hatching';
import { drawLayer, greyLayer, heatLayer, tracePolygon, type Layer } from './layers';
import { clearedCanvas, placeOver } from './over-canvas';
import {
  captureViewportId,
  cornerstoneEvents,
  type Cornerstone,
  type CornerstoneTools,
  type CornerstoneViewport,
} from '../host/ohif-types';
import type { EarlyMap } from '../../explain/explain-film';
import type { View } from '../store/compare';
import type { Result } from '../store/state';
import { percentText, precisionText, t } from '../i18n';
import { doubtsOf, otherOrigin, toldOf } from '../i18n/words';
import { spanOf, tinyBelow, type FilmSpan } from './tag-place';
import { gradedSteps } from '../../models/graded';
import type { GradedFrame } from '../store/graded';
import { isMirrored, modalityDisplay } from '../host/viewport-display';
import { sameDisplay, type GreyDisplay } from '../host/grey-levels';
import type { GeneratedImages } from './generated-images';
import type { OtherOverlay } from '../others';
import { disguisedLines, linesFor, paneLines, ViewportTag, type GeneratedShown } from './viewport-tag';

type LayerName = 'none' | 'heat-map' | 'similar' | 'adversarial' | 'between';
type Reported = LayerName | 'preparing';

/** What stands over a generated image, and over the film while it is being made; in full and short. */
const bannerKeys = {
  generated: {
    adversarial: ['generatedAdversarial', 'generatedShortAdversarial'],
    similar: ['generatedSimilar', 'generatedShortSimilar'],
  },
  preparing: {
    adversarial: ['preparingAdversarial', 'preparingShortAdversarial'],
    similar: ['preparingSimilar', 'preparingShortSimilar'],
  },
} as const;

/**
 * Draws heat map and generated images over one viewport, on a canvas of its own between the viewport's picture and its
 * annotations, and a tag that says what they are. It is redrawn whenever the viewport draws, so it follows pan, zoom,
 * rotation, flips and window.
 */
export class ViewportOverlay {
  private canvas?: HTMLCanvasElement;
  private readonly element: HTMLElement;
  private heat?: { map: Float32Array; colours: HeatColours; layer: Layer };
  private hatching?: { result: Result; layer?: Layer };
  private between?: { frame: GradedFrame; display: GreyDisplay; layer: Layer };
  private readonly greys = new GreyPainter(() => this.draw());
  private readonly tag: ViewportTag;
  private others?: OtherOverlay;
  private lastImageId?: string;
  private drawing?: ReturnType<typeof setTimeout>;
  /** Until when the banner says that nothing is drawn on a generated image. */
  private refused?: ReturnType<typeof setTimeout>;
  /** All that settled what is on the canvas. */
  private drawn: readonly unknown[] = [];
  private readonly stopListening: () => void;

  constructor(
    readonly viewport: CornerstoneViewport,
    private readonly cornerstone: Cornerstone,
    private readonly tools: CornerstoneTools,
    private readonly service: ExplainService,
    private readonly images: GeneratedImages,
    private readonly onImageChange: () => void,
  ) {
    this.element = viewport.element;
    this.tag = new ViewportTag(this.element);
    const { imageRendered, cameraModified, voiModified, stackNewImage } = cornerstoneEvents;
    const draws = (): void => this.viewportDrew();
    // The viewer moves its camera to and fro within one turn, and draws on the next picture of the page.
    const changes = (): void => {
      this.drawing ??= setTimeout(draws);
    };
    const listeners = [
      [imageRendered, draws],
      [stackNewImage, draws],
      [cameraModified, changes],
      [voiModified, changes],
    ] as const;
    for (const [event, listener] of listeners) this.element.addEventListener(event, listener);
    const letDraw = refuseDrawing(
      this.element,
      () => this.showsGenerated() && wouldDraw(this.tools, viewport),
      () => this.tellRefused(),
    );
    this.stopListening = () => {
      letDraw();
      clearTimeout(this.drawing);
      this.forgetRefused();
      for (const [event, listener] of listeners) this.element.removeEventListener(event, listener);
    };
  }

  /** Whether this overlay still belongs to what the host shows under that id. */
  belongsTo(viewport: CornerstoneViewport): boolean {
    return this.viewport === viewport && this.element === viewport.element && this.element.isConnected;
  }

  dispose(): void {
    this.stopListening();
    this.tag.hide();
    this.others?.hide();
    this.canvas?.remove();
    this.canvas = undefined;
    this.greys.clear();
  }

  /** Draws what is due now; a fault stays here and never reaches the viewer. */
  draw(): void {
    try {
      this.drawNow();
    } catch (error) {
      this.canvas?.remove();
      this.canvas = undefined;
      console.error('ohif-extension-explain: the overlay was not drawn', error);
    }
  }

  private viewportDrew(): void {
    clearTimeout(this.drawing);
    this.drawing = undefined;
    this.draw();
    const imageId = this.viewport.getCurrentImageId?.();
    if (imageId !== this.lastImageId) {
      this.lastImageId = imageId;
      this.onImageChange();
    }
  }

  private drawNow(): void {
    const imageId = this.viewport.getCurrentImageId?.();
    const view: View = imageId ? this.service.viewOf(this.viewedId(), imageId) : {};
    const { result, early } = view;
    if (!result) {
      this.hatching = undefined;
      this.greys.clear();
      if (early && imageId) {
        this.drawOthers(imageId, true);
        return this.drawEarly(imageId, early);
      }
      this.heat = undefined;
    }
    const name = result && imageId ? this.due(imageId, result, view) : 'none';
    const matrix = result && imageId ? this.matrixOf(imageId, result.reply.geometry) : undefined;
    const layer =
      name !== 'none' && result && imageId && matrix ? this.layer(name, imageId, result, matrix) : undefined;
    if (name !== 'between') this.between = undefined;
    this.drawOthers(imageId, name === 'none' || name === 'heat-map');
    this.drawTag(view, name, layer !== undefined, result && matrix && spanOf(matrix, result.reply.geometry));
    if (name === 'none' || name === 'heat-map') this.forgetRefused();
    if (name === 'none' || !result || !imageId) return this.hide();
    if (!matrix) return this.hide();
    const image = result.reply.geometry;
    const { settings } = this.service.getState();
    const generated = name !== 'heat-map';
    // Until a generated image is made the film is what is seen, and must not be taken for an image in which nothing changed.
    const heat =
      settings.showHeatMap && !(generated && layer)
        ? this.heatLayer(result.reply, settings.colours)
        : undefined;
    const hatched = !generated && settings.showSpread ? this.hatchingOf(result) : undefined;
    const words = generated ? this.bannerTexts(layer ? 'generated' : 'preparing', name, result) : undefined;
    const top = words && bannerTop(this.element);
    const cleared = this.cleared([
      name,
      layer,
      heat,
      hatched,
      settings.opacity,
      top,
      ...(words ?? []),
      ...matrix,
    ]);
    if (!cleared) return;
    const { context, ratio } = cleared;
    if (heat) drawLayer(context, heat, matrix, image, ratio, settings.opacity);
    if (hatched) drawHatching(context, hatched, matrix, image, ratio);
    if (generated && layer) {
      drawLayer(context, layer, matrix, image, ratio);
      frame(context, matrix, image, ratio, name);
    }
    if (words) banner(context, ratio, top!, words);
    this.report(layer ? name : 'preparing', matrix);
  }

  /** The map alone, and that what the classifier says of it is still to come. */
  private drawEarly(imageId: string, early: EarlyMap): void {
    const { outputVisible, settings } = this.service.getState();
    const image = early.geometry;
    const isDrawn = outputVisible && settings.showHeatMap && !settings.blinking;
    const matrix = isDrawn ? this.matrixOf(imageId, image) : undefined;
    if (!matrix) {
      this.tag.hide();
      return this.hide();
    }
    const letter = this.lettered();
    this.tag.show(
      { text: `${t('tag')} · ${t('beingChecked')}`, warnings: [] },
      { letter, film: spanOf(matrix, image) },
    );
    const layer = this.heatLayer(early, settings.colours);
    const cleared = this.cleared(['early', layer, settings.opacity, ...matrix]);
    if (!cleared) return;
    drawLayer(cleared.context, layer, matrix, image, cleared.ratio, settings.opacity);
    this.report('heat-map', matrix);
  }

  private matrixOf(
    imageId: string,
    { rows, columns }: { rows: number; columns: number },
  ): CanvasMatrix | undefined {
    return imageToCanvasMatrix(this.viewport, this.cornerstone, { imageId, rows, columns });
  }

  private heatLayer(shown: EarlyMap, colours: HeatColours): Layer {
    const { map } = shown;
    if (this.heat?.map !== map || this.heat.colours !== colours)
      this.heat = { map, colours, layer: heatLayer(shown, colours) };
    return this.heat.layer;
  }

  /** @param onFilm whether the film is seen, and no generated image in its place */
  private drawOthers(imageId: string | undefined, onFilm: boolean): void {
    const { others } = this.service;
    const { outputVisible, settings } = this.service.getState();
    const isDue = imageId !== undefined && onFilm && outputVisible && !settings.disguise;
    const shown = isDue ? others.shownOn(imageId) : [];
    if (shown.length === 0 || !others.drawing) return this.others?.hide();
    this.others ??= new others.drawing.OtherOverlay(this.element);
    this.others.draw(this.viewport, this.cornerstone, shown, {
      opacity: settings.opacity,
      own: settings.colours,
      title: t('otherTag'),
      origin: ({ about }) => otherOrigin(about),
      number: value => precisionText(value, 2),
      top: bannerTop(this.element),
    });
  }

  /** The Capture shows what the viewport does that was worked in. */
  private viewedId(): string {
    const { subject } = this.service.getState();
    const isCapture = this.viewport.id === captureViewportId;
    return isCapture && subject.kind === 'image' ? subject.viewportId : this.viewport.id;
  }

  /** Whenever anything of ours may be on this film: heat map, mask, or a generated image in its place. */
  private drawTag({ result, pane }: View, name: LayerName, isMade: boolean, film?: FilmSpan): void {
    const { outputVisible, settings } = this.service.getState();
    const hasMask = settings.showMask && (!pane || pane.image === 'map');
    const isDrawn = name !== 'none' || hasMask || settings.blinking;
    const letter = this.lettered(pane?.letter);
    if (pane && (!result || !outputVisible || !isDrawn))
      this.tag.show(paneLines({ ...pane, letter: letter! }), { ofAi: false, film });
    else if (result && outputVisible && isDrawn) {
      const generated = isMade && name !== 'heat-map' ? this.generatedShown(name, result) : undefined;
      const { disguise } = settings;
      // What leaves the viewer as a picture says more than that it is AI, however small it is.
      const isPicture = this.viewport.id === captureViewportId;
      const least = isPicture ? tinyBelow : 0;
      const shown = linesFor(Math.max(least, this.element.clientWidth), result, settings, generated);
      // Beside a picture there is no panel.
      const lines = isPicture
        ? { ...shown, warnings: [...doubtsOf(result.reply), ...toldOf(result.warnings).cautions] }
        : shown;
      this.tag.show(disguise ? disguisedLines(result, disguise) : lines, { letter, film });
    } else this.tag.hide();
  }

  /** Which viewport of a comparison it is, and that it is mirrored: left is not left then, whatever the colours say of a place. */
  private lettered(letter?: string): string | undefined {
    return isMirrored(this.viewport) ? [letter, t('paneMirrored')].filter(Boolean).join(' · ') : letter;
  }

  /** What the classifier answers to the generated image that is drawn. */
  private generatedShown(name: LayerName, result: Result): GeneratedShown | undefined {
    if (name === 'none') return undefined;
    if (name === 'adversarial') return { decision: result.reply.decisionAdversarial };
    if (name === 'similar') return { decision: result.reply.decisionSimilar };
    const step = this.between?.frame.step;
    return {
      decision: step === undefined ? undefined : this.service.getState().graded?.curve?.steps[step]?.decision,
    };
  }

  /** Which layer the state asks for on this image. */
  private due(imageId: string, result: Result, { pane }: View): LayerName {
    const { outputVisible, counterfactual, settings, subject } = this.service.getState();
    if (!outputVisible) return 'none';
    // Side by side, keys and slider change the viewport alone that is worked in.
    const isSubject =
      subject.kind === 'image' &&
      subject.imageId === imageId &&
      (!pane || subject.viewportId === this.viewedId());
    const wanted = isSubject ? counterfactual : 'off';
    const has =
      wanted === 'similar'
        ? result.reply.hasSimilar
        : wanted === 'adversarial' && result.reply.hasAdversarial;
    if (wanted !== 'off' && has) return wanted;
    if (isSubject && this.stepOf(result) !== undefined) return 'between';
    if (pane && pane.image !== 'map') return generatedOf(result, pane.image);
    const isHatched = settings.showSpread && this.hatchingOf(result) !== undefined;
    return (settings.showHeatMap || isHatched) && !settings.blinking ? 'heat-map' : 'none';
  }

  private layer(
    name: Exclude<LayerName, 'none'>,
    imageId: string,
    result: Result,
    matrix: CanvasMatrix,
  ): Layer | undefined {
    if (name === 'heat-map') return this.heatLayer(result.reply, this.service.getState().settings.colours);
    if (name === 'between') {
      const frame = this.service.graded.frame(result, this.stepOf(result)!);
      return frame && this.betweenLayer(imageId, result, frame);
    }
    const values = this.images.get(result, name);
    if (!values) return undefined;
    const display = modalityDisplay(this.viewport, this.cornerstone, imageId, result.reply.range);
    return this.greys.get(values, result.reply.geometry, display, pixelsPerDot(matrix));
  }

  private hatchingOf(result: Result): Layer | undefined {
    if (this.hatching?.result !== result) this.hatching = { result, layer: disagreementLayer(result.reply) };
    return this.hatching.layer;
  }

  /** In full and short; of an image on the way the step is that of the image which is drawn. */
  private bannerTexts(
    kind: keyof typeof bannerKeys,
    name: Exclude<LayerName, 'none' | 'heat-map'>,
    { reply }: Result,
  ): [string, string] {
    if (this.refused !== undefined) return [t('notOnGenerated'), t('notOnGenerated')];
    if (name !== 'between') {
      const [full, short] = bannerKeys[kind][name];
      const verdict = { verdict: verdictText(name, reply) };
      return [t(full, verdict), t(short, verdict)];
    }
    const step = this.between?.frame.step;
    if (kind === 'preparing' || step === undefined)
      return [t('preparingBetween'), t('preparingShortBetween')];
    const share = percentText((100 * step) / (gradedSteps - 1));
    return [t('generatedBetween', { share }), t('generatedShortBetween', { share })];
  }

  /** Step of the way to the opposite image that is in the film's place. */
  private stepOf(result: Result): number | undefined {
    const { graded } = this.service.getState();
    return graded?.result === result ? graded.step : undefined;
  }

  /** The last image alone is kept as painted: there are many, and each is seen for a moment. */
  private betweenLayer(imageId: string, result: Result, frame: GradedFrame): Layer {
    const display = modalityDisplay(this.viewport, this.cornerstone, imageId, result.reply.range);
    const kept = this.between;
    if (kept?.frame === frame && sameDisplay(kept.display, display)) return kept.layer;
    const { rows, columns } = result.reply.geometry;
    const painted = greyLayer(frame.values, frame.rows, frame.columns, display);
    const factor = Math.floor(columns / frame.columns);
    const toImage = [factor, 0, 0, factor, 0, 0] as const;
    const layer: Layer = { ...painted, toImage: rows === frame.rows ? painted.toImage : toImage };
    this.between = { frame, display, layer };
    return layer;
  }

  private forgetRefused(): void {
    clearTimeout(this.refused);
    this.refused = undefined;
  }

  /** Says in the banner, where the eye is, that nothing is drawn here; for as long as it takes to read, or the image is shown. */
  private tellRefused(): void {
    clearTimeout(this.refused);
    this.refused = setTimeout(() => {
      this.refused = undefined;
      this.draw();
    }, 5_000);
    this.draw();
  }

  /** Whether an image that a generator made is in the film's place. */
  private showsGenerated(): boolean {
    return ['similar', 'adversarial', 'between'].includes(this.canvas?.dataset.layer ?? '');
  }

  private hide(): void {
    if (!this.canvas) return;
    this.canvas.remove();
    this.canvas = undefined;
  }

  /**
   * @param due all that settles what is to be drawn, but for the viewport's size
   * @returns undefined where that is on the canvas already
   */
  private cleared(due: readonly unknown[]): { context: CanvasRenderingContext2D; ratio: number } | undefined {
    const { parent, width, height, ratio } = placeOver(this.element);
    const wanted = [...due, width, height, ratio];
    const isThere =
      this.canvas?.parentElement === parent &&
      wanted.length === this.drawn.length &&
      wanted.every((value, i) => value === this.drawn[i]);
    if (isThere) return undefined;
    const above = '[data-cy="explain-tag"], svg.svg-layer';
    const made = clearedCanvas(this.element, this.canvas, 'explain-overlay', above);
    // A graphics card that starts anew has lost what was drawn.
    if (made.canvas !== this.canvas)
      made.canvas.addEventListener('contextrestored', () => {
        this.drawn = [];
        this.draw();
      });
    this.canvas = made.canvas;
    this.drawn = wanted;
    return made;
  }

  /** What is drawn and where, readable by tests and assistive tools. */
  private report(name: Reported, matrix: CanvasMatrix): void {
    const canvas = this.canvas!;
    canvas.dataset.layer = name;
    const { showSpread } = this.service.getState().settings;
    canvas.dataset.hatched = String(name === 'heat-map' && showSpread && this.hatching?.layer !== undefined);
    canvas.dataset.matrix = matrix.map(value => value.toFixed(4)).join(' ');
  }
}

/** How many pixels of the image, along a side, lie under one dot of the screen; whole, at least 1. */
function pixelsPerDot([a, b, c, d]: CanvasMatrix): number {
  const dots = Math.sqrt(Math.abs(a * d - b * c)) * (window.devicePixelRatio || 1);
  return Math.max(1, Math.floor(1 / dots));
}

/** What a viewport of a comparison draws of an image that its explanation may not have. */
function generatedOf(
  { reply }: Result,
  image: 'film' | 'similar' | 'adversarial',
): 'none' | 'similar' | 'adversarial' {
  if (image === 'similar') return reply.hasSimilar ? image : 'none';
  return image === 'adversarial' && reply.hasAdversarial ? image : 'none';
}

/** Height below the viewer's own texts at the top of a viewport, which lie over everything, CSS pixels. */
function bannerTop(element: HTMLElement): number {
  const pane = element.closest('[data-cy="viewport-pane"]') ?? element;
  const { top } = element.getBoundingClientRect();
  const bottoms = [...pane.querySelectorAll('.overlay-top')]
    .map(text => text.getBoundingClientRect())
    .filter(({ height }) => height > 0)
    .map(({ bottom }) => bottom - top);
  const lowest = belowPrompts(pane, element, Math.max(28, ...bottoms) + 6);
  // In a viewport too low for both, the banner is what must be seen: at its lower edge, above the texts there.
  return Math.min(lowest, Math.max(0, element.clientHeight - 60));
}

/** Below what the viewer asks in a bar of its own over the viewport, such as whether to track measurements, which would hide the banner. */
function belowPrompts(pane: Element, element: HTMLElement, top: number): number {
  const box = element.getBoundingClientRect();
  let found = document.elementFromPoint?.(box.left + element.clientWidth / 2, box.top + top + bannerLine / 2);
  if (!found || !pane.contains(found) || element.contains(found) || found.contains(element)) return top;
  while (found.parentElement && !found.parentElement.contains(element)) found = found.parentElement;
  return Math.max(top, found.getBoundingClientRect().bottom - box.top + 6);
}

const amber = '#ffb300';

/** A frame that cannot be taken for part of the film. */
function frame(
  context: CanvasRenderingContext2D,
  matrix: CanvasMatrix,
  image: { rows: number; columns: number },
  ratio: number,
  kind: 'similar' | 'adversarial' | 'between',
): void {
  context.save();
  context.scale(ratio, ratio);
  context.strokeStyle = amber;
  context.lineWidth = 3;
  context.setLineDash(kind === 'adversarial' ? [] : [10, 6]);
  tracePolygon(context, matrix, image);
  context.stroke();
  // Of a film that reaches beyond the viewport, the edge of what is seen is framed.
  const [width, height] = [context.canvas.width / ratio, context.canvas.height / ratio];
  if (reachesBeyond(matrix, image, { width, height })) context.strokeRect(1.5, 1.5, width - 3, height - 3);
  context.restore();
}

/** Whether a part of the film lies outside of the viewport. */
function reachesBeyond(
  matrix: CanvasMatrix,
  { rows, columns }: { rows: number; columns: number },
  { width, height }: { width: number; height: number },
): boolean {
  return [0, columns].some(x =>
    [0, rows].some(y => {
      const [left, top] = applied(matrix, [x, y]);
      return left < 0 || top < 0 || left > width || top > height;
    }),
  );
}

const bannerFont = (size: number): string => `600 ${size}px Inter, system-ui, sans-serif`;
const bannerLine = 17;

/** Words on amber: the longer ones where they fit, else the short ones, on several lines and smaller if need be, but all of them. */
function banner(
  context: CanvasRenderingContext2D,
  ratio: number,
  top: number,
  [full, short]: readonly [full: string, short: string],
): void {
  context.save();
  context.scale(ratio, ratio);
  const width = context.canvas.width / ratio;
  const widthOf = (text: string): number => context.measureText(text).width;
  context.font = bannerFont(13);
  const lines = bannerLines([full, short], text => widthOf(text) + 24 <= width);
  const widest = Math.max(...lines.map(widthOf));
  context.font = bannerFont(Math.min(13, Math.max(8, (13 * (width - 8)) / widest)));
  const box = Math.min(width, Math.max(...lines.map(widthOf)) + 24);
  const left = (width - box) / 2;
  context.fillStyle = amber;
  context.fillRect(left, top, box, 24 + (lines.length - 1) * bannerLine);
  context.fillStyle = '#1a1200';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  lines.forEach((text, i) => context.fillText(text, width / 2, top + 12.5 + i * bannerLine));
  context.restore();
}

/** The full words in a line where they fit; else the short ones, broken between their parts. */
export function bannerLines(
  [full, short]: readonly [full: string, short: string],
  fits: (text: string) => boolean,
): string[] {
  if (fits(full)) return [full];
  const lines: string[] = [];
  for (const part of short.split(' · ')) {
    const longer = `${lines.at(-1)} · ${part}`;
    if (lines.length > 0 && fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines;
}

/** What the classifier says of a generated image; nothing before it has been asked. */
function verdictText(
  name: 'similar' | 'adversarial',
  { hold, similarIsOriginal, flip }: Result['reply'],
): string {
  if (name === 'adversarial')
    return flip === undefined ? '' : t(flip ? 'verdictChanged' : 'verdictNotChanged');
  if (similarIsOriginal) return t('verdictIsFilm');
  return hold === undefined ? '' : t(hold ? 'verdictKept' : 'verdictLost');
}
