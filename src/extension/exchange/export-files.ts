import { resultFile } from '../../explain/result-file';
import type { ResultFile } from '../../explain/result-schema';
import type { GradedCounterfactual } from '../../models/graded';
import { momentText } from '../../models/moment';
import type { Result } from '../store/state';

/** Encodes float32 values as NumPy's NPY, version 1.0 (little-endian, C order). */
export function encodeNpy(values: Float32Array, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const unpadded = 10 + text.length + 1;
  const padding = (64 - (unpadded % 64)) % 64;
  const header = `${text}${' '.repeat(padding)}\n`;
  const bytes = new Uint8Array(10 + header.length + values.length * 4);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), 10);
  for (let i = 0; i < values.length; i++) view.setFloat32(10 + header.length + i * 4, values[i], true);
  return bytes;
}

/** The result file of an explanation on display, the same as that of the command. */
export function resultFileOf(
  { reply, software, created, sopInstanceUid, frame, restored }: Result,
  percentile: number,
  graded?: GradedCounterfactual,
): ResultFile {
  const made = { software, created, sopInstanceUid, frame };
  return resultFile(reply, made, { percentile, graded, ...(restored && { restored: true }) });
}

/** File name without anything of the patient; with the time at which the explanation was made, local as in DICOM. */
export function exportName({ card, method, label, created }: Result, ending: string): string {
  const time = momentText(created).replace(/[: ]/g, '-');
  const of = label === undefined ? '' : `-${label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
  return `explanation-${card.id}${of}-${method.id}-${time}.${ending}`;
}

/** Offers a file to the user; nothing leaves the browser. */
export function download(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
