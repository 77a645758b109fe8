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

describe('what the codestream says goes before what the header says', () => {
  const eight = PIXELS.map(value => value >> 4);
  const own: PixelFormat = { ...FORMAT, bitsAllocated: 8, bitsStored: 8, highBit: 7, bytesPerPixel: 1 };
  const codings = [
    ['jpeg', '1.2.840.10008.1.2.4.70'],
    ['jpeg-ls', '1.2.840.10008.1.2.4.80'],
    ['jpeg-2000', '1.2.840.10008.1.2.4.90'],
    ['htj2k', '1.2.840.10008.1.2.4.201'],
  ] as const;

  async function readAs(
    frame: Uint8Array,
    syntax: string,
    header: Parameters<typeof imageElements>[0],
  ): Promise<number[]> {
    const elements = imageElements({ rows: SIDE, columns: SIDE, ...header });
    const file = dicomFile([...elements, fragments(frame)], 'explicit', syntax);
    return Array.from((await readDicomImage(file)).image.values);
  }

  it.each(codings)('%s of 8 bits in headers of 16', async (coding, syntax) => {
    const frame = await encodeFrame(Uint8Array.from(eight), coding, own);
    for (const stored of [8, 12, 16]) {
      expect(await readAs(frame, syntax, { allocated: 16, stored })).toEqual(eight);
    }
  });

  it.each(codings)('%s of 12 bits where 16 are stored', async (coding, syntax) => {
    const frame = await encodeFrame(words(PIXELS), coding, FORMAT);
    expect(await readAs(frame, syntax, { stored: 16 })).toEqual(PIXELS);
  });

  it.each(codings)('%s of more bits than the header has is refused', async (coding, syntax) => {
    const frame = await encodeFrame(words(PIXELS), coding, FORMAT);
    await expect(readAs(frame, syntax, { allocated: 8, stored: 8 })).rejects.toThrow(
      /header says 8 bits a pixel, but the .* compressed data hold 1[26]/,
    );
    await expect(readAs(frame, syntax, { stored: 10 })).rejects.toThrow(/10 bits stored, but .* have more/);
  });

  it.each(codings)('%s with a sign', async (coding, syntax) => {
    const values = PIXELS.map(value => value - 2048);
    const cells = words(values.map(value => value & 0xffff));
    const frame = await encodeFrame(cells, coding, { ...FORMAT, bitsStored: 16, highBit: 15, signed: true });
    expect(await readAs(frame, syntax, { stored: 16, signed: 1 })).toEqual(values);
    if (coding === 'jpeg' || coding === 'jpeg-ls') return;
    await expect(readAs(frame, syntax, { stored: 16, signed: 0 })).rejects.toThrow(
      /no sign, but .* with one/,
    );
  });

  // The encoders of the others state 16 bits of every frame.
  it.each([codings[0], codings[2]])(
    '%s of 12 bits without a sign cannot be signed pixels of 16',
    async (coding, syntax) => {
      const frame = await encodeFrame(words(PIXELS), coding, FORMAT);
      await expect(readAs(frame, syntax, { stored: 16, signed: 1 })).rejects.toThrow(
        /12 bits without a sign/,
      );
    },
  );

  it('RLE segments that are too many, too few, too short, too long or outside are refused', async () => {
    const rle = '1.2.840.10008.1.2.5';
    const bytes = await encodeFrame(Uint8Array.from(eight), 'rle', own);
    const both = await encodeFrame(words(PIXELS), 'rle', FORMAT);
    const narrow = { allocated: 8, stored: 8 };
    expect(await readAs(bytes, rle, narrow)).toEqual(eight);
    await expect(readAs(bytes, rle, {})).rejects.toThrow(/2 RLE segments, but the frame has 1/);
    await expect(readAs(both, rle, narrow)).rejects.toThrow(/1 RLE segments, but the frame has 2/);
    await expect(readAs(bytes, rle, { ...narrow, rows: SIDE + 1 })).rejects.toThrow(
      /segment 1 holds 2304 bytes/,
    );
    await expect(readAs(bytes, rle, { ...narrow, rows: SIDE - 1 })).rejects.toThrow(
      /segment 1 holds 2304 bytes/,
    );
    const outside = Uint8Array.from(both);
    new DataView(outside.buffer).setUint32(8, 2 * both.length, true);
    await expect(readAs(outside, rle, {})).rejects.toThrow(/lie outside/);
  });
});
