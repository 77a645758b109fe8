import * as z from 'zod';
import { adversarialKinds } from '../../models/generator-choice';
import { generateNaive } from '../generators';
import { differenceMap, singleMap } from '../maps';
import { paper } from '../citations';
import { common, defineMethod } from '../method';

/**
 * Naive adversarial explanation, E(x) = |x − g_a(x)|, of a generator trained without a similar image.
 * Charachon et al., ICPR 2020, arXiv 2012.07332, eq. (1) and (2).
 */
export const naive = defineMethod({
  id: 'naive',
  title: 'Naive adversarial',
  citation: `${paper}, eq. (1), (2)`,
  category: 'adversarial',
  oneShot: true,
  needs: { generator: adversarialKinds },
  map: singleMap,
  images: ['adversarial'],
  options: z.object({ generator: common.generator }),
  explain(context, batch, options) {
    const adversarial = generateNaive(context, batch, options.generator);
    return { map: differenceMap(batch, adversarial), adversarial };
  },
});
