import { applied, type CanvasMatrix } from './affine';
import { captureViewportId } from '../host/ohif-types';

/** Width below which the shortest words are taken, CSS pixels. */
export const tinyBelow = 240;

/** One of the viewer's own texts at the lower edge: from the viewport's left edge, and from its lower one. CSS pixels. */
export interface ViewerText {
  left: number;
  right: number;
  above: number;
  below: number;
}

/** Where the film is drawn, from the viewport's left edge, CSS pixels. */
export interface FilmSpan {
  left: number;
  right: number;
}

/** @param matrix image pixels → CSS pixels */
export function spanOf(matrix: CanvasMatrix, { rows, columns }: { rows: number; columns: number }): FilmSpan {
  const corners = [0, columns].flatMap(x => [0, rows].map((y): [number, number] => [x, y]));
  const across = corners.map(corner => applied(matrix, corner)[0]);
  return { left: Math.min(...across), right: Math.max(...across) };
}

/** Distances of the tag from the viewport's edges, CSS pixels; the lower one by the tag's height. */
export interface TagPlace {
  left: number;
  right: number;
  bottom(height: number): number;
  /** Largest height that the place is good for. */
  most: number;
}

const gap = 2;
/** Room of the viewer's icons at either side. */
const icons = 34;
/** Width of a strip beside the film in which the words can be read. */
const narrowest = 150;

/**
 * Where the tag may lie, the best place first: beside the film where that leaves a black strip wide enough; else at the very edge, between
 * the viewer's texts, since what is read on a film (costophrenic angles) lies above that; else over the viewer's texts.
 *
 * @param film absent: not known, or not to be looked at
 */
export function tagPlaces(
  texts: readonly ViewerText[],
  { width, height }: { width: number; height: number },
  film?: FilmSpan,
): TagPlace[] {
  const overTexts = Math.max(0, ...texts.map(({ above }) => above)) + gap;
  const inset = width < tinyBelow ? 0 : icons;
  const last: TagPlace = {
    left: inset,
    right: inset,
    bottom: own => tagBottom(texts, own),
    most: Infinity,
  };
  if (!film || width < tinyBelow) return [last];
  const strips = [
    { left: gap, right: width - film.left + gap, room: film.left },
    { left: film.right + gap, right: gap, room: width - film.right },
  ]
    .filter(({ room }) => room >= narrowest)
    .sort((a, b) => b.room - a.room)
    .map(({ left, right }): TagPlace => ({ left, right, bottom: () => overTexts, most: 0.6 * height }));
  const onLeft = texts.filter(({ left, right }) => left + right < width);
  const onRight = texts.filter(({ left, right }) => left + right >= width);
  const left = Math.max(icons, ...onLeft.map(text => text.right + 2 * gap));
  const right = Math.max(icons, ...onRight.map(text => width - text.left + 2 * gap));
  const between: TagPlace = { left, right, bottom: () => gap, most: 0.1 * height };
  return [...strips, ...(width - left - right >= 0.6 * width ? [between] : []), last];
}

/** Where the Capture puts its own "Not For Diagnostic Use" on the picture: over all of its width. */
const captureBadge = { left: 0, right: Infinity, above: 54, below: 0 };

export function isCapture(element: HTMLElement): boolean {
  return element.dataset?.viewportUid === captureViewportId;
}

/** The viewer's texts at the lower edge of a viewport. */
export function viewerTexts(element: HTMLElement): ViewerText[] {
  const pane = element.closest('[data-cy="viewport-pane"]') ?? element;
  const { bottom, left } = element.getBoundingClientRect();
  const texts = [...pane.querySelectorAll('.overlay-bottom')]
    .map(text => text.getBoundingClientRect())
    .filter(box => box.height > 0)
    .map(box => ({
      left: box.left - left,
      right: box.right - left,
      above: bottom - box.top,
      below: bottom - box.bottom,
    }));
  return isCapture(element) ? [...texts, captureBadge] : texts;
}

/**
 * Distance from the lower edge at which the tag lies on none of the viewer's own texts: below them where it fits, else above.
 *
 * @param texts distances of the upper and the lower edges of the texts from the viewport's lower edge, CSS pixels
 * @param height of the tag
 */
export function tagBottom(texts: readonly Pick<ViewerText, 'above' | 'below'>[], height: number): number {
  const lowest = Math.min(...texts.map(({ below }) => below));
  return lowest >= height + 2 * gap ? gap : Math.max(...texts.map(({ above }) => above)) + gap;
}
