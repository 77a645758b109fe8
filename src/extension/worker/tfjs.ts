/**
 * tfjs as the worker needs it: core with its gradients, and of the layers those that a classifier or generator of images is
 * built of (models/imported/known-layers.ts). Backends and the executor of graph models are fetched when they are used.
 */
// First: its flags are asked for as soon as gradients are registered.
import '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import './tfjs-chained';

export * from '@tensorflow/tfjs-core';
export { input, loadLayersModel, model } from '@tensorflow/tfjs-layers/dist/exports';
export * as layers from './tfjs-layers';
