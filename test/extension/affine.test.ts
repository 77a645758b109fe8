import { expect, test } from 'vitest';
import { applied, composed, imageToCanvasMatrix, matrixFromCorners } from '../../src/extension/draw/affine';
import type { Cornerstone, CornerstoneViewport, Point3 } from '../../src/extension/host/ohif-types';

test('corners of the image land where the viewport draws them', () => {
  const matrix = matrixFromCorners([10, 20], [210, 20], [10, 120], 400, 100);
  expect(applied(matrix, [0, 0])).toEqual([10, 20]);
  expect(applied(matrix, [400, 0])).toEqual([210, 20]);
  expect(applied(matrix, [400, 100])).toEqual([210, 120]);
  expect(applied(matrix, [200, 50])).toEqual([110, 70]);
});

test('a film turned by 90 degrees and mirrored keeps its corners', () => {
  // Top-left of the film at the canvas's top-right, its top edge running down, its left edge running left.
  const matrix = matrixFromCorners([300, 0], [300, 400], [0, 0], 40, 30);
  expect(applied(matrix, [40, 0])).toEqual([300, 400]);
  expect(applied(matrix, [0, 30])).toEqual([0, 0]);
  expect(applied(matrix, [40, 30])).toEqual([0, 400]);
});

test('composition applies the first matrix first', () => {
  const double = [2, 0, 0, 2, 0, 0] as const;
  const shift = [1, 0, 0, 1, 5, 7] as const;
  expect(applied(composed(shift, double), [3, 4])).toEqual([11, 15]);
  expect(applied(composed(double, shift), [3, 4])).toEqual([16, 22]);
});

/** A viewport that draws 0.5 mm pixels, zoomed by 3, shifted: independent of the code under test. */
function viewport(withImageData: boolean): CornerstoneViewport {
  return {
    id: 'v',
    element: undefined as unknown as HTMLDivElement,
    worldToCanvas: ([x, y]) => [3 * x + 100, 3 * y + 50],
    getImageData: () =>
      withImageData
        ? { imageData: { indexToWorld: ([i, j, k]: Point3) => [i * 0.5, j * 0.5, k] } }
        : undefined,
  };
}

test('pixel centres of Cornerstone become pixel edges of the canvas', () => {
  const image = { imageId: 'i', rows: 20, columns: 10 };
  const matrix = imageToCanvasMatrix(viewport(true), { utilities: {} } as Cornerstone, image)!;
  // The centre of the first pixel, (0.5, 0.5) in edge coordinates, is index 0, world 0.
  expect(applied(matrix, [0.5, 0.5])[0]).toBeCloseTo(100);
  expect(applied(matrix, [0.5, 0.5])[1]).toBeCloseTo(50);
  expect(applied(matrix, [9.5, 19.5])[0]).toBeCloseTo(100 + 3 * 4.5);
  expect(applied(matrix, [9.5, 19.5])[1]).toBeCloseTo(50 + 3 * 9.5);
});

test('without image data the world comes from imageToWorldCoords', () => {
  const cornerstone = {
    utilities: {
      imageToWorldCoords: (_id: string, [x, y]: number[]) => [(x - 0.5) * 0.5, (y - 0.5) * 0.5, 0],
    },
  } as unknown as Cornerstone;
  const matrix = imageToCanvasMatrix(viewport(false), cornerstone, { imageId: 'i', rows: 20, columns: 10 })!;
  expect(applied(matrix, [0.5, 0.5])[0]).toBeCloseTo(100);
  expect(
    imageToCanvasMatrix(viewport(false), { utilities: {} } as Cornerstone, {
      imageId: 'i',
      rows: 2,
      columns: 2,
    }),
  ).toBeUndefined();
});

test('a viewport that is not ready gives no matrix', () => {
  const collapsed = { ...viewport(true), worldToCanvas: (): [number, number] => [NaN, NaN] };
  expect(
    imageToCanvasMatrix(collapsed, { utilities: {} } as Cornerstone, { imageId: 'i', rows: 2, columns: 2 }),
  ).toBeUndefined();
});
