import { readPlane, type Planes } from '../../datasets/planes';
import { maskOfRuns } from '../../datasets/valid-runs';
import type { BoxSize } from '../../metrics';
import type { ImageFacts } from '../records';

/** What is known of one image to evaluate, without its pixels. */
export interface CaseInfo extends ImageFacts {
  /** Boxes of the truth at the input size, pixels; of a mask, those that enclose its connected regions. */
  boxes: BoxSize[];
  /** Place of its truth in `EvaluationSet.truths`; absent for images without truth. */
  truth?: number;
  /** Where its plane is image (valid-runs.ts); absent: everywhere. */
  validRuns?: readonly number[];
}

/** Images to evaluate, prepared for one model; truths in shared memory. */
export interface EvaluationSet {
  description: string;
  /** SHA-256 of what the set holds: images, labels, splits, or the phantoms' seeds. */
  hash: string;
  size: number;
  cases: CaseInfo[];
  /** By case. */
  planes: Planes;
  /** size × size each, one byte a pixel. */
  truths: Uint8Array;
  /** Mean truth of the training split; absent where that has no truth. */
  averageTruth?: Float32Array;
  /** Images of the split that were left out, and why. */
  leftOut: Record<string, number>;
  /** What a reader of the figures should know of it. */
  notes?: string[];
  /** Patient of every image that the data folder names, in whatever split; empty for phantoms. */
  patientOf: Map<string, string>;
}

/** Pixels of one case as they are stored, 0…65535. */
export function storedPixels(set: Pick<EvaluationSet, 'size' | 'planes'>, index: number): Uint16Array {
  return readPlane(set.planes, index, set.size);
}

/** Pixels of one case in [0, 1]. */
export function casePixels(set: Pick<EvaluationSet, 'size' | 'planes'>, index: number): Float32Array {
  return Float32Array.from(storedPixels(set, index), value => value / 65535);
}

/** Where one case is image: neither padding, collimation nor letterbox. size × size, 1 or 0 */
export function validArea({ size, cases }: Pick<EvaluationSet, 'size' | 'cases'>, index: number): Uint8Array {
  return maskOfRuns(cases[index].validRuns, size * size);
}

/** The part of a truth that lies in an image's valid area. */
export function truthInside(truth: Uint8Array, valid: Uint8Array): Uint8Array {
  return truth.map((inside, i) => (valid[i] ? inside : 0));
}

/** Truth mask by its place. */
export function truthMask(set: Pick<EvaluationSet, 'size' | 'truths'>, index: number): Uint8Array {
  const count = set.size * set.size;
  return set.truths.subarray(index * count, (index + 1) * count);
}

/** Truths one after the other, in memory that workers share. */
export function shareTruths(truths: readonly Uint8Array[], size: number): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(truths.length * size * size));
  truths.forEach((truth, index) => shared.set(truth, index * size * size));
  return shared;
}
