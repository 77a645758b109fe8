export const explicitLittleEndian = '1.2.840.10008.1.2.1';
const implicitLittleEndian = '1.2.840.10008.1.2';
const explicitBigEndian = '1.2.840.10008.1.2.2';
export const deflated = '1.2.840.10008.1.2.1.99';

const native = new Set([explicitLittleEndian, implicitLittleEndian, explicitBigEndian, deflated]);

/** Media types of compressed frames (PS3.18 tables 8.7.3-2 to 8.7.3-5). */
const mediaTypes: Record<string, string> = {
  '1.2.840.10008.1.2.5': 'image/dicom-rle',
  '1.2.840.10008.1.2.4.50': 'image/jpeg',
  '1.2.840.10008.1.2.4.51': 'image/jpeg',
  '1.2.840.10008.1.2.4.57': 'image/jpeg',
  '1.2.840.10008.1.2.4.70': 'image/jpeg',
  '1.2.840.10008.1.2.4.80': 'image/jls',
  '1.2.840.10008.1.2.4.81': 'image/jls',
  '1.2.840.10008.1.2.4.90': 'image/jp2',
  '1.2.840.10008.1.2.4.91': 'image/jp2',
  '1.2.840.10008.1.2.4.92': 'image/jpx',
  '1.2.840.10008.1.2.4.93': 'image/jpx',
  '1.2.840.10008.1.2.4.201': 'image/jphc',
  '1.2.840.10008.1.2.4.202': 'image/jphc',
  '1.2.840.10008.1.2.4.203': 'image/jphc',
};

/** The transfer syntax in which frames leave the server: uncompressed ones always as explicit little endian. */
export function servedSyntax(stored: string): string {
  return native.has(stored) ? explicitLittleEndian : stored;
}

/** The media type of one frame in a served transfer syntax. */
export function frameMediaType(served: string): string {
  return mediaTypes[served] ?? 'application/octet-stream';
}
