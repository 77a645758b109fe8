import { deflateRawSync } from 'node:zlib';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { encodeFrame } from '../../src/dicom/codecs';
import type { PixelFormat } from '../../src/dicom/pixel-format';
import {
  concat,
  dicomFile,
  fileMeta,
  fragments,
  imageElements,
  pixelData,
  sequence,
  text,
  us,
  words,
} from './bytes';
import type { RawElement } from './bytes';

/** A sound file that is going to be damaged. */
export interface Seed {
  name: string;
  bytes: Uint8Array;
}

const side = 24;
const values = Array.from({ length: side * side }, (_, i) => (i * 7) % 4096);
const twelveBits: PixelFormat = {
  rows: side,
  columns: side,
  frames: 1,
  bitsAllocated: 16,
  bitsStored: 12,
  highBit: 11,
  signed: false,
  bytesPerPixel: 2,
  photometric: 'MONOCHROME2',
};

/** Everything that the reader interprets: padding, tables, windows, shutters, ages, frames. */
const header: RawElement[] = [
  ...imageElements({ rows: side, columns: side, frames: 1 }),
  us(0x00280120, 3),
  sequence(0x00283000, [us(0x00283002, 4, 0, 16), us(0x00283006, 1, 2, 3, 4)]),
  sequence(0x00283010, [us(0x00283002, 4, 0, 16), us(0x00283006, 1, 2, 3, 4)]),
  text(0x00281050, 'DS', '500\\600'),
  text(0x00281051, 'DS', '1000\\1200'),
  text(0x00281052, 'DS', '-1024'),
  text(0x00281053, 'DS', '1'),
  text(0x00181600, 'CS', 'POLYGONAL'),
  text(0x00181620, 'IS', '1\\1\\1\\20\\20\\20'),
  text(0x00101010, 'AS', '045Y'),
];
/** An implicit or big endian sequence is encoded differently. */
const withoutSequences = header.filter(element => element.vr !== 'SQ');

/** Small files in every transfer syntax that is read. */
export async function smallSeeds(): Promise<Seed[]> {
  const pixels = words(values);
  const deflated = '1.2.840.10008.1.2.1.99';
  const body = dicomFile([...header, pixelData(pixels)], 'explicit', deflated).subarray(
    fileMeta(deflated).length,
  );
  const native: Seed[] = [
    { name: 'explicit', bytes: dicomFile([...header, pixelData(pixels)]) },
    { name: 'implicit', bytes: dicomFile([...withoutSequences, pixelData(pixels)], 'implicit') },
    { name: 'big-endian', bytes: dicomFile([...withoutSequences, pixelData(pixels)], 'big') },
    { name: 'deflated', bytes: concat([fileMeta(deflated), deflateRawSync(body)]) },
    {
      name: 'multi-frame',
      bytes: dicomFile([
        ...imageElements({ rows: 8, columns: 8, frames: 9 }),
        pixelData(pixels.subarray(0, 9 * 128)),
      ]),
    },
  ];
  const lossless = (
    [
      ['rle', '1.2.840.10008.1.2.5'],
      ['jpeg', '1.2.840.10008.1.2.4.70'],
      ['jpeg-ls', '1.2.840.10008.1.2.4.80'],
      ['jpeg-2000', '1.2.840.10008.1.2.4.90'],
      ['htj2k', '1.2.840.10008.1.2.4.201'],
    ] as const
  ).map(async ([coding, syntax]): Promise<Seed> => {
    const frame = await encodeFrame(pixels, coding, twelveBits);
    return { name: coding, bytes: dicomFile([...header, fragments(frame)], 'explicit', syntax) };
  });
  return [...native, ...(await Promise.all(lossless)), ...(await lossySeeds())];
}

async function lossySeeds(): Promise<Seed[]> {
  const eight = imageElements({ rows: side, columns: side, allocated: 8, stored: 8 });
  const grey = Uint8Array.from(values, value => value / 16);
  const jpeg = await sharp(grey, { raw: { width: side, height: side, channels: 1 } })
    .toColourspace('b-w')
    .jpeg()
    .toBuffer();
  return (
    [
      ['jpeg-baseline', '1.2.840.10008.1.2.4.50'],
      ['jpeg-extended', '1.2.840.10008.1.2.4.51'],
    ] as const
  ).map(([name, syntax]) => ({ name, bytes: dicomFile([...eight, fragments(jpeg)], 'explicit', syntax) }));
}

/** The smaller real files, where this machine has them. */
export function realSeeds(folder = path.resolve('../shared/data/dicom')): Seed[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(name => name.endsWith('.dcm'))
    .sort()
    .map(name => ({ name, bytes: new Uint8Array(readFileSync(path.join(folder, name))) }))
    .filter(({ bytes }) => bytes.length < 450_000);
}
