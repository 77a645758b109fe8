import { imageToCanvasMatrix } from '../draw/affine';
import { heatColour, heatAlpha } from '../draw/colour-map';
import { directionColour, directionLegend, drawnColours, type HeatColours } from '../draw/direction';
import { disagreementLayer, drawHatching, isHatched } from '../draw/hatching';
import { drawLayer, greyLayer, heatLayer, maskLayer, outlineOf } from '../draw/layers';
import type { Cornerstone, CornerstoneViewport } from '../host/ohif-types';
import type { Result, Settings } from '../store/state';
import { spoken } from '../i18n/spoken';
import { percentText, precisionText, scoreText, t } from '../i18n';
import {
  backendName,
  coloursText,
  doubtsOf,
  methodText,
  momentText,
  nearText,
  negativeText,
  originOf,
  verdictText,
} from '../i18n/words';
import { isMirrored, modalityDisplay } from '../host/viewport-display';

export interface PictureRequest {
  viewport: CornerstoneViewport;
  cornerstone: Cornerstone;
  imageId: string;
  result: Result;
  settings: Settings;
  /** The film, modality units. */
  film: Float32Array;
  mask?: Uint8Array;
  /** Red, green, blue, 0 to 255. */
  maskColour: readonly [number, number, number];
}

const font = '12px system-ui, sans-serif';
const margin = 12;
const lineHeight = 16;
/** Height of title and colour bar, above the lines. */
const headHeight = 34;

/**
 * Draws film, mask and heat map as the viewport shows them, with a label that says what it is. Drawn anew from the
 * pixels, since the viewport's own canvas cannot be read on every rendering path.
 *
 * @throws Error when the viewport is not ready
 */
export async function exportPicture(request: PictureRequest): Promise<Blob> {
  const { viewport, cornerstone, imageId, result, settings, film, mask, maskColour } = request;
  const { rows, columns } = result.reply.geometry;
  const image = { imageId, rows, columns };
  const matrix = imageToCanvasMatrix(viewport, cornerstone, image);
  if (!matrix) throw new Error('The viewport is not ready to be exported. Try again.');
  const width = Math.max(480, viewport.element.clientWidth);
  const height = viewport.element.clientHeight;
  const ratio = Math.max(window.devicePixelRatio || 1, 2);
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d')!;
  context.font = font;
  const fits = (text: string): boolean => context.measureText(text).width <= width - 2 * margin;
  const mirrored = isMirrored(viewport) ? [{ text: t('paneMirrored'), isWarning: true }] : [];
  const lines = [...mirrored, ...labelLines(result, settings)].flatMap(({ text, isWarning }) =>
    wrapped(text, fits).map(part => ({ text: part, isWarning })),
  );
  const labelHeight = headHeight + (lines.length + 0.5) * lineHeight;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round((height + labelHeight) * ratio);
  context.fillStyle = '#000';
  context.fillRect(0, 0, canvas.width, canvas.height);

  const display = modalityDisplay(viewport, cornerstone, imageId, result.reply.range);
  drawLayer(context, greyLayer(film, rows, columns, display), matrix, image, ratio);
  if (settings.showHeatMap)
    drawLayer(context, heatLayer(result.reply, settings.colours), matrix, image, ratio, settings.opacity);
  const hatched = settings.showSpread ? disagreementLayer(result.reply) : undefined;
  if (hatched) drawHatching(context, hatched, matrix, image, ratio);
  const [r, g, b] = maskColour;
  if (mask && settings.showMask)
    // Over a heat map as in the viewer: the outline alone.
    drawLayer(
      context,
      settings.showHeatMap
        ? maskLayer(outlineOf(mask, rows, columns), rows, columns, [r, g, b, 255])
        : maskLayer(mask, rows, columns, [r, g, b, 110]),
      matrix,
      image,
      ratio,
    );
  drawLabel(
    context,
    { width, height, labelHeight, ratio },
    lines,
    settings.showHeatMap && result.reply.top > 0 ? { result, colours: settings.colours } : undefined,
  );
  return toBlob(canvas);
}

function drawLabel(
  context: CanvasRenderingContext2D,
  { width, height, labelHeight, ratio }: Record<'width' | 'height' | 'labelHeight' | 'ratio', number>,
  lines: readonly LabelLine[],
  coloured: { result: Result; colours: HeatColours } | undefined,
): void {
  context.save();
  context.scale(ratio, ratio);
  context.fillStyle = '#0b1524';
  context.fillRect(0, height, width, labelHeight);
  context.textBaseline = 'alphabetic';
  context.fillStyle = '#ffb300';
  context.font = '600 13px system-ui, sans-serif';
  context.fillText(t('researchOnly'), margin, height + 20);
  context.font = font;
  lines.forEach(({ text, isWarning }, index) => {
    context.fillStyle = isWarning ? '#ffb300' : '#e6edf5';
    context.fillText(text, margin, height + headHeight + 12 + index * lineHeight);
  });
  if (coloured) drawColourBar(context, width, height, coloured.result, coloured.colours);
  context.restore();
}

/** A line of the label; warnings stand out. */
export interface LabelLine {
  text: string;
  isWarning: boolean;
}

/** The label: model, score, how and when the map was made, what its colours mean, and every reason for caution. */
export function labelLines(result: Result, settings: Settings): LabelLine[] {
  const { reply, card, backend, method, created } = result;
  const shown = settings.showMask
    ? ` · ${t('pictureMask', { share: percentText(100 - settings.percentile) })}`
    : '';
  const lost = reply.flip === false;
  const line = (isWarning: boolean) => (text: string) => ({ text, isWarning });
  const colours = coloursText(reply, method.map);
  const direction = settings.showHeatMap || settings.showMask ? [colours] : [];
  const isDirected =
    settings.showHeatMap && reply.top > 0 && drawnColours(reply, settings.colours) === 'direction';
  return [
    ...[
      `${card.title} · ${card.id} ${card.version} · ${backend ? t('backendNamed', { name: backend }) : backendName(backend)}`,
      answerLine(reply),
      `${methodText(result)}${shown}`,
      [momentText(created), ...originOf(result)].join(' · '),
      ...(lost ? [] : direction),
      ...(settings.showSpread && isHatched(reply) ? [t('spreadLegendShort')] : []),
      ...(isDirected ? [directionLegend(reply).join('. ')] : []),
    ].map(line(false)),
    ...[
      ...doubtsOf(reply),
      ...(lost ? direction : []),
      ...[
        nearText(reply.decision),
        direction.length > 0 && reply.top > 0 ? negativeText(reply, method.map) : undefined,
      ].filter(text => text !== undefined),
      ...result.warnings.map(spoken),
    ].map(line(true)),
  ];
}

function answerLine({ decision, model }: Result['reply']): string {
  const score = scoreText(decision.score);
  return decision.kind === 'classes'
    ? t('pictureClass', { name: model.classes[decision.decided], score })
    : t('pictureAnswer', {
        score,
        point: scoreText(decision.operatingPoint),
        verdict: verdictText(model.classes, decision),
      });
}

/** Breaks a text at its spaces into lines that fit; a longer word stays whole. */
export function wrapped(text: string, fits: (text: string) => boolean): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function drawColourBar(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  { reply }: Result,
  chosen: HeatColours,
): void {
  const colours = drawnColours(reply, chosen);
  const [length, left, top] = [120, width - margin - 120, height + 10];
  for (let i = 0; i < length; i++) {
    const value = i / (length - 1);
    const colour =
      colours === 'direction'
        ? directionColour(2 * value - 1)
        : [...heatColour(value, colours), heatAlpha(value)];
    context.fillStyle = `rgba(${colour.join(', ')})`;
    context.fillRect(left + i, top, 1, 8);
  }
  context.fillStyle = '#9fb3c8';
  context.font = '10px system-ui, sans-serif';
  const maximum = precisionText(reply.top, 2);
  context.fillText(colours === 'direction' ? `−${maximum}` : '0', left, top + 19);
  context.textAlign = 'right';
  context.fillText(maximum, left + length, top + 19);
  context.textAlign = 'left';
}

function toBlob(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      blob => (blob ? resolve(blob) : reject(new Error('The browser made no PNG.'))),
      'image/png',
    );
  });
}
