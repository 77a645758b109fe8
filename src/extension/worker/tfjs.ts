/** tfjs as the worker needs it: core, layers, graph models and the backends; the union package also carries data. */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-core/dist/register_all_gradients';

export * from '@tensorflow/tfjs-core';
export * from '@tensorflow/tfjs-layers';
export { GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
