import { repeatedKeywords } from './common';
import type { Attributes } from './types';
import { textOf } from './values';

const single = [
  ...repeatedKeywords,
  'SOPClassUID',
  'SOPInstanceUID',
  'StudyInstanceUID',
  'SeriesInstanceUID',
  'SeriesNumber',
  'NumberOfFrames',
  'Manufacturer',
  'ManufacturerModelName',
  'BurnedInAnnotation',
  'TransferSyntaxUID',
  'AvailableTransferSyntaxUID',
  'LossyImageCompression',
  'LossyImageCompressionRatio',
  'LossyImageCompressionMethod',
  'FrameOfReferenceUID',
  'PositionReferenceIndicator',
  'SliceThickness',
  'RescaleSlope',
  'RescaleIntercept',
  'RescaleType',
  'WindowCenter',
  'WindowWidth',
  'VOILUTFunction',
];
const multiple = [
  'ImageOrientationPatient',
  'ImagePositionPatient',
  'PixelSpacing',
  'ImagerPixelSpacing',
  'NominalScannedPixelSpacing',
  'PixelAspectRatio',
  'PatientOrientation',
];

/**
 * Those attributes of an image that its results need, as plain values: a viewer's own object holds functions and views that
 * cannot be sent to a worker.
 */
export function pickSource(attributes: Attributes): Attributes {
  const picked: Record<string, unknown> = {};
  for (const keyword of single) {
    const text = textOf(attributes, keyword);
    if (text) picked[keyword] = text;
  }
  for (const keyword of multiple) {
    const value: unknown = attributes[keyword];
    if (Array.isArray(value)) picked[keyword] = value.map(String);
    else if (typeof value === 'string') picked[keyword] = value;
  }
  // That there is one is enough to know.
  if (attributes.ModalityLUTSequence) picked.ModalityLUTSequence = true;
  return picked;
}
