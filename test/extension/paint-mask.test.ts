import { expect, test } from 'vitest';
import { applied, composed, inverse, type CanvasMatrix } from '../../src/extension/draw/affine';
import { paintMask, sampleLevels } from '../../src/extension/preview/paint-mask';

const image = { rows: 5, columns: 7 };
const levels = Uint8Array.from({ length: 35 }, (_, i) => (i * 11) % 8);
const ink = { fill: 1, outline: 2 };

/** By the shader's own words (vtk.js, `vtkImageLabelOutlineOn`): dot by dot, texture clamped to its edge. */
function bySquares(toImage: CanvasMatrix, width: number, height: number, reach: number, stop: number) {
  const at = (x: number, y: number): [column: number, row: number] => {
    const [column, row] = applied(toImage, [x + 0.5, y + 0.5]);
    return [Math.floor(column), Math.floor(row)];
  };
  const marked = (x: number, y: number): boolean => {
    const [column, row] = at(x, y);
    const [c, r] = [Math.min(6, Math.max(0, column)), Math.min(4, Math.max(0, row))];
    return levels[r * 7 + c] > stop;
  };
  return Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const [column, row] = at(x, y);
    if (column < 0 || row < 0 || column >= 7 || row >= 5 || !marked(x, y)) return 0;
    for (let dy = -reach; dy <= reach; dy++)
      for (let dx = -reach; dx <= reach; dx++) if (!marked(x + dx, y + dy)) return ink.outline;
    return ink.fill;
  });
}

test.each([
  ['enlarged', [4.3, 0, 0, 4.3, 3.2, 2.1]],
  ['turned', [0, 5, -5, 0, 30, 1]],
  ['mirrored, partly out of view', [-6, 0, 0, 6, 31, -4]],
  ['shrunk', [0.7, 0, 0, 0.7, 2, 2]],
] as [string, CanvasMatrix][])(
  'a mask is drawn dot by dot as the viewer draws its labelmap: %s',
  (_, toDots) => {
    const size = { width: 36, height: 28 };
    const toImage = inverse(toDots);
    for (const reach of [0, 1, 3]) {
      const sampled = sampleLevels(levels, image, toImage, size, reach);
      for (const stop of [0, 3, 6]) {
        const dots = new Uint32Array(36 * 28).fill(9);
        paintMask(sampled, stop, ink, dots);
        const wanted = bySquares(toImage, 36, 28, reach, stop);
        expect(wanted.filter(dot => dot > 0).length).toBeGreaterThan(0);
        expect([...dots]).toEqual(wanted);
      }
    }
  },
);

test('the way back undoes the way there', () => {
  const matrix: CanvasMatrix = [2, 1, -3, 4, 7, -5];
  composed(inverse(matrix), matrix).forEach((value, i) =>
    expect(value).toBeCloseTo([1, 0, 0, 1, 0, 0][i], 12),
  );
});
