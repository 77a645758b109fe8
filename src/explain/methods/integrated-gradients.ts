import * as tf from '@tensorflow/tfjs';
import { targetOf } from '../gradients';
import { evaluateModel } from '../graph';
import { attributionMap, channelMean } from '../maps';
import { meanDerivative } from '../segment';
import type { ExplanationMethod } from '../types';

/**
 * Integrated Gradients, E(x) = |(x − x₀) ⊙ ∫₀¹ ∂F/∂x (x₀ + α(x − x₀)) dα| by the midpoint rule.
 * Sundararajan, Taly, Yan, 2017, arXiv 1703.01365, eq. (1); the completeness gap is the error of their Proposition 1.
 * Options: `steps` (32), `baseline` (0, a black image), `target`.
 */
export const integratedGradients: ExplanationMethod = {
  id: 'integrated-gradients',
  title: 'Integrated Gradients',
  citation: 'Sundararajan, Taly, Yan, Axiomatic Attribution for Deep Networks, 2017, arXiv 1703.01365',
  oneShot: false,
  needs: { gradients: true },
  map: attributionMap,
  explain(context, batch, options = {}) {
    const { steps = 32, baseline = 0, target } = options;
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
};
