import { startHelperBackend } from '../../../backends/browser';
import { wasmHeapBytes } from '../../../backends/heap';
import {
  loadGenerator,
  loadModelPackage,
  type ModelPackage,
  type PackageReader,
} from '../../../models/package';
import { explainedPackage } from '../../../models/label-package';
import type { Handlers } from '../../../workers/calls';
import { transfer } from '../../../workers/port';
import { fetchChunksFrom } from '../chunks';
import { keptModels } from '../kept-models';
import { modelReader } from '../listings';
import type { HelperCalls } from './helper-calls';
import { sumOfRange } from './sum';

/** A worker that makes parts of averaged maps for the one that explains; it has the classifier, and generators as they are asked for. */
export function createHelperHandlers(): Handlers<HelperCalls> {
  let model: ModelPackage | undefined;
  let read: PackageReader;
  const store = keptModels();
  return {
    async join({ baseUrl, card, kernels }) {
      fetchChunksFrom(baseUrl);
      await startHelperBackend(baseUrl, kernels);
      read = modelReader(baseUrl, card.id);
      model = await loadModelPackage(read, { card, generators: [], store });
    },

    async sum(request) {
      if (!model) throw new Error('This helper has no networks yet.');
      const { generator } = request;
      if (generator !== undefined)
        model.generators[generator] ??= await loadGenerator(read, model.card, generator, { store });
      const sum = await sumOfRange(explainedPackage(model, request.label), request);
      return transfer({ sum, heapBytes: wasmHeapBytes() }, sum.buffer);
    },
  };
}
