import { readImageFile } from '../image/read-file';
import type { InputSpec } from '../models/card';
import type { PixelRectangle } from '../models/collimation';
import { prepareImage } from '../models/preparation';
import type { Exam } from './types';
import { validRuns } from './valid-runs';

/** A film prepared for a network. */
export interface PreparedFilm {
  /** size × size, 0…65535 for [0, 1]. */
  plane: Uint16Array<ArrayBuffer>;
  /** Size of the film itself, pixels. */
  rows: number;
  columns: number;
  /** The exposed field that fills the plane, pixels of the film. */
  crop: PixelRectangle;
  /** Height of a pixel over its width; absent: square. */
  pixelAspect?: number;
  /** Where the plane is image (valid-runs.ts); absent: everywhere. */
  validRuns?: number[];
  /** By the DICOM header; empty where the file says nothing of it. */
  view: Exam['view'];
}

/**
 * Decodes and prepares one film, as `readImageFile` reads it.
 *
 * @throws Error when it cannot be read, decoded or prepared, or is in colour
 */
export async function prepareFilm(file: string, input: InputSpec): Promise<PreparedFilm> {
  const { image, attributes } = await readImageFile(file);
  const prepared = prepareImage(image, input);
  const view = attributes.viewPosition;
  return {
    plane: Uint16Array.from(prepared.input, value => Math.round(value * 65535)),
    rows: image.rows,
    columns: image.columns,
    crop: prepared.geometry.crop,
    ...(image.pixelAspect !== undefined && { pixelAspect: image.pixelAspect }),
    validRuns: validRuns(prepared.valid),
    view: view === 'AP' || view === 'PA' ? view : '',
  };
}
