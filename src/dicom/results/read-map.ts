import { DicomImageError } from '../errors';
import { parseFile } from '../parse';

/**
 * Reads the map out of a parametric map's file.
 *
 * @throws DicomImageError when the file is damaged, or holds no single map of its rows and columns
 */
export function readStoredMap(bytes: Uint8Array): { rows: number; columns: number; map: Float32Array } {
  const dataSet = parseFile(bytes);
  const [rows, columns] = [dataSet.uint16('x00280010') ?? 0, dataSet.uint16('x00280011') ?? 0];
  const element = dataSet.elements.x7fe00008;
  if (!element || rows === 0 || columns === 0)
    throw new DicomImageError('no-pixels', 'The parametric map holds no floating-point pixels.');
  const frames = dataSet.string('x00280008')?.trim() || '1';
  if (frames !== '1')
    throw new DicomImageError(
      'damaged',
      `The stored map says that it has ${frames} frames; a result has one.`,
    );
  if (element.length !== 4 * rows * columns || element.dataOffset + element.length > bytes.length) {
    throw new DicomImageError(
      'truncated',
      `The parametric map says ${columns} × ${rows} pixels but carries ${element.length} bytes of them. Fetch it again.`,
    );
  }
  const { byteArray } = dataSet;
  const view = new DataView(byteArray.buffer, byteArray.byteOffset + element.dataOffset, element.length);
  const map = new Float32Array(rows * columns);
  for (let i = 0; i < map.length; i++) map[i] = view.getFloat32(4 * i, dataSet.littleEndian);
  if (!map.every(Number.isFinite))
    throw new DicomImageError(
      'damaged',
      'The stored map holds values that are not finite. Explain the image again.',
    );
  return { rows, columns, map };
}
