/** How the pixels of a transfer syntax are coded. */
export type PixelCoding = 'native' | 'rle' | 'jpeg' | 'jpeg-ls' | 'jpeg-2000' | 'htj2k';

/** Every transfer syntax that is read here (PS3.5 section 10, PS3.6 annex A). */
const CODINGS: Readonly<Record<string, PixelCoding>> = {
  '1.2.840.10008.1.2': 'native', // implicit VR little endian
  '1.2.840.10008.1.2.1': 'native', // explicit VR little endian
  '1.2.840.10008.1.2.1.99': 'native', // deflated explicit VR little endian
  '1.2.840.10008.1.2.2': 'native', // explicit VR big endian
  '1.2.840.10008.1.2.5': 'rle',
  '1.2.840.10008.1.2.4.50': 'jpeg', // baseline, process 1
  '1.2.840.10008.1.2.4.51': 'jpeg', // extended, processes 2 and 4: up to 12 bits
  '1.2.840.10008.1.2.4.57': 'jpeg', // lossless, process 14
  '1.2.840.10008.1.2.4.70': 'jpeg', // lossless, process 14, first-order prediction
  '1.2.840.10008.1.2.4.80': 'jpeg-ls', // lossless
  '1.2.840.10008.1.2.4.81': 'jpeg-ls', // near-lossless
  '1.2.840.10008.1.2.4.90': 'jpeg-2000', // lossless only
  '1.2.840.10008.1.2.4.91': 'jpeg-2000',
  '1.2.840.10008.1.2.4.201': 'htj2k', // lossless only
  '1.2.840.10008.1.2.4.202': 'htj2k', // lossless, RPCL
  '1.2.840.10008.1.2.4.203': 'htj2k',
};

export const BIG_ENDIAN = '1.2.840.10008.1.2.2';
export const JPEG_EXTENDED = '1.2.840.10008.1.2.4.51';

/** The pixel coding of a transfer syntax, or undefined where it isn't read here. */
export function pixelCoding(transferSyntaxUid: string): PixelCoding | undefined {
  return CODINGS[transferSyntaxUid];
}
