import type { Box } from '../datasets/types';

/** One drawn training image before augmentation. */
export interface Sample {
  /** size × size, in [0, 1]. */
  pixels: Float32Array;
  /** Of two classes 1 is the positive one; of more that exclude each other, the index. */
  label: number;
  /** size × size, 0…1: where opacities are. Absent when that is not known (a positive image without boxes). */
  truth?: Float32Array;
  /** Of findings that do not exclude each other: each, in the order of the classifier's answers. */
  findings?: readonly SampleFinding[];
  /** View Position, `''` where it is not known. */
  view: string;
}

/** What is known of one of several findings of an image. */
interface SampleFinding {
  label: 0 | 1;
  /** size × size, 0…1: where it is. Absent when that is not known. */
  truth?: Float32Array;
}

/** Where training images come from. */
export interface SampleSource {
  size: number;
  /** The sample of a position in the training sequence; the same for the same seed and position. */
  draw(position: number): Sample;
  validationCount: number;
  validation(index: number): Sample;
}

/** size × size mask of boxes, each pixel its covered share (0…1). */
export function boxCoverage(boxes: readonly Box[], size: number): Float32Array {
  const coverage = new Float32Array(size * size);
  for (const box of boxes) {
    const [left, right] = [box.x * size, (box.x + box.width) * size];
    const [top, bottom] = [box.y * size, (box.y + box.height) * size];
    for (let y = Math.max(0, Math.floor(top)); y < Math.min(size, Math.ceil(bottom)); y++) {
      const vertical = Math.min(y + 1, bottom) - Math.max(y, top);
      for (let x = Math.max(0, Math.floor(left)); x < Math.min(size, Math.ceil(right)); x++) {
        const share = vertical * (Math.min(x + 1, right) - Math.max(x, left));
        coverage[y * size + x] = Math.max(coverage[y * size + x], share);
      }
    }
  }
  return coverage;
}
