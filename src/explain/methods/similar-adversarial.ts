import * as z from 'zod';
import { pairKinds } from '../../models/generator-choice';
import { generatePair } from '../generators';
import { differenceMap, pairMap } from '../maps';
import { paper } from '../citations';
import { common, defineMethod } from '../method';

/**
 * Similar–Adversarial explanation, E(x) = |g_s(x) − g_a(x)|.
 * Charachon et al., ICPR 2020, arXiv 2012.07332, eq. (3).
 *
 * Both images come from one generation, so the reconstruction error that they share cancels in the difference. Where x_s is x
 * (residual output), there is none, and the map is |x − x_a|.
 */
export const similarAdversarial = defineMethod({
  id: 'similar-adversarial',
  title: 'Similar–Adversarial',
  citation: `${paper}, eq. (3)`,
  category: 'pair',
  oneShot: true,
  needs: { generator: pairKinds },
  map: pairMap,
  images: ['similar', 'adversarial'],
  options: z.object({ generator: common.generator }),
  explain(context, batch, options) {
    const { similar, adversarial } = generatePair(context, batch, options.generator);
    return { map: differenceMap(similar, adversarial), similar, adversarial };
  },
});
