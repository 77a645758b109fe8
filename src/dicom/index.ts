export { attributesOfInstance } from './attributes';
export { DicomImageError } from './errors';
export type { DicomImageErrorCode } from './errors';
export { readDicomAttributes, readDicomImage } from './read';
export { displayLevel } from './voi';
export type { Voi } from './voi';
export { transferSyntaxName } from './transfer-syntax';
