import type { Cornerstone, CornerstoneViewport, Point2, Point3 } from '../host/ohif-types';

/** Canvas matrix [a, b, c, d, e, f]: x' = a·x + c·y + e, y' = b·x + d·y + f (as in `setTransform`). */
export type CanvasMatrix = readonly [number, number, number, number, number, number];

/**
 * The matrix that takes image pixels (edges at 0 and at columns, rows) to the places of three corners.
 *
 * @param topLeft where the image's corner (0, 0) is drawn
 * @param topRight where (columns, 0) is drawn
 * @param bottomLeft where (0, rows) is drawn
 */
export function matrixFromCorners(
  topLeft: Point2,
  topRight: Point2,
  bottomLeft: Point2,
  columns: number,
  rows: number,
): CanvasMatrix {
  return [
    (topRight[0] - topLeft[0]) / columns,
    (topRight[1] - topLeft[1]) / columns,
    (bottomLeft[0] - topLeft[0]) / rows,
    (bottomLeft[1] - topLeft[1]) / rows,
    topLeft[0],
    topLeft[1],
  ];
}

/** first, then second. */
export function composed(second: CanvasMatrix, first: CanvasMatrix): CanvasMatrix {
  const [a, b, c, d, e, f] = second;
  const [a1, b1, c1, d1, e1, f1] = first;
  return [
    a * a1 + c * b1,
    b * a1 + d * b1,
    a * c1 + c * d1,
    b * c1 + d * d1,
    a * e1 + c * f1 + e,
    b * e1 + d * f1 + f,
  ];
}

/** The way back. */
export function inverse([a, b, c, d, e, f]: CanvasMatrix): CanvasMatrix {
  const area = a * d - b * c;
  return [d / area, -b / area, -c / area, a / area, (c * f - d * e) / area, (b * e - a * f) / area];
}

/** Where a point lands. */
export function applied(matrix: CanvasMatrix, [x, y]: Point2): Point2 {
  const [a, b, c, d, e, f] = matrix;
  return [a * x + c * y + e, b * x + d * y + f];
}

/** Whether every number is finite and the matrix does not collapse the image. */
function isUsable(matrix: CanvasMatrix): boolean {
  const [a, b, c, d] = matrix;
  return matrix.every(Number.isFinite) && Math.abs(a * d - b * c) > 1e-12;
}

/**
 * Where a viewport draws an image, in CSS pixels of its canvas.
 *
 * What the viewport itself draws with (`getImageData`) comes first, since it also holds for images without spacing or
 * position; `imageToWorldCoords` is for viewports that do not offer it.
 *
 * @returns undefined while the viewport is not ready
 */
export function imageToCanvasMatrix(
  viewport: CornerstoneViewport,
  cornerstone: Cornerstone,
  image: { imageId: string; rows: number; columns: number },
): CanvasMatrix | undefined {
  const toWorld = worldFunction(viewport, cornerstone, image.imageId);
  if (!toWorld) return undefined;
  const corner = (x: number, y: number): Point2 | undefined => {
    const world = toWorld(x, y);
    return world && viewport.worldToCanvas(world);
  };
  const topLeft = corner(0, 0);
  const topRight = corner(image.columns, 0);
  const bottomLeft = corner(0, image.rows);
  if (!topLeft || !topRight || !bottomLeft) return undefined;
  const matrix = matrixFromCorners(topLeft, topRight, bottomLeft, image.columns, image.rows);
  return isUsable(matrix) ? matrix : undefined;
}

type ToWorld = (x: number, y: number) => Point3 | undefined;

/** Image pixels with edges at integers → world; Cornerstone's index has pixel centres at integers. */
function worldFunction(
  viewport: CornerstoneViewport,
  cornerstone: Cornerstone,
  imageId: string,
): ToWorld | undefined {
  const imageData = viewport.getImageData?.()?.imageData;
  if (imageData) {
    return (x, y) => point3(imageData.indexToWorld([x - 0.5, y - 0.5, 0]));
  }
  const { imageToWorldCoords } = cornerstone.utilities;
  return imageToWorldCoords && ((x, y) => point3(imageToWorldCoords(imageId, [x, y])));
}

function point3(values: ArrayLike<number> | undefined): Point3 | undefined {
  return values && values.length >= 3 ? [values[0], values[1], values[2]] : undefined;
}
