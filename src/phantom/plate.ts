/**
 * A grid of pixels laid over the body. Body coordinates: x grows to the right of the image (the patient's left), y grows
 * downwards; the undistorted film spans [−1, 1] on both axes, the plate reaches a little further so that a turned or
 * shifted film still finds anatomy at its borders.
 */
export interface Plate {
  readonly width: number;
  readonly height: number;
  /** Pixels in one body unit. */
  readonly scale: number;
  /** Pixel coordinates of the body's origin. */
  readonly originX: number;
  readonly originY: number;
}

/** Half the side of the plate in body units. */
export const PLATE_REACH = 1.2;

/** @param scale pixels in one body unit */
export function makePlate(scale: number): Plate {
  const side = Math.ceil(2 * PLATE_REACH * scale);
  return { width: side, height: side, scale, originX: side / 2, originY: side / 2 };
}

/** Pixels of the plate inside the body rectangle, clipped to the plate: `[left, top, right, bottom)`. */
export function pixelBounds(
  plate: Plate,
  left: number,
  top: number,
  right: number,
  bottom: number,
): { left: number; top: number; right: number; bottom: number } {
  return {
    left: Math.max(0, Math.floor(left * plate.scale + plate.originX)),
    top: Math.max(0, Math.floor(top * plate.scale + plate.originY)),
    right: Math.min(plate.width, Math.ceil(right * plate.scale + plate.originX) + 1),
    bottom: Math.min(plate.height, Math.ceil(bottom * plate.scale + plate.originY) + 1),
  };
}

/** The pixels of a plate that may lie within a distance of the straight line between two points; all in plate units. */
export function pixelsAround(
  plate: Plate,
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  reach: number,
): ReturnType<typeof pixelBounds> {
  return pixelBounds(
    plate,
    Math.min(x0, x1) - reach,
    Math.min(y0, y1) - reach,
    Math.max(x0, x1) + reach,
    Math.max(y0, y1) + reach,
  );
}

/** Hermite step from 0 at `low` to 1 at `high` (also falling, when `high < low`). */
export function smoothStep(low: number, high: number, value: number): number {
  const t = (value - low) / (high - low);
  if (t <= 0) return 0;
  if (t >= 1) return 1;
  return t * t * (3 - 2 * t);
}
