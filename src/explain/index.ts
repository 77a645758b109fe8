export { answeringCard } from './answer';
export { deletionInsertion } from './deletion-insertion';
export { cautionsOf } from './cautions';
export {
  augmented,
  averageOfSums,
  coverOfTransforms,
  partsOfTransforms,
  sumOverTransforms,
  type AveragedMaps,
  type TransformRange,
} from './augmented';
export {
  explainFilm,
  NotApplicableError,
  UnknownKindError,
  preparedFilm,
  settledSettings,
  type EarlyMap,
  type ExplainedFilm,
  type KnownFilm,
  type RecordedFilm,
} from './explain-film';
export {
  answerInput,
  decideKnown,
  inputTensor,
  insideImage,
  withFilm,
  type AveragedValues,
  type ExplainedInput,
  type FilmSession,
  type FilmSettings,
  type GeneratedPair,
} from './film-session';
export { gradeCounterfactual } from './graded';
export { mapOnFilm, nativeExplanation, storedMapOnFilm, type FilmMap } from './on-film';
export { colourTop, explanationMask } from './mask';
export { methodById, methods, requireAvailable, whyUnavailable } from './methods';
export {
  disposeExplanation,
  MethodUnavailableError,
  type ExplainContext,
  type Explanation,
  type ExplanationMethod,
  type MethodCategory,
  type MethodOptions,
} from './types';
export { carries, usedGenerator } from './used-generator';
export { wayEnds, wayImage, wayOnFilm, type Way, type WayEnds } from './way';
