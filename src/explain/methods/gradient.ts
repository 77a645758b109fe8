import * as tf from '@tensorflow/tfjs';
import { inputGradient } from '../gradients';
import { channelMean, attributionMap } from '../maps';
import type { ExplanationMethod } from '../types';

/** Gradient, E(x) = |∂F/∂x|. Simonyan, Vedaldi, Zisserman, 2014, arXiv 1312.6034. Options: `target`. */
export const gradient: ExplanationMethod = {
  id: 'gradient',
  title: 'Gradient',
  citation: 'Simonyan, Vedaldi, Zisserman, Deep Inside Convolutional Networks, 2014, arXiv 1312.6034',
  oneShot: true,
  needs: { gradients: true },
  map: attributionMap,
  explain: (context, batch, options) => ({
    map: tf.tidy(() => channelMean(tf.abs(inputGradient(context, batch, options?.target)))),
  }),
};
