import * as tf from '@tensorflow/tfjs';
import { inputGradient as derivative } from '../gradients';
import { channelMean, attributionMap } from '../maps';
import type { ExplanationMethod } from '../types';

/** Input Gradient, E(x) = |x ⊙ ∂F/∂x|. Hechtlinger, 2016, arXiv 1611.07634. Options: `target`. */
export const inputGradient: ExplanationMethod = {
  id: 'input-gradient',
  title: 'Input Gradient',
  citation:
    'Hechtlinger, Interpretation of Prediction Models Using the Input Gradient, 2016, arXiv 1611.07634',
  oneShot: true,
  needs: { gradients: true },
  map: attributionMap,
  explain: (context, batch, options) => ({
    map: tf.tidy(() => channelMean(tf.abs(tf.mul(batch, derivative(context, batch, options?.target))))),
  }),
};
