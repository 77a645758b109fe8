import * as tf from '@tensorflow/tfjs';
import { prepareNodeBackend } from '../../backends/node';
import { inputTensor, methodById, sumOverTransforms, type ExplainContext } from '../../explain';
import type { Handlers } from '../../workers/calls';
import { serveNode } from '../../workers/node';
import type { AveragingCalls } from './protocol';
import { openSource } from './source';

function createHandlers(): Handlers<AveragingCalls> {
  let context: ExplainContext | undefined;
  return {
    async start({ backend, source }) {
      await prepareNodeBackend(backend, { keepFilters: true });
      context = await openSource(source);
    },
    async sum({ methodId, method, augment, range, input }) {
      if (!context) throw new Error('This worker has no networks yet.');
      const x = inputTensor(context, input);
      const options = { ...augment, ranges: context.card.augmentation };
      const total = sumOverTransforms(methodById(methodId), context, x, options, range, method);
      try {
        return (await total.data()) as Float32Array;
      } finally {
        tf.dispose([x, total]);
      }
    },
  };
}

serveNode(createHandlers());
