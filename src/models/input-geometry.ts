import type { PixelRectangle } from './collimation';

/**
 * Where the image lies in the model's square input: input = image · scale + offset (pixels, edges at integers). Only `crop`
 * of the image fills the input; around it the image has no counterpart there.
 */
export interface InputGeometry {
  /** Of the whole image. */
  rows: number;
  columns: number;
  /** The exposed field's rectangle, pixels of the image. */
  crop: PixelRectangle;
  size: number;
  fit: 'stretch' | 'letterbox';
  scaleX: number;
  scaleY: number;
  offsetX: number;
  offsetY: number;
}
