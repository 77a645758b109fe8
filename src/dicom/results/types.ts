import type { ExplanationSettings, ModelIdentity } from '../../models/explanation';

export {
  modelIdentity,
  type ExplanationFigures,
  type ExplanationSettings,
  type ModelIdentity,
} from '../../models/explanation';

/** Naturalised attributes (keyword → value), as dcmjs reads them from a file and as OHIF holds them. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Everything that a result object says besides pixels. */
export interface ResultContext {
  /** Attributes of the explained image. */
  source: Attributes;
  /** Frame explained, from 1, of an image that has several. */
  frame?: number;
  model: ModelIdentity;
  settings: ExplanationSettings;
  /** When the explanation was made. */
  created: Date;
  /** Version of this software. */
  software: string;
}

/** Names an object in other objects. */
export interface Reference {
  sopClassUid: string;
  sopInstanceUid: string;
  seriesInstanceUid: string;
}

/** A result that cannot be made, with the reason and what to do. */
export class ResultError extends Error {
  override name = 'ResultError';
}
