import type { DataSet } from '../data-set';
import { DicomImageError } from '../errors';
import { parseFile } from '../parse';
import { otherKindOf } from './kinds';
import { mapLayers } from './parametric-map';
import { graphicsOf } from './presentation-state';
import { segmentLayers } from './segmentation';
import { regionsOf } from './structured-report';
import type { Film, OtherResult } from './types';

/**
 * Reads what an object made by any software shows over an image: parametric maps, segmentations (binary, fractional, label map),
 * graphics of presentation states, regions of reports.
 *
 * @param bytes a DICOM Part 10 file
 * @throws DicomImageError where it is damaged or hostile, does not refer to the image, or shows nothing over it
 */
export function readOther(bytes: Uint8Array, film: Film): OtherResult {
  const dataSet = parseFile(bytes);
  const sopClass = dataSet.string('x00080016') ?? '';
  try {
    return read(dataSet, sopClass, film);
  } catch (cause) {
    if (cause instanceof DicomImageError) throw cause;
    throw new DicomImageError('damaged', 'The object contradicts itself: a length points beyond its end.', {
      cause,
    });
  }
}

function read(dataSet: DataSet, sopClass: string, film: Film): OtherResult {
  switch (otherKindOf(sopClass)) {
    case 'map':
      return { layers: mapLayers(dataSet, film), skipped: 0 };
    case 'segmentation':
      return { layers: segmentLayers(dataSet, film), skipped: 0 };
    case 'graphics':
      return graphicsOf(dataSet, film);
    case 'report':
      return regionsOf(dataSet, film);
    case undefined:
      throw new DicomImageError('no-pixels', 'Objects of this kind show nothing over an image.');
  }
}
