import dcmjs from 'dcmjs';
import { fitValues } from './fit-values';
import { uidFrom } from './uid';

// dcmjs tells of values that it finds odd; those could name a patient.
dcmjs.log.setLevel('silent');
dcmjs.log.getLogger('validation.dcmjs').setLevel('silent');

/** Identifies this software as the writer of a file (PS3.7 D.3.3.2). */
const IMPLEMENTATION_CLASS_UID = uidFrom('ohif-extension-explain', 'implementation');
const IMPLEMENTATION_VERSION = 'EXPLAIN_1';

/**
 * Writes a DICOM Part 10 file, values brought to their representation's form. The same input gives the same bytes.
 *
 * @param dataset naturalised data set (keyword → value) without pixel data; `SOPClassUID` and `SOPInstanceUID` are needed
 * @param pixels little endian pixels, or one encoded frame where the transfer syntax is an encapsulated one; floats become
 *   Float Pixel Data (PS3.3 C.7.6.24); none for an object that is no image
 * @param transferSyntaxUid explicit VR little endian, or an encapsulated transfer syntax
 */
export function writeDicomFile(
  dataset: Readonly<Record<string, unknown>>,
  pixels: Uint8Array | Float32Array | undefined,
  transferSyntaxUid: string,
): Uint8Array {
  const { DicomDict, DicomMetaDictionary } = dcmjs.data;
  const file = new DicomDict({
    '00020001': { vr: 'OB', Value: [new Uint8Array([0, 1]).buffer] },
    '00020002': { vr: 'UI', Value: [dataset.SOPClassUID] },
    '00020003': { vr: 'UI', Value: [dataset.SOPInstanceUID] },
    '00020010': { vr: 'UI', Value: [transferSyntaxUid] },
    '00020012': { vr: 'UI', Value: [IMPLEMENTATION_CLASS_UID] },
    '00020013': { vr: 'SH', Value: [IMPLEMENTATION_VERSION] },
  });
  file.dict = {
    ...withPixelVr(
      fitValues(DicomMetaDictionary.denaturalizeDataset({ ...dataset })),
      dataset.PixelRepresentation === 1 ? 'SS' : 'US',
    ),
    ...(pixels && pixelElement(pixels, transferSyntaxUid)),
  };
  // One fragment a frame: RLE demands it, and every reader understands it. Lengths are seen to already, see `fitValues`.
  return new Uint8Array(file.write({ fragmentMultiframe: false, allowInvalidVRLength: true }));
}

/** Some attributes have the pixels' own sign; the dictionary leaves their value representation open. */
function withPixelVr<T extends { vr?: string }>(dict: Record<string, T>, vr: string): Record<string, T> {
  const decided = ([tag, element]: [string, T]): [string, T] => [
    tag,
    element.vr === 'xs' ? { ...element, vr } : element,
  ];
  return Object.fromEntries(Object.entries(dict).map(decided));
}

export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

function pixelElement(
  pixels: Uint8Array | Float32Array,
  transferSyntaxUid: string,
): Record<string, { vr: string; Value: ArrayBuffer[] }> {
  if (pixels instanceof Float32Array) return { '7FE00008': { vr: 'OF', Value: [littleEndian(pixels)] } };
  const buffer = pixels.slice().buffer as ArrayBuffer;
  return {
    '7FE00010': { vr: transferSyntaxUid === EXPLICIT_LITTLE_ENDIAN ? 'OW' : 'OB', Value: [buffer] },
  };
}

function littleEndian(values: Float32Array): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i], true);
  return view.buffer;
}
