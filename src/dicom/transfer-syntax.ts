/** How the pixels of a transfer syntax are coded. */
export type PixelCoding = 'native' | 'rle' | 'jpeg' | 'jpeg-ls' | 'jpeg-2000' | 'htj2k';

/** Every transfer syntax that is read here (PS3.5 section 10, PS3.6 annex A). */
const SYNTAXES: Readonly<Record<string, { coding: PixelCoding; name: string }>> = {
  '1.2.840.10008.1.2': { coding: 'native', name: 'implicit VR little endian' },
  '1.2.840.10008.1.2.1': { coding: 'native', name: 'explicit VR little endian' },
  '1.2.840.10008.1.2.1.99': { coding: 'native', name: 'deflated explicit VR little endian' },
  '1.2.840.10008.1.2.2': { coding: 'native', name: 'explicit VR big endian' },
  '1.2.840.10008.1.2.5': { coding: 'rle', name: 'RLE lossless' },
  '1.2.840.10008.1.2.4.50': { coding: 'jpeg', name: 'JPEG baseline' },
  '1.2.840.10008.1.2.4.51': { coding: 'jpeg', name: 'JPEG extended' },
  '1.2.840.10008.1.2.4.57': { coding: 'jpeg', name: 'JPEG lossless' },
  '1.2.840.10008.1.2.4.70': { coding: 'jpeg', name: 'JPEG lossless, first-order prediction' },
  '1.2.840.10008.1.2.4.80': { coding: 'jpeg-ls', name: 'JPEG-LS lossless' },
  '1.2.840.10008.1.2.4.81': { coding: 'jpeg-ls', name: 'JPEG-LS near-lossless' },
  '1.2.840.10008.1.2.4.90': { coding: 'jpeg-2000', name: 'JPEG 2000 lossless' },
  '1.2.840.10008.1.2.4.91': { coding: 'jpeg-2000', name: 'JPEG 2000' },
  '1.2.840.10008.1.2.4.201': { coding: 'htj2k', name: 'HTJ2K lossless' },
  '1.2.840.10008.1.2.4.202': { coding: 'htj2k', name: 'HTJ2K lossless RPCL' },
  '1.2.840.10008.1.2.4.203': { coding: 'htj2k', name: 'HTJ2K' },
};

export const IMPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2';
export const DEFLATED = '1.2.840.10008.1.2.1.99';
export const BIG_ENDIAN = '1.2.840.10008.1.2.2';
export const JPEG_EXTENDED = '1.2.840.10008.1.2.4.51';

/** What the viewer's decoder of JPEG Extended adds to every sample of 12 bits (its rounding is scaled from 8 bits). */
export const BIAS_AT_12_BITS = 15;

/** The pixel coding of a transfer syntax, or undefined where it isn't read here. */
export function pixelCoding(transferSyntaxUid: string): PixelCoding | undefined {
  return SYNTAXES[transferSyntaxUid]?.coding;
}

/** Name of a transfer syntax for people; its UID where it isn't read here. */
export function transferSyntaxName(transferSyntaxUid: string): string {
  return SYNTAXES[transferSyntaxUid]?.name ?? transferSyntaxUid;
}

/** Codings with loss by nature: JPEG but for its lossless processes, JPEG XL of JPEG, MPEG and its successors. */
const alwaysLossy = /^1\.2\.840\.10008\.1\.2\.4\.(5[0-6]|59|6[0-4]|10\d|111)(\.\d)?$/;
/** Codings that may be either: JPEG-LS near-lossless, JPEG 2000, HTJ2K, JPEG XL. */
const maybeLossy = /^1\.2\.840\.10008\.1\.2\.4\.(81|91|93|95|112|203|205)$/;

/** Whether pixels in a transfer syntax have lost something; `never` also of those that are not compressed. */
export function lossOf(transferSyntaxUid: string): 'always' | 'maybe' | 'never' {
  if (alwaysLossy.test(transferSyntaxUid)) return 'always';
  return maybeLossy.test(transferSyntaxUid) ? 'maybe' : 'never';
}

/** Lossy Image Compression Method of a transfer syntax (PS3.3 C.7.6.1.1.5.1), where it is known. */
export function methodOf(transferSyntaxUid: string): string | undefined {
  const number = Number(/\.4\.(\d+)$/.exec(transferSyntaxUid)?.[1]);
  if (number >= 50 && number <= 66) return 'ISO_10918_1';
  return { 81: 'ISO_14495_1', 91: 'ISO_15444_1', 203: 'ISO_15444_15' }[number];
}
