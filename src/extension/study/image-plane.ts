import type { Cornerstone, CornerstoneViewport, Point2, Point3 } from '../host/ohif-types';

/** Where an image lies in the world of its viewport: the outer corner of its first pixel, and the steps of one pixel. */
export interface ImagePlane {
  corner: Point3;
  column: Point3;
  row: Point3;
}

/**
 * By what the viewport itself draws with, which also holds for images that state neither position nor spacing, else by what the
 * header says.
 */
export function planeOf(
  { viewport, imageId }: { viewport: CornerstoneViewport; imageId: string },
  cornerstone: Cornerstone,
): ImagePlane | undefined {
  const imageData = viewport.getImageData?.()?.imageData;
  const world = cornerstone.utilities.imageToWorldCoords;
  const at = (x: number, y: number): Point3 | undefined => {
    // Indices are those of pixel centres; coordinates have the first pixel from 0 to 1.
    const point = imageData ? imageData.indexToWorld([x - 0.5, y - 0.5, 0]) : world?.(imageId, [x, y]);
    return point && Array.from(point).every(Number.isFinite) ? (Array.from(point) as Point3) : undefined;
  };
  const [corner, right, below] = [at(0, 0), at(1, 0), at(0, 1)];
  if (!corner || !right || !below) return undefined;
  return { corner, column: minus(right, corner), row: minus(below, corner) };
}

/** Pixels of a point in the world: 0, 0 is the outer corner of the first one. */
export function toPixels({ corner, column, row }: ImagePlane, point: Point3): Point2 {
  const from = minus(point, corner);
  return [dot(from, column) / dot(column, column), dot(from, row) / dot(row, row)];
}

export function toWorld({ corner, column, row }: ImagePlane, [x, y]: Point2): Point3 {
  return [0, 1, 2].map(i => corner[i] + x * column[i] + y * row[i]) as Point3;
}

function minus(a: Point3, b: Point3): Point3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function dot(a: Point3, b: Point3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
