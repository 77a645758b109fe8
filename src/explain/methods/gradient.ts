import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { inputGradient } from '../gradients';
import { channelMean, derivativeMap } from '../maps';
import { common, defineMethod } from '../method';

/** Gradient, E(x) = |∂F/∂x|. Simonyan, Vedaldi, Zisserman, 2014, arXiv 1312.6034. */
export const gradient = defineMethod({
  id: 'gradient',
  title: 'Gradient',
  citation: 'Simonyan, Vedaldi, Zisserman, Deep Inside Convolutional Networks, 2014, arXiv 1312.6034',
  category: 'gradient',
  oneShot: true,
  needs: { gradients: true },
  map: derivativeMap,
  options: z.object({ target: common.target }),
  explain: (context, batch, options) => ({
    map: tf.tidy(() => channelMean(tf.abs(inputGradient(context, batch, options.target)))),
  }),
});
