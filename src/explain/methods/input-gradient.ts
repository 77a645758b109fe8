import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { inputGradient as derivative } from '../gradients';
import { channelMean, attributionMap } from '../maps';
import { common, defineMethod } from '../method';

/** Input Gradient, E(x) = |x ⊙ ∂F/∂x|. Hechtlinger, 2016, arXiv 1611.07634. */
export const inputGradient = defineMethod({
  id: 'input-gradient',
  title: 'Input Gradient',
  citation:
    'Hechtlinger, Interpretation of Prediction Models Using the Input Gradient, 2016, arXiv 1611.07634',
  category: 'gradient',
  oneShot: true,
  needs: { gradients: true },
  map: attributionMap,
  options: z.object({ target: common.target }),
  explain: (context, batch, options) => ({
    map: tf.tidy(() => channelMean(tf.abs(tf.mul(batch, derivative(context, batch, options.target))))),
  }),
});
