import * as tf from '@tensorflow/tfjs';
import { uniform } from './random';

/** Ranges of the random geometric transforms (paper, Table II; ranges are this project's reading). */
export interface GeometricRanges {
  /** Rotation uniform in ± this many degrees. */
  rotationDegrees: number;
  /** Shift of each axis uniform in ± this fraction of the side. */
  shiftFraction: number;
  /** Magnification uniform between these two. */
  zoom: [number, number];
  horizontalFlip: boolean;
  verticalFlip: boolean;
}

/** Ranges of prediction-time averaging, and of trainings that need no stronger augmentation; a chest is not turned over. */
export const predictionRanges: GeometricRanges = {
  rotationDegrees: 10,
  shiftFraction: 0.1,
  zoom: [0.9, 1.1],
  horizontalFlip: true,
  verticalFlip: false,
};

/**
 * An affine map from output to input pixel coordinates (pixel centres at integers):
 * x_in = a·x + b·y + c, y_in = d·x + e·y + f.
 */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export const identityTransform: Affine = [1, 0, 0, 0, 1, 0];

/** Draws transforms about the image centre: flip, zoom, rotation, then shift. */
export function randomTransforms(
  count: number,
  ranges: GeometricRanges,
  size: number,
  random: () => number,
): Affine[] {
  return Array.from({ length: count }, () => {
    const angle = (uniform(random, -1, 1) * ranges.rotationDegrees * Math.PI) / 180;
    const shiftX = uniform(random, -1, 1) * ranges.shiftFraction * size;
    const shiftY = uniform(random, -1, 1) * ranges.shiftFraction * size;
    const zoom = uniform(random, ranges.zoom[0], ranges.zoom[1]);
    const flipX = random() < 0.5 && ranges.horizontalFlip ? -1 : 1;
    const flipY = random() < 0.5 && ranges.verticalFlip ? -1 : 1;
    return centredTransform(size, { angle, shiftX, shiftY, zoom, flipX, flipY });
  });
}

/** The output-to-input map of one transform about the centre of a size × size image. */
export function centredTransform(
  size: number,
  t: { angle: number; shiftX: number; shiftY: number; zoom: number; flipX: 1 | -1; flipY: 1 | -1 },
): Affine {
  const centre = (size - 1) / 2;
  const cos = Math.cos(t.angle) / t.zoom;
  const sin = Math.sin(t.angle) / t.zoom;
  const [a, b, d, e] = [t.flipX * cos, t.flipX * sin, -t.flipY * sin, t.flipY * cos];
  const c = centre - a * (centre + t.shiftX) - b * (centre + t.shiftY);
  const f = centre - d * (centre + t.shiftX) - e * (centre + t.shiftY);
  return [a, b, c, d, e, f];
}

/** Whether the map mirrors: a flip of one axis does, flips of both are a rotation. */
export function isMirrored([a, b, , d, e]: Affine): boolean {
  return a * e < b * d;
}

/** The inverse map. */
export function invertTransform([a, b, c, d, e, f]: Affine): Affine {
  const determinant = a * e - b * d;
  const [ia, ib, id, ie] = [e / determinant, -b / determinant, -d / determinant, a / determinant];
  return [ia, ib, -(ia * c + ib * f), id, ie, -(id * c + ie * f)];
}

/**
 * Applies one transform to each image of a batch, bilinearly.
 *
 * @param batch [N, H, W, C] float32
 * @param transforms N maps, or one for all
 * @param fill value outside the input image
 * @returns [N, H, W, C]; the caller disposes
 */
export function applyTransforms(batch: tf.Tensor4D, transforms: readonly Affine[], fill = 0): tf.Tensor4D {
  return tf.tidy(() => {
    // The cpu backend's kernel (tfjs 4.22) stops after the first image of a batch, so it gets them one by one.
    if (tf.getBackend() === 'cpu' && batch.shape[0] > 1) {
      const images = tf.split<tf.Tensor4D>(batch, batch.shape[0]);
      const own = (n: number): Affine[] => [transforms[transforms.length === 1 ? 0 : n]];
      return tf.concat(images.map((image, n) => applyTransforms(image, own(n), fill)));
    }
    const rows = transforms.map(([a, b, c, d, e, f]) => [a, b, c, d, e, f, 0, 0]);
    return tf.image.transform(batch, tf.tensor2d(rows, [rows.length, 8]), 'bilinear', 'constant', fill);
  });
}

/**
 * How much of every output pixel of a transform comes from inside the input image.
 *
 * @returns [transforms.length, size, size, 1], in [0, 1]; the caller disposes
 */
export function transformCoverage(transforms: readonly Affine[], size: number): tf.Tensor4D {
  return tf.tidy(() => applyTransforms(tf.ones([transforms.length, size, size, 1]), transforms, 0));
}
