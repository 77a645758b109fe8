export { makeResults, resultReferences, type NativeExplanation, type ResultSelection } from './make-results';
export { writeParametricMap, PARAMETRIC_MAP } from './parametric-map';
export type { Palette } from './picture';
export {
  describeStoredMap,
  readStoredMap,
  readStoredReport,
  type StoredMap,
  type StoredReport,
} from './read-results';
export { writeReport, COMPREHENSIVE_SR, type ReportReferences } from './report';
export { writeSecondaryCapture, SECONDARY_CAPTURE } from './secondary-capture';
export {
  LABEL_MAP_SEGMENTATION,
  SEGMENTATION,
  segmentLabel,
  writeSegmentation,
  type PercentileMask,
  type SegmentationEncoding,
} from './segmentation';
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
