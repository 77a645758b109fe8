import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { markedRegions } from '../../src/dicom/results/regions';
import { seededRandom } from '../../src/models/random';

const folder = mkdtempSync(path.join(tmpdir(), 'explain-regions-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Rows of a picture: # is marked. */
function maskOf(...lines: string[]): { mask: Uint8Array; columns: number } {
  return {
    mask: Uint8Array.from(lines.join(''), letter => Number(letter === '#')),
    columns: lines[0].length,
  };
}

function regionsOf(...lines: string[]) {
  const { mask, columns } = maskOf(...lines);
  return markedRegions(
    mask,
    Float32Array.from(mask, (_, i) => i),
    columns,
  );
}

/** Shoelace formula. */
function areaOf(outline: readonly number[]): number {
  let twice = 0;
  for (let i = 0; i + 3 < outline.length; i += 2)
    twice += outline[i] * outline[i + 3] - outline[i + 2] * outline[i + 1];
  return twice / 2;
}

describe('regions of a mask', () => {
  it('are outlined along the sides of their pixels, closed', () => {
    expect(regionsOf('....', '.##.', '.#..', '....').regions).toEqual([
      { outline: [1, 1, 3, 1, 3, 2, 2, 2, 2, 3, 1, 3, 1, 1], pixels: 3, mean: (5 + 6 + 9) / 3 },
    ]);
  });

  it('that touch at a corner are two, and one that touches itself there is one, what lies behind the corner outside', () => {
    expect(regionsOf('#.', '.#').regions.map(({ outline }) => outline)).toEqual([
      [0, 0, 1, 0, 1, 1, 0, 1, 0, 0],
      [1, 1, 2, 1, 2, 2, 1, 2, 1, 1],
    ]);
    const ring = regionsOf('###.', '#.#.', '##..', '..#.');
    expect(ring.regions.map(({ pixels }) => pixels)).toEqual([7, 1]);
    expect(areaOf(ring.regions[0].outline)).toBe(7);
  });

  it('hold their holes and islands', () => {
    const { regions, others } = regionsOf('#####', '#...#', '#.#.#', '#...#', '#####');
    expect(regions).toEqual([{ outline: [0, 0, 5, 0, 5, 5, 0, 5, 0, 0], pixels: 25, mean: 12 }]);
    expect(others).toBe(0);
  });

  it('are the ten largest, and none of less than a hundredth of the mask', () => {
    const columns = 201;
    const mask = new Uint8Array(3 * columns);
    mask.fill(1, columns, columns + 150);
    for (let i = 0; i < 15; i++) mask.fill(1, columns + 152 + 3 * i, columns + 154 + 3 * i);
    mask[columns + 200] = 1;
    const { regions, others } = markedRegions(mask, new Float32Array(mask.length), columns);
    expect(regions.map(({ pixels }) => pixels)).toEqual([150, 2, 2, 2, 2, 2, 2, 2, 2, 2]);
    expect(others).toBe(7);
  });

  it('of nothing are none', () => {
    expect(regionsOf('...', '...')).toEqual({ regions: [], others: 0 });
  });

  it('with very many corners are simplified, their figures are not', () => {
    const columns = 3001;
    const comb = new Uint8Array(5 * columns).fill(1, 0, columns);
    for (let column = 0; column < columns; column += 2) comb[columns + column] = 1;
    const { regions } = markedRegions(comb, new Float32Array(comb.length).fill(2), columns);
    expect(regions).toHaveLength(1);
    expect(regions[0]).toMatchObject({ pixels: columns + 1501, mean: 2 });
    expect(regions[0].outline.length).toBeLessThanOrEqual(2000);
    expect(regions[0].outline.slice(0, 2)).toEqual(regions[0].outline.slice(-2));
  });
});

const python = '/usr/bin/python3';
const hasScipy = spawnSync(python, ['-c', 'import scipy.ndimage']).status === 0;

describe.skipIf(!hasScipy)('regions of random masks (scipy)', () => {
  it('have the pixels and means of scipy’s labels with their holes filled, and outlines of that area', () => {
    const [rows, columns] = [60, 71];
    const random = seededRandom(3);
    const noise = Float32Array.from({ length: rows * columns }, () => random());
    const at = (row: number, column: number): number =>
      noise[Math.min(rows - 1, Math.max(0, row)) * columns + Math.min(columns - 1, Math.max(0, column))];
    const map = noise.map((_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      return (
        at(row, column) +
        at(row + 1, column) +
        at(row, column + 1) +
        at(row - 1, column) +
        at(row, column - 1)
      );
    });
    const mask = Uint8Array.from(map, value => Number(value > 2.6));
    const file = path.join(folder, 'mask.json');
    writeFileSync(file, JSON.stringify({ map: [...map], mask: [...mask], columns }));
    const script = `
import sys, json, numpy as np
from scipy import ndimage
d = json.load(open(sys.argv[1]))
mask = np.array(d['mask']).reshape(-1, d['columns']); values = np.array(d['map']).reshape(mask.shape)
labels, count = ndimage.label(mask)
filled = [ndimage.binary_fill_holes(labels == k, structure=np.ones((3, 3))) for k in range(1, count + 1)]
outer = [f for k, f in enumerate(filled) if not any(o is not f and o[f].all() for o in filled)]
print(json.dumps(sorted([[int(f.sum()), float(values[f].mean())] for f in outer], key=lambda r: -r[0])))`;
    const { stdout, stderr, status } = spawnSync(python, ['-c', script, file], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    const truth = JSON.parse(stdout) as [number, number][];
    const { regions, others } = markedRegions(mask, map, columns);
    expect(truth.length).toBe(regions.length + others);
    expect(regions.length).toBeGreaterThan(5);
    expect(regions.some(({ pixels }) => pixels > 30)).toBe(true);
    expect(regions.map(({ pixels }) => pixels)).toEqual(
      truth.slice(0, regions.length).map(([pixels]) => pixels),
    );
    for (const { outline, pixels, mean } of regions) {
      expect(areaOf(outline)).toBe(pixels);
      expect(truth.some(([size, average]) => size === pixels && Math.abs(average - mean) < 1e-5)).toBe(true);
    }
  });
});
