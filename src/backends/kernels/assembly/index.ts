// Entry of the training kernel module. It runs on the memory of the TensorFlow.js wasm backend, so nothing
// here may own memory: no static data, no allocation; the host passes every buffer, scratch included.
export { convolveGrid, packTaps } from './convolution';
export { winogradFilter, winogradForward } from './winograd';
export { largeWinogradFilter, largeWinogradFilterGradient, largeWinogradForward } from './winograd-large';
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
export { adamStep, scaleInto } from './flat';
