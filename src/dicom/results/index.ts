export { answerReport } from './answer-report';
export type { NativeExplanation } from './definition';
export { makeResults } from './make-results';
export {
  leftOut,
  resultReferences,
  whenUnmarked,
  type ResultObject,
  type ResultSelection,
} from './name-results';
export { labelColours } from '../../drawing/label';
export { frameMilliseconds, wayFrames } from './way-frames';
export { resultKinds, resultObjects, usualKinds, type ResultKind } from './objects';
export { readStoredMap } from './read-map';
export type { ResultKey } from './identifiers';
export { isResultOf } from './same-result';
export { faultOfFigures, faultOfIdentifier } from './stored-fault';
export { describeStored } from './read-back';
export * from './sop-classes';
export { pickSource } from './pick-source';
export { sourceAttributes } from './source';
export {
  modelIdentity,
  ResultError,
  type Attributes,
  type ExplanationFigures,
  type ExplanationSettings,
  type Reference,
  type ResultContext,
} from './types';
