import type { ExplanationFigures, ExplanationSettings, ModelIdentity } from '../../models/explanation';
import type { Stability } from '../../models/stability';

export { modelIdentity, type ExplanationFigures, type ExplanationSettings } from '../../models/explanation';

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
  /** When its objects are made, where that is later: of several masks it tells which was saved last. */
  saved?: Date;
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

/** What a stored parametric map says of the explanation that it holds. */
export interface StoredMap {
  sopInstanceUid: string;
  /** The explained image, and its frame where it has several. */
  sourceInstanceUid: string;
  frame?: number;
  model: Omit<ModelIdentity, 'title'>;
  settings: Omit<ExplanationSettings, 'methodTitle'>;
  figures: ExplanationFigures;
  /** Decisions of the image, x_s and x_a as the object states them beside their scores; absent where it does not. */
  stated: readonly (string | undefined)[];
  /** Of an averaged map: how far its transforms agree; absent where that was not stored. */
  stability?: Stability;
  /** Reasons for caution with the image, as they were told when it was explained. */
  cautions: string[];
  /** Date and time of the explanation (DICOM DA and TM). */
  created: { date: string; time: string };
  /** Version of this software that made it; absent where the archive does not say. */
  software?: string;
}
