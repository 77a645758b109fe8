import type { Cornerstone, CornerstoneTools, CornerstoneViewport, Point3 } from '../host/ohif-types';
import { planeOf, toPixels, toWorld } from './image-plane';

/** Tool of the viewer by which boxes are drawn. */
export const rectangleTool = 'RectangleROI';

/** A rectangle on a film, pixels: edges at 0 and at columns, rows. */
export interface Rectangle {
  uid: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The film that a viewport shows. */
export interface ShownFilm {
  viewportId: string;
  viewport: CornerstoneViewport;
  imageId: string;
}

/** Rectangles that were drawn on a film, in the order in which they were. */
export function rectanglesOn(
  film: ShownFilm,
  tools: CornerstoneTools,
  cornerstone: Cornerstone,
): Rectangle[] {
  const plane = planeOf(film, cornerstone);
  const all = tools.annotation?.state.getAllAnnotations() ?? [];
  return all.flatMap(({ annotationUID, metadata, data }): Rectangle[] => {
    const points = data?.handles?.points ?? [];
    if (metadata?.toolName !== rectangleTool || metadata.referencedImageId !== film.imageId) return [];
    if (annotationUID === undefined || points.length < 2 || !plane) return [];
    const corners = points.map(point => toPixels(plane, point));
    const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
    const [x, y] = [Math.min(...xs), Math.min(...ys)];
    const [width, height] = [Math.max(...xs) - x, Math.max(...ys) - y];
    return width > 0 && height > 0 ? [{ uid: annotationUID, x, y, width, height }] : [];
  });
}

/** Puts a rectangle back that was drawn before the tab was closed. */
export function drawRectangle(
  film: ShownFilm,
  { uid, x, y, width, height }: Rectangle,
  tools: CornerstoneTools,
  cornerstone: Cornerstone,
): void {
  const plane = planeOf(film, cornerstone);
  if (!plane) return;
  const corners: [number, number][] = [
    [x, y],
    [x + width, y],
    [x, y + height],
    [x + width, y + height],
  ];
  const points = corners.map((corner): Point3 => toWorld(plane, corner));
  tools.RectangleROITool?.hydrate?.(film.viewportId, points, { annotationUID: uid });
}

export function removeRectangle(uid: string, tools: CornerstoneTools): void {
  tools.annotation?.state.removeAnnotation(uid);
}
