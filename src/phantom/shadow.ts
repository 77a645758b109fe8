import type { pixelBounds, Plate } from './plate';

/** Attenuation that a finding adds, on its own rectangle of the plate. */
export interface Shadow {
  left: number;
  top: number;
  width: number;
  height: number;
  /** Row-major, `width * height`. */
  field: Float32Array;
  /** Largest value of `field`. */
  peak: number;
}

/**
 * Fills a rectangle of the plate.
 *
 * @param air attenuation removed by air: where there is none, nothing is added
 * @param added attenuation at a place of the body, of what the air removes there
 */
export function makeShadow(
  air: Float32Array,
  plate: Plate,
  bounds: ReturnType<typeof pixelBounds>,
  added: (removed: number, x: number, y: number) => number,
): Shadow {
  const width = Math.max(0, bounds.right - bounds.left);
  const height = Math.max(0, bounds.bottom - bounds.top);
  const field = new Float32Array(width * height);
  let peak = 0;
  for (let row = 0; row < height; row++) {
    const y = (row + bounds.top - plate.originY) / plate.scale;
    for (let column = 0; column < width; column++) {
      const removed = air[(row + bounds.top) * plate.width + column + bounds.left];
      if (removed <= 0) continue;
      const value = added(removed, (column + bounds.left - plate.originX) / plate.scale, y);
      field[row * width + column] = value;
      if (value > peak) peak = value;
    }
  }
  return { left: bounds.left, top: bounds.top, width, height, field, peak };
}
