import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { maskKinds } from '../../models/generator-choice';
import { generateMask } from '../generators';
import { attributionMap } from '../maps';
import { common, defineMethod } from '../method';

/**
 * Mask Generator of Dabkowski & Gal 2017 (arXiv 1705.07857): a U-Net, without their class selector, trained to mark the
 * smallest region that keeps the classifier's decision when all else is replaced, and takes it away when removed.
 */
export const maskGenerator = defineMethod({
  id: 'mask-generator',
  title: 'Mask Generator',
  citation:
    'Dabkowski & Gal, Real Time Image Saliency for Black Box Classifiers, NeurIPS 2017, arXiv 1705.07857',
  category: 'mask',
  oneShot: true,
  needs: { generator: maskKinds },
  map: attributionMap,
  options: z.object({ generator: common.generator }),
  explain(context, batch, options) {
    return {
      map: tf.tidy(() => tf.squeeze(generateMask(context, batch, options.generator), [3]) as tf.Tensor3D),
    };
  },
});
