import * as tf from '@tensorflow/tfjs';
import { inputTensor, methodById, sumOverTransforms, type ExplainContext } from '../../../explain';
import type { SumRequest } from './helper-calls';

/** Sums of the maps over some of the transforms (`sumOverTransforms`), 4 × size × size: the same in the worker that explains and in its helpers. */
export async function sumOfRange(
  context: ExplainContext,
  { methodId, generator, augment, range, input }: SumRequest,
): Promise<Float32Array> {
  const x = inputTensor(context, input);
  const options = { ...augment, ranges: context.card.augmentation };
  const settings = { generator, seed: augment.seed };
  const sum = sumOverTransforms(methodById(methodId), context, x, options, range, settings);
  try {
    return (await sum.data()) as Float32Array;
  } finally {
    tf.dispose([x, sum]);
  }
}
