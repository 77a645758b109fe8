import openJph from '@cornerstonejs/codec-openjph';
import { describe, expect, it } from 'vitest';
import { readDicomImage } from '../../src/dicom';
import { encodeFrame } from '../../src/dicom/codecs';
import type { PixelFormat } from '../../src/dicom/pixel-format';
import { seededRandom } from '../../src/models/random';
import { dicomFile, fragments, imageElements, words } from './bytes';

const SIDE = 48;
const random = seededRandom('codecs');
/** A smooth slope with noise: something a codec can get wrong. */
const PIXELS = Array.from({ length: SIDE * SIDE }, (_, i) =>
  Math.min(4095, Math.floor((i % SIDE) * 60 + Math.floor(i / SIDE) * 20 + 200 * random())),
);

const FORMAT: PixelFormat = {
  rows: SIDE,
  columns: SIDE,
  frames: 1,
  bitsAllocated: 16,
  bitsStored: 12,
  highBit: 11,
  signed: false,
  bytesPerPixel: 2,
  photometric: 'MONOCHROME2',
};

async function read(frame: Uint8Array, syntax: string): Promise<number[]> {
  const file = dicomFile(
    [...imageElements({ rows: SIDE, columns: SIDE }), fragments(frame)],
    'explicit',
    syntax,
  );
  return Array.from((await readDicomImage(file)).image.values);
}

describe('lossless codecs give back what went in', () => {
  it.each([
    ['rle', '1.2.840.10008.1.2.5'],
    ['jpeg', '1.2.840.10008.1.2.4.70'],
    ['jpeg', '1.2.840.10008.1.2.4.57'],
    ['jpeg-ls', '1.2.840.10008.1.2.4.80'],
    ['jpeg-2000', '1.2.840.10008.1.2.4.90'],
    ['htj2k', '1.2.840.10008.1.2.4.201'],
  ] as const)('%s %s', async (coding, syntax) => {
    const frame = await encodeFrame(words(PIXELS), coding, FORMAT);
    expect(frame.length).toBeLessThan(2 * PIXELS.length);
    expect(await read(frame, syntax)).toEqual(PIXELS);
  });

  it('HTJ2K as OpenJPH itself encodes it', async () => {
    const { HTJ2KEncoder } = await openJph();
    const encoder = new HTJ2KEncoder();
    const frameInfo = { width: SIDE, height: SIDE, bitsPerSample: 12, componentCount: 1, isSigned: false };
    encoder.getDecodedBuffer({ ...frameInfo, isUsingColorTransform: false }).set(words(PIXELS));
    encoder.setQuality(true, 0);
    encoder.encode();
    const frame = Uint8Array.from(encoder.getEncodedBuffer());
    encoder.delete();
    for (const syntax of ['1.2.840.10008.1.2.4.201', '1.2.840.10008.1.2.4.203']) {
      expect(await read(frame, syntax)).toEqual(PIXELS);
    }
  });
});

describe('damaged codestreams', () => {
  it('are refused, and the next file is still read', async () => {
    for (const [coding, syntax] of [
      ['jpeg', '1.2.840.10008.1.2.4.70'],
      ['jpeg-ls', '1.2.840.10008.1.2.4.80'],
      ['jpeg-2000', '1.2.840.10008.1.2.4.90'],
      ['htj2k', '1.2.840.10008.1.2.4.201'],
    ] as const) {
      const frame = await encodeFrame(words(PIXELS), coding, FORMAT);
      await expect(read(frame.subarray(0, 30), syntax)).rejects.toMatchObject({
        code: expect.stringMatching(/^(decode|damaged|truncated)$/),
      });
      expect(await read(frame, syntax)).toEqual(PIXELS);
    }
  });

  it('are refused when they ask for memory out of proportion', async () => {
    // Code blocks beyond the standard's 4096 samples (T.800, table A.18), for which decoders allocate unseen.
    for (const [coding, syntax] of [
      ['jpeg-2000', '1.2.840.10008.1.2.4.90'],
      ['htj2k', '1.2.840.10008.1.2.4.201'],
    ] as const) {
      const frame = await encodeFrame(words(PIXELS), coding, FORMAT);
      const cod = Buffer.from(frame).indexOf(Buffer.from([0xff, 0x52]));
      for (const [width, height] of [
        [10, 10],
        [8, 1],
        [255, 4],
      ]) {
        const hostile = frame.slice();
        hostile.set([width, height], cod + 10);
        await expect(read(hostile, syntax)).rejects.toMatchObject({ code: 'decode' });
      }
      expect(await read(frame, syntax)).toEqual(PIXELS);
    }
  });

  it('are refused when their first tile does not hold the first pixel', async () => {
    const frame = await encodeFrame(words(PIXELS), 'htj2k', FORMAT);
    // XTOsiz and YTOsiz of SIZ (T.800, A.5.1): OpenJPH never comes back from these.
    for (const offset of [32, 36]) {
      const hostile = frame.slice();
      hostile[offset + 3] = 0x69;
      await expect(read(hostile, '1.2.840.10008.1.2.4.201')).rejects.toMatchObject({ code: 'decode' });
    }
  });

  it('of JPEG-LS without an end marker are refused as cut off', async () => {
    const frame = await encodeFrame(words(PIXELS), 'jpeg-ls', FORMAT);
    expect([...frame.subarray(-2)]).toEqual([0xff, 0xd9]);
    const cut = frame.slice();
    cut.set([0xff, 0x00], cut.length - 2);
    await expect(read(cut, '1.2.840.10008.1.2.4.80')).rejects.toMatchObject({ code: 'truncated' });
  });
});
