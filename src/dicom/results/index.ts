export {
  makeResults,
  resultReferences,
  unmarkedReport,
  type NativeExplanation,
  type ResultSelection,
} from './make-results';
export { readStoredMap } from './read-map';
export { describeStoredMap } from './stored-map';
export { writeSegmentation } from './segmentation';
export * from './sop-classes';
export { pickSource } from './pick-source';
export { sourceAttributes } from './source';
export {
  modelIdentity,
  ResultError,
  resultKinds,
  type Attributes,
  type ExplanationFigures,
  type ExplanationSettings,
  type Reference,
  type ResultContext,
  type ResultKind,
  type ResultObject,
} from './types';
