export { deletionInsertion, type DeletionInsertion } from './deletion-insertion';
export { cautionsOf } from './cautions';
export {
  augmented,
  coverOfTransforms,
  meanOfSums,
  sumOverTransforms,
  type AugmentationOptions,
  type TransformRange,
} from './augmented';
export { explainImage, inputTensor, type ExplainImageOptions, type ImageExplanation } from './explain-image';
export { explanationMask, floorOf, largestOf } from './mask';
export { methodById, methods, requireAvailable, whyUnavailable } from './methods';
export {
  disposeExplanation,
  MethodUnavailableError,
  type ExplainContext,
  type Explanation,
  type ExplanationMethod,
  type MapFacts,
  type MethodOptions,
} from './types';
export { usedGenerator } from './used-generator';
