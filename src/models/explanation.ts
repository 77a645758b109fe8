import type { ModelCard } from './card';
import type { Decision } from './decision';
import { sha256Hex } from './hash';

/** What is said of an explanation beside its pixels: the same in viewer, result file, DICOM objects and evaluation. */

/** Which networks made it: names for people, and the hash that tells two builds of one version apart. */
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

/** How it is made; together with model and image it settles every identifier. */
export interface ExplanationSettings {
  methodId: string;
  methodTitle: string;
  /** Name of the explained label, of a model of independent ones. */
  label?: string;
  /** Generator used, where the method needs one. */
  generator?: string;
  /** Number of random transforms that the map is the mean of; 0 for a single pass. */
  augment: number;
  seed: number;
  /** TensorFlow.js backend: values differ in the last digits from one to the next. */
  backend: string;
}

/** What came out, without pixels. */
export interface ExplanationFigures {
  decision: Decision;
  /** Of x_s; absent where the method makes none. */
  decisionSimilar?: Decision;
  /** Of x_a; absent where the method makes none. */
  decisionAdversarial?: Decision;
  /**
   * Whether x_s keeps the decision; absent where the method makes no x_s, and where that would say nothing because
   * `similarIsOriginal`.
   */
  hold?: boolean;
  /** True where x_s is x itself, PSNR(x, x_s) > 60 dB, and keeps the decision for that reason; else absent. */
  similarIsOriginal?: true;
  /** Whether x_a changes the decision; absent where the method makes no x_a. */
  flip?: boolean;
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
