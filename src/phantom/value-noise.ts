import type { Draw } from './draw';
import { PLATE_REACH } from './plate';

/** Smooth noise in body coordinates, about uniform in [−1, 1] (one octave) and independent of the pixel size. */
export type NoiseField = (x: number, y: number) => number;

const LATTICE = 64;

/**
 * Value noise: random values on a lattice, joined by smooth interpolation; several octaves, each at twice the frequency
 * and `gain` times the amplitude of the one before.
 *
 * @param cells lattice cells in one body unit, of the first octave
 */
export function valueNoise(draw: Draw, cells: number, octaves = 1, gain = 0.5): NoiseField {
  const lattice = new Float32Array(LATTICE * LATTICE);
  for (let i = 0; i < lattice.length; i++) lattice[i] = 2 * draw.next() - 1;
  return (x, y) => {
    let sum = 0;
    let amplitude = 1;
    let total = 0;
    let frequency = cells;
    for (let octave = 0; octave < octaves; octave++) {
      // octaves read shifted parts of one lattice, so that they don't line up
      sum += amplitude * sampleLattice(lattice, x * frequency + 17.3 * octave, y * frequency + 31.7 * octave);
      total += amplitude;
      amplitude *= gain;
      frequency *= 2;
    }
    return sum / total;
  };
}

/**
 * The same field, sampled once on a grid over the plate and joined linearly: faster where many octaves are read at
 * every pixel.
 *
 * @param step grid step in body units; finer details are lost
 */
export function rasterNoise(field: NoiseField, step: number): NoiseField {
  const side = Math.ceil((2 * PLATE_REACH) / step) + 3;
  const grid = new Float32Array(side * side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      grid[row * side + column] = field(column * step - PLATE_REACH - step, row * step - PLATE_REACH - step);
    }
  }
  const offset = PLATE_REACH + step;
  const inverse = 1 / step;
  return (x, y) => between(grid, side, (x + offset) * inverse, (y + offset) * inverse);
}

/**
 * The value of a grid between its points, linearly.
 *
 * @param width points a row
 * @param x at least 0 and left of the last column, @param y at least 0 and above the last row
 */
export function between(grid: Float32Array, width: number, x: number, y: number): number {
  const column = x | 0;
  const row = y | 0;
  const fx = x - column;
  const fy = y - row;
  const i = row * width + column;
  const top = grid[i] + fx * (grid[i + 1] - grid[i]);
  const bottom = grid[i + width] + fx * (grid[i + width + 1] - grid[i + width]);
  return top + fy * (bottom - top);
}

function sampleLattice(lattice: Float32Array, x: number, y: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  let fx = x - column;
  let fy = y - row;
  fx = fx * fx * (3 - 2 * fx);
  fy = fy * fy * (3 - 2 * fy);
  const c0 = column & (LATTICE - 1);
  const c1 = (column + 1) & (LATTICE - 1);
  const r0 = (row & (LATTICE - 1)) * LATTICE;
  const r1 = ((row + 1) & (LATTICE - 1)) * LATTICE;
  const top = lattice[r0 + c0] + fx * (lattice[r0 + c1] - lattice[r0 + c0]);
  const bottom = lattice[r1 + c0] + fx * (lattice[r1 + c1] - lattice[r1 + c0]);
  return top + fy * (bottom - top);
}
