export { attributesOf, attributesOfInstance } from './attributes';
export { setCodecsUrl } from './codecs';
export { DicomImageError } from './errors';
export type { DicomImageErrorCode } from './errors';
export { readDicomAttributes, readDicomImage } from './read';
export type { DicomImage } from './read';
export { displayLevel } from './voi';
export type { Voi } from './voi';
export { transferSyntaxName } from './transfer-syntax';
