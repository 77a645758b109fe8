// Entry of the training kernel module. It runs on the memory of the TensorFlow.js wasm backend, so nothing
// here may own memory: no static data, no allocation; the host passes every buffer, scratch included.
export { convolveGrid, packTaps } from './convolution';
export { winogradFilter, winogradFilterGradient, winogradForward } from './winograd';
export { scatterTaps } from './scatter';
export { filterGradient } from './filter-gradient';
export {
  batchNormStatistics,
  batchNormForward,
  batchNormReduce,
  batchNormInputGradient,
} from './batch-norm';
export { averagePoolGradient } from './pooling';
export { copyBlocks, reluGradient } from './elementwise';
