import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { pairKinds } from '../../models/generator-choice';
import { generatePair } from '../generators';
import { differenceMap, singleMap } from '../maps';
import { paper } from '../citations';
import { common, defineMethod } from '../method';

/**
 * The pair generator's adversarial image alone, E(x) = |x − g_a(x)|: eq. (2) of Charachon et al., ICPR 2020,
 * arXiv 2012.07332, applied to a Similar–Adversarial generator. Against eq. (3) of the same generator it shows what the
 * similar image contributes; where x_s = x the two are one.
 */
export const adversarialAlone = defineMethod({
  id: 'adversarial-alone',
  title: 'Adversarial image alone',
  citation: `${paper}, eq. (2) with the pair's g_a`,
  category: 'pair',
  oneShot: true,
  needs: { generator: pairKinds },
  map: singleMap,
  images: ['adversarial'],
  options: z.object({ generator: common.generator }),
  explain(context, batch, options) {
    const { similar, adversarial } = generatePair(context, batch, options.generator);
    tf.dispose(similar);
    return { map: differenceMap(batch, adversarial), adversarial };
  },
});
