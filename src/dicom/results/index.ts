export {
  makeResults,
  resultReferences,
  unmarkedReport,
  type NativeExplanation,
  type ResultSelection,
} from './make-results';
export { writeParametricMap } from './parametric-map';
export type { Palette } from './picture';
export { readStoredMap } from './read-map';
export { describeStoredMap, type StoredMap } from './stored-map';
export { writeReport, type ReportReferences } from './report';
export { writeSecondaryCapture } from './secondary-capture';
export {
  segmentLabel,
  writeSegmentation,
  type PercentileMask,
  type SegmentationEncoding,
} from './segmentation';
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
  type ModelIdentity,
  type Reference,
  type ResultContext,
  type ResultKind,
  type ResultObject,
} from './types';
