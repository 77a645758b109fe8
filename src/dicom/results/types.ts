import type { ModelCard } from '../../models/card';
import { sha256Hex } from '../../models/hash';

/** Naturalised attributes (keyword → value), as dcmjs reads them from a file and as OHIF holds them. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Which networks made a result: names for people, and the hash that tells two builds of one version apart. */
export interface ModelIdentity {
  id: string;
  version: string;
  title: string;
  /** SHA-256 over the names and SHA-256 of the package's files, lower-case hexadecimal. */
  weightsSha256: string;
  /** Of two, index 1 is the positive one. */
  classes: readonly string[];
  /** Of two classes. */
  operatingPoint?: number;
}

/** How an explanation is made; together with model and image it settles every identifier. */
export interface ExplanationSettings {
  methodId: string;
  methodTitle: string;
  /** Generator used, where the method needs one. */
  generator?: string;
  /** Number of random transforms that the map is the mean of; 0 for a single pass. */
  augment: number;
  seed: number;
  /** TensorFlow.js backend: values differ in the last digits from one to the next. */
  backend: string;
}

/** What came out, without the map. */
export interface ExplanationFigures {
  /** In [0, 1]: calibrated score of the positive one of two classes, or probability of the decided one of more. */
  score: number;
  /** Index of the decided class. */
  decision: number;
  scoreSimilar?: number;
  scoreAdversarial?: number;
  /** Whether x_s keeps the decision. */
  hold?: boolean;
  /** Whether x_a changes the decision. */
  flip?: boolean;
}

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

/** A DICOM object that was made, and by what it is referred to. */
export interface ResultObject extends Reference {
  kind: ResultKind;
  /** DICOM Part 10 file. */
  bytes: Uint8Array;
}

/** Names an object in other objects. */
export interface Reference {
  sopClassUid: string;
  sopInstanceUid: string;
  seriesInstanceUid: string;
}

/** Segmentation, Parametric Map, Secondary Capture, Structured Report. */
export const resultKinds = ['seg', 'pm', 'sc', 'sr'] as const;
export type ResultKind = (typeof resultKinds)[number];

/** A result that cannot be made, with the reason and what to do. */
export class ResultError extends Error {
  override name = 'ResultError';
}

/** Identity of a model package by its card. */
export function modelIdentity(
  card: Pick<ModelCard, 'id' | 'version' | 'title' | 'classes' | 'operatingPoint' | 'files'>,
): ModelIdentity {
  const lines = Object.entries(card.files)
    .map(([file, hash]) => `${hash}  ${file}\n`)
    .sort();
  return {
    id: card.id,
    version: card.version,
    title: card.title,
    weightsSha256: sha256Hex(new TextEncoder().encode(lines.join(''))),
    classes: card.classes.map(({ name }) => name),
    operatingPoint: card.operatingPoint,
  };
}
