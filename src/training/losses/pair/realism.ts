import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { amount, option } from '../../../io/options';
import { Critic, type RealismSettings } from '../../critic';
import { calledPositive } from '../../frozen-classifier';
import { definePairTerm } from './term';

/** Generated images look like films of the decision that they are to show, and the discriminator learns to tell them apart. */
export const realism = definePairTerm({
  id: 'realism',
  logged: { real: 'realism of generated images, weighted', critic: 'loss of the discriminator' },
  options: z.object({
    realism: option(amount().default(0), {
      value: '<weight>',
      help: 'of x_a as a film of the decision and view it is to show',
    }),
    similarRealism: option(amount().default(0), { value: '<weight>', help: 'the same of x_s' }),
    discriminatorRate: option(amount().default(0.4), {
      value: '<factor>',
      help: 'learning rate of the discriminator over the generator’s',
    }),
  }),
  settings: (
    { realism: adversarial, similarRealism: similar, discriminatorRate: rateFactor },
    { views },
  ): { realism?: RealismSettings } =>
    adversarial === 0 && similar === 0
      ? {}
      : { realism: { adversarial, similar, rateFactor, views: [...views] } },
  open({ realism: settings }, { classifier, size, seed }) {
    if (!settings) return undefined;
    if (!classifier.isBinary) throw new Error('Realism is judged for two classes so far.');
    const critic = new Critic(settings, size, seed);
    return {
      withOwn: weights => critic.withOwn(weights),
      loss({ original, ...pair }) {
        const decisions = tf.cast(calledPositive(original), 'float32') as tf.Tensor1D;
        const { generated, discriminator } = critic.losses({ ...pair, decisions });
        return {
          weighted: tf.add(generated, discriminator),
          shown: { real: generated, critic: discriminator },
        };
      },
    };
  },
});
