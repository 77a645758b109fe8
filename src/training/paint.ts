import { uniform } from '../models/random';

/** Lung zones in fractions of the side: left or right column, common rows. */
const lungColumns: [number, number][] = [
  [0.2, 0.42],
  [0.58, 0.8],
];
const lungRows: [number, number] = [0.28, 0.72];

/**
 * Paints one or two soft textured opacities into the lung zones of a healthy image: clusters of 2–5 ellipses with
 * low-frequency noise, blended towards the image's upper quartile. A classifier that has seen them cannot decide by
 * view or film style alone.
 *
 * @param pixels size × size, in [0, 1]
 * @returns a changed copy and where it was changed, 0…1
 */
export function paintOpacities(
  pixels: Float32Array,
  size: number,
  random: () => number,
): { pixels: Float32Array; truth: Float32Array } {
  const truth = new Float32Array(size * size);
  const count = random() < 0.5 ? 1 : 2;
  for (let k = 0; k < count; k++) addBlob(truth, size, random);
  const texture = lowFrequencyNoise(size, random);
  const strength = uniform(random, 0.35, 0.8);
  const bright = upperQuartile(pixels);
  const painted = pixels.map((value, i) => {
    const weight = Math.min(1, Math.max(0, truth[i] * strength * (1 + 0.25 * texture[i])));
    return value + weight * (Math.max(bright, value) - value);
  });
  return { pixels: painted, truth: truth.map(value => (value > 0.25 ? 1 : 0)) };
}

/** Adds one cluster of ellipses with soft edges; radii of 8–26 px at a side of 224. */
function addBlob(mask: Float32Array, size: number, random: () => number): void {
  const scale = size / 224;
  const [left, right] = lungColumns[random() < 0.5 ? 0 : 1];
  const centreX = uniform(random, left, right) * size;
  const centreY = uniform(random, lungRows[0], lungRows[1]) * size;
  const ellipses = 2 + Math.floor(random() * 4);
  for (let k = 0; k < ellipses; k++) {
    const x0 = centreX + uniform(random, -14, 14) * scale;
    const y0 = centreY + uniform(random, -14, 14) * scale;
    const radiusX = uniform(random, 8, 26) * scale;
    const radiusY = uniform(random, 8, 26) * scale;
    for (let y = Math.max(0, Math.floor(y0 - 1.5 * radiusY)); y < Math.min(size, y0 + 1.5 * radiusY); y++) {
      for (let x = Math.max(0, Math.floor(x0 - 1.5 * radiusX)); x < Math.min(size, x0 + 1.5 * radiusX); x++) {
        const distance = Math.hypot((x - x0) / radiusX, (y - y0) / radiusY);
        const value = Math.min(1, Math.max(0, (1.4 - distance) / 0.8));
        mask[y * size + x] = Math.max(mask[y * size + x], value);
      }
    }
  }
}

/** Smooth noise in about [−1, 1]: a coarse random grid, bilinearly interpolated. */
function lowFrequencyNoise(size: number, random: () => number): Float32Array {
  const cells = 16;
  const grid = Float32Array.from({ length: (cells + 2) ** 2 }, () => uniform(random, -1, 1));
  const at = (row: number, column: number): number => grid[row * (cells + 2) + column];
  return Float32Array.from({ length: size * size }, (_, i) => {
    const x = ((i % size) / size) * cells;
    const y = (Math.floor(i / size) / size) * cells;
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [x - column, y - row];
    const top = at(row, column) * (1 - fx) + at(row, column + 1) * fx;
    const bottom = at(row + 1, column) * (1 - fx) + at(row + 1, column + 1) * fx;
    return top * (1 - fy) + bottom * fy;
  });
}

function upperQuartile(pixels: Float32Array): number {
  const sorted = pixels.slice().sort();
  return sorted[Math.floor(0.75 * (sorted.length - 1))];
}
