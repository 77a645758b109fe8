import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { targetOf } from '../gradients';
import { evaluateModel } from '../../models/graph';
import { attributionMap, channelMean } from '../maps';
import { meanDerivative } from '../segment';
import { common, defineMethod, wholeFrom1 } from '../method';

/**
 * Integrated Gradients, E(x) = |(x − x₀) ⊙ ∫₀¹ ∂F/∂x (x₀ + α(x − x₀)) dα| by the midpoint rule.
 * Sundararajan, Taly, Yan, 2017, arXiv 1703.01365, eq. (1); the completeness gap is the error of their Proposition 1.
 */
export const integratedGradients = defineMethod({
  id: 'integrated-gradients',
  title: 'Integrated Gradients',
  citation: 'Sundararajan, Taly, Yan, Axiomatic Attribution for Deep Networks, 2017, arXiv 1703.01365',
  category: 'gradient',
  oneShot: false,
  needs: { gradients: true },
  map: attributionMap,
  options: z.object({
    steps: wholeFrom1().default(32).describe('points on the line from the baseline to x'),
    baseline: z.number().min(0).max(1).default(0).describe('grey value of the baseline image; 0 is black'),
    target: common.target,
  }),
  explain(context, batch, options) {
    const { steps, baseline, target } = options;
    const [map, completenessGap] = tf.tidy(() => {
      const targetValue = targetOf(context, batch, target);
      const value = (x: tf.Tensor4D): tf.Tensor1D => targetValue(evaluateModel(context.classifier, x));
      const start = tf.fill(batch.shape, baseline) as tf.Tensor4D;
      const attribution = tf.mul<tf.Tensor4D>(
        tf.sub(batch, start),
        meanDerivative(context, start, batch, steps, { value }),
      );
      const gap = tf.sub(tf.sum(attribution, [1, 2, 3]), tf.sub(value(batch), value(start)));
      return [channelMean(tf.abs(attribution)), gap as tf.Tensor1D] as const;
    }) as unknown as [tf.Tensor3D, tf.Tensor1D];
    return { map, completenessGap };
  },
});
