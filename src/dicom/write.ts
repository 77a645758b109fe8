import dcmjs from 'dcmjs';
import { uidFrom } from './uid';

/** Identifies this software as the writer of a file (PS3.7 D.3.3.2). */
const IMPLEMENTATION_CLASS_UID = uidFrom('ohif-extension-explain', 'implementation');
const IMPLEMENTATION_VERSION = 'EXPLAIN_1';

/**
 * Writes a DICOM Part 10 file. The same input gives the same bytes.
 *
 * @param dataset naturalised data set (keyword → value) without pixel data; `SOPClassUID` and `SOPInstanceUID` are needed
 * @param pixels little endian pixels, or one encoded frame where the transfer syntax is an encapsulated one
 * @param transferSyntaxUid explicit VR little endian, or an encapsulated transfer syntax
 */
export function writeDicomFile(
  dataset: Readonly<Record<string, unknown>>,
  pixels: Uint8Array,
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
  const buffer = pixels.slice().buffer;
  file.dict = {
    ...DicomMetaDictionary.denaturalizeDataset({ ...dataset }),
    '7FE00010': { vr: transferSyntaxUid === EXPLICIT_LITTLE_ENDIAN ? 'OW' : 'OB', Value: [buffer] },
  };
  // one fragment a frame: RLE demands it, and every reader understands it
  return new Uint8Array(file.write({ fragmentMultiframe: false }));
}

export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
