import * as tf from '@tensorflow/tfjs';
import type { MapFacts } from './types';

/** One grey level of an 8-bit picture: no eye, and no display, tells less. */
const greyLevel = 1 / 255;

/** Difference of the two generated images, in equalised grey levels. */
export const pairMap: MapFacts = {
  unit: 'pair',
  shows: 'difference',
  floor: greyLevel,
};

/** Difference of the film and one generated image, in equalised grey levels. */
export const singleMap: MapFacts = {
  unit: 'single',
  shows: 'difference',
  floor: greyLevel,
};

/** Attribution of no unit, in which no value is small by itself. */
export const attributionMap: MapFacts = {
  unit: 'other',
  shows: 'importance',
  floor: 0,
};

/** Magnitude of a derivative of the score. */
export const derivativeMap: MapFacts = { ...attributionMap, shows: 'sensitivity' };

/** Attribution between the two generated images. */
export const pairAttributionMap: MapFacts = { ...attributionMap, shows: 'evidence', isSigned: true };

/** Mean over channels, [N, H, W, C] → [N, H, W]; what turns a three-channel difference into one map. */
export function channelMean(values: tf.Tensor4D): tf.Tensor3D {
  return values.shape[3] === 1 ? values.squeeze<tf.Tensor3D>([3]) : tf.mean(values, 3);
}

/** Channel mean of |a − b|, [N, H, W]. */
export function differenceMap(a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor3D {
  return tf.tidy(() => channelMean(tf.abs(tf.sub(a, b))));
}
