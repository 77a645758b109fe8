import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readDicomImage } from '../../src/dicom';
import {
  concat,
  dicomFile,
  fileMeta,
  fragments,
  imageElements,
  pixelData,
  sequence,
  ss,
  swapWords,
  text,
  us,
  words,
} from './bytes';
import type { RawElement } from './bytes';

const SIX = [0, 1, 1000, 2048, 4095, 7];

async function valuesOf(bytes: Uint8Array, frame?: number): Promise<number[]> {
  return Array.from((await readDicomImage(bytes, { frame })).image.values);
}

function small(
  extra: RawElement[] = [],
  overrides: Partial<Record<string, number | string>> = {},
): RawElement[] {
  return [...imageElements(overrides), ...extra, pixelData(words(SIX))];
}

describe('uncompressed pixels', () => {
  it('are the same in implicit, explicit, big endian and deflated files', async () => {
    expect(await valuesOf(dicomFile(small()))).toEqual(SIX);
    expect(await valuesOf(dicomFile(small(), 'implicit'))).toEqual(SIX);
    expect(await valuesOf(dicomFile(small(), 'big'))).toEqual(SIX);
    const syntax = '1.2.840.10008.1.2.1.99';
    const meta = fileMeta(syntax);
    const body = dicomFile(small(), 'explicit', syntax).subarray(meta.length);
    expect(await valuesOf(concat([meta, deflateRawSync(body)]))).toEqual(SIX);
  });

  it('of 8 bits are read from bytes, and from big endian words', async () => {
    const eight = imageElements({ allocated: 8, stored: 8 });
    const bytes = Uint8Array.of(1, 2, 3, 253, 254, 255);
    const expected = [1, 2, 3, 253, 254, 255];
    expect(await valuesOf(dicomFile([...eight, pixelData(bytes, 'OB')]))).toEqual(expected);
    expect(await valuesOf(dicomFile([...eight, pixelData(bytes, 'OB')], 'big'))).toEqual(expected);
    // the helper swaps words of OW, as PS3.5 asks: the reader must swap them back
    expect(await valuesOf(dicomFile([...eight, pixelData(bytes, 'OW')], 'big'))).toEqual(expected);
    expect(Array.from(swapWords(bytes))).toEqual([2, 1, 253, 3, 255, 254]);
  });

  it('take their sign from the stored bits, and drop an overlay in the high bits', async () => {
    const signed = imageElements({ signed: 1 });
    // 12 bits: 0x0fff is −1, 0x0800 is −2048, whatever the four bits above say
    const pixels = words([0x0fff, 0x0800, 0x07ff, 0xffff, 0x1001, 0]);
    expect(await valuesOf(dicomFile([...signed, pixelData(pixels)]))).toEqual([-1, -2048, 2047, -1, 1, 0]);
    const unsigned = imageElements();
    expect(await valuesOf(dicomFile([...unsigned, pixelData(words([0xf123, 0x1fff, 0, 0, 0, 5]))]))).toEqual([
      0x123, 0xfff, 0, 0, 0, 5,
    ]);
    const shifted = imageElements({ stored: 12, high: 15 });
    expect(
      await valuesOf(dicomFile([...shifted, pixelData(words([0x1230, 0xfff0, 0, 0, 0, 0x50]))])),
    ).toEqual([0x123, 0xfff, 0, 0, 0, 5]);
  });

  it('keep MONOCHROME1 as it is and say so', async () => {
    const { image, attributes } = await readDicomImage(dicomFile(small([], { photometric: 'MONOCHROME1' })));
    expect(image.photometric).toBe('MONOCHROME1');
    expect(Array.from(image.values)).toEqual(SIX);
    expect([image.rows, image.columns]).toEqual([2, 3]);
    expect(attributes.photometric).toBe('MONOCHROME1');
  });
});

describe('modality LUT', () => {
  it('is slope and intercept, or nothing where neither is there', async () => {
    const rescale = [text(0x00281052, 'DS', '-1024'), text(0x00281053, 'DS', '2.5')];
    expect(await valuesOf(dicomFile(small(rescale)))).toEqual(SIX.map(v => 2.5 * v - 1024));
    const emptied = [text(0x00281052, 'DS', ''), text(0x00281053, 'DS', '')];
    expect(await valuesOf(dicomFile(small(emptied)))).toEqual(SIX);
  });

  it('is the table of the sequence where there is one; values outside take its ends (PS3.3 C.11.1.1.1)', async () => {
    const table = sequence(0x00283000, [us(0x00283002, 4, 1, 16), us(0x00283006, 10, 20, 30, 65535)]);
    const rescale = [text(0x00281052, 'DS', '5'), text(0x00281053, 'DS', '1')];
    const expected = [10, 10, 65535, 65535, 65535, 65535];
    expect(await valuesOf(dicomFile(small([table, ...rescale])))).toEqual(expected);
    const signedTable = sequence(0x00283000, [ss(0x00283002, 3, -1, 16), us(0x00283006, 10, 20, 30)]);
    const signed = [
      ...imageElements({ signed: 1 }),
      signedTable,
      pixelData(words([0xfff, 0, 1, 2, 0x800, 0x7ff])),
    ];
    expect(await valuesOf(dicomFile(signed))).toEqual([10, 20, 30, 30, 10, 30]);
  });

  it('that contradicts itself is refused', async () => {
    const short = sequence(0x00283000, [us(0x00283002, 400, 0, 16), us(0x00283006, 10, 20)]);
    await expect(valuesOf(dicomFile(small([short])))).rejects.toMatchObject({ code: 'damaged' });
    await expect(valuesOf(dicomFile(small([text(0x00281053, 'DS', '0')])))).rejects.toThrow(
      /Rescale Slope is 0/,
    );
    await expect(valuesOf(dicomFile(small([text(0x00281053, 'DS', 'one')])))).rejects.toThrow(/no number/);
  });

  const rescaled = (slope: string, intercept: string): Promise<number[]> =>
    valuesOf(dicomFile(small([text(0x00281053, 'DS', slope), text(0x00281052, 'DS', intercept)])));

  // By numpy: np.unique(np.float32(np.arange(65536) * slope + intercept)).size
  it.each([
    // 1025 of 65536 levels are left.
    ['1', '1e9'],
    ['-1', '-1e9'],
    // One is left.
    ['1e-46', '0'],
    ['1e-3', '1e6'],
    // Beyond the largest number.
    ['1e38', '0'],
  ])('whose slope %s and intercept %s leave few grey levels is refused by name', async (slope, intercept) => {
    await expect(rescaled(slope, intercept)).rejects.toThrow(
      /grey levels of the image could not be told apart/,
    );
  });

  it.each([
    // All 65536 are left.
    ['1', '1e6'],
    ['1e-30', '0'],
    ['0.001', '-1024'],
    ['1', '-16711680'],
  ])('whose slope %s and intercept %s keep all is read', async (slope, intercept) => {
    const expected = SIX.map(v => Math.fround(v * Number(slope) + Number(intercept)));
    expect(await rescaled(slope, intercept)).toEqual(expected);
  });
});

describe('padding', () => {
  it('is marked by its value, and by its range', async () => {
    const one = await readDicomImage(dicomFile(small([us(0x00280120, 4095)])));
    expect(Array.from(one.image.valid ?? [])).toEqual([1, 1, 1, 1, 0, 1]);
    const range = await readDicomImage(dicomFile(small([us(0x00280120, 4095), us(0x00280121, 2000)])));
    expect(Array.from(range.image.valid ?? [])).toEqual([1, 1, 1, 0, 0, 1]);
  });

  it('may be signed, and lie outside the stored bits', async () => {
    const pixels = words([-2000 & 0xffff, 5, 5, 5, 5, 5]);
    const file = [...imageElements({ signed: 1 }), ss(0x00280120, -2000), pixelData(pixels)];
    expect(Array.from((await readDicomImage(dicomFile(file))).image.valid ?? [])).toEqual([0, 1, 1, 1, 1, 1]);
  });

  it('is absent where no pixel has its value', async () => {
    expect((await readDicomImage(dicomFile(small([us(0x00280120, 99)])))).image.valid).toBeUndefined();
  });
});

describe('pixels that are not square', () => {
  // PS3.3 10.7.1.3 and C.7.6.3.1.7: the first value is the vertical one.
  it.each<[string, ReturnType<typeof text>[], number | undefined]>([
    ['by Pixel Aspect Ratio', [text(0x00280034, 'IS', '2\\1')], 2],
    ['by the spacing on the detector', [text(0x00181164, 'DS', '0.2\\0.4')], 0.5],
    [
      'by Pixel Spacing before any other',
      [text(0x00280030, 'DS', '3\\2'), text(0x00280034, 'IS', '4\\1')],
      1.5,
    ],
    ['square ones', [text(0x00280030, 'DS', '0.143\\0.1431')], undefined],
    ['not credible ones', [text(0x00280030, 'DS', '100\\1')], undefined],
    ['half a statement', [text(0x00280030, 'DS', '2')], undefined],
  ])('%s', async (_, elements, aspect) => {
    expect((await readDicomImage(dicomFile(small(elements)))).image.pixelAspect).toBe(aspect);
  });
});

describe('shutters', () => {
  it('come from Display Shutter and X-Ray Collimator; half a description is none', async () => {
    const elements = [
      text(0x00181600, 'CS', 'RECTANGULAR\\CIRCULAR'),
      text(0x00181602, 'IS', '1'),
      text(0x00181604, 'IS', '3'),
      text(0x00181606, 'IS', '1'),
      text(0x00181608, 'IS', '2'),
      text(0x00181610, 'IS', '1\\2'),
      text(0x00181700, 'CS', 'POLYGONAL'),
      text(0x00181720, 'IS', '1\\1\\1\\3\\2\\3'),
    ];
    expect((await readDicomImage(dicomFile(small(elements)))).image.shutters).toEqual([
      { shape: 'rectangular', left: 1, right: 3, upper: 1, lower: 2 },
      {
        shape: 'polygonal',
        vertices: [
          [1, 1],
          [1, 3],
          [2, 3],
        ],
      },
    ]);
    expect((await readDicomImage(dicomFile(small()))).image.shutters).toEqual([]);
  });
});

describe('frames', () => {
  const three = (): Uint8Array =>
    dicomFile([...imageElements({ frames: 3, rows: 1, columns: 2 }), pixelData(words([1, 2, 3, 4, 5, 6]))]);

  it('are chosen, from 1', async () => {
    expect(await valuesOf(three(), 1)).toEqual([1, 2]);
    expect(await valuesOf(three(), 3)).toEqual([5, 6]);
  });

  it('are refused when none or a wrong one is chosen', async () => {
    await expect(valuesOf(three())).rejects.toMatchObject({
      code: 'multi-frame',
      message: /3 frames.*from 1 to 3/,
    });
    await expect(valuesOf(three(), 4)).rejects.toMatchObject({ code: 'multi-frame' });
    await expect(valuesOf(three(), 0)).rejects.toMatchObject({ code: 'multi-frame' });
    await expect(valuesOf(three(), 1.5)).rejects.toMatchObject({ code: 'multi-frame' });
  });
});

/** RLE of PS3.5 G: a header of 16 longs, then byte segments, most significant first. */
function rleFrame(...segments: Uint8Array[]): Uint8Array {
  const header = new DataView(new ArrayBuffer(64));
  header.setUint32(0, segments.length, true);
  let offset = 64;
  segments.forEach((segment, i) => {
    header.setUint32(4 * (i + 1), offset, true);
    offset += segment.length;
  });
  return concat([new Uint8Array(header.buffer), ...segments]);
}

describe('RLE', () => {
  const RLE = '1.2.840.10008.1.2.5';
  // high bytes: six times 1 (replicate run); low bytes 10 20 30 40 50 60 (literal run)
  const frame = rleFrame(
    Uint8Array.of(251, 1),
    concat([Uint8Array.of(5), Uint8Array.of(10, 20, 30, 40, 50, 60, 0)]),
  );
  const expected = [10, 20, 30, 40, 50, 60].map(low => 256 + low);

  it('is decoded, also one frame of several', async () => {
    expect(await valuesOf(dicomFile([...imageElements(), fragments(frame)], 'explicit', RLE))).toEqual(
      expected,
    );
    const second = rleFrame(Uint8Array.of(251, 0), Uint8Array.of(251, 9));
    const two = dicomFile([...imageElements({ frames: 2 }), fragments(frame, second)], 'explicit', RLE);
    expect(await valuesOf(two, 1)).toEqual(expected);
    expect(await valuesOf(two, 2)).toEqual([9, 9, 9, 9, 9, 9]);
  });

  it('that can’t hold the image is refused before anything is allocated', async () => {
    const huge = imageElements({ rows: 10000, columns: 10000 });
    await expect(valuesOf(dicomFile([...huge, fragments(frame)], 'explicit', RLE))).rejects.toMatchObject({
      code: 'damaged',
      message: /10000 × 10000/,
    });
  });

  it('with fewer fragments than frames is refused', async () => {
    const two = dicomFile([...imageElements({ frames: 5 }), fragments(frame, frame)], 'explicit', RLE);
    await expect(valuesOf(two, 2)).rejects.toMatchObject({ code: 'truncated' });
  });
});

describe('refusals say what is wrong and what to do', () => {
  const refused: [string, Uint8Array, string, RegExp][] = [
    ['a text file', new TextEncoder().encode('hello'.repeat(100)), 'not-dicom', /not a DICOM file.*Choose/],
    ['an empty file', new Uint8Array(0), 'not-dicom', /not a DICOM file/],
    ['RGB', dicomFile(small([], { photometric: 'RGB', samples: 3 })), 'colour', /colour image \(RGB, 3/],
    ['a palette', dicomFile(small([], { photometric: 'PALETTE COLOR' })), 'colour', /PALETTE COLOR/],
    ['a report', dicomFile([text(0x00080060, 'CS', 'SR')]), 'no-pixels', /\(SR\) holds no image/],
    ['an image without pixels', dicomFile(imageElements()), 'no-pixels', /pixels are missing/],
    [
      '32-bit pixels',
      dicomFile(small([], { allocated: 32, stored: 32 })),
      'unsupported-pixels',
      /32 allocated/,
    ],
    [
      'more bits stored than allocated',
      dicomFile(small([], { stored: 17, high: 16 })),
      'damaged',
      /17 bits stored/,
    ],
    ['no rows', dicomFile(small([], { rows: 0 })), 'damaged', /rows and columns/],
    ['a negative frame count', dicomFile(small([], { frames: '-3' })), 'damaged', /-3 frames/],
    ['too few pixels', dicomFile(small([], { rows: 3 })), 'truncated', /promises 18 bytes.*holds 12/],
    [
      '65535 × 65535',
      dicomFile(small([], { rows: 65535, columns: 65535 })),
      'damaged',
      /more than any radiograph/,
    ],
    [
      'MPEG-4',
      dicomFile([...imageElements(), fragments(Uint8Array.of(1, 2))], 'explicit', '1.2.840.10008.1.2.4.102'),
      'unsupported-syntax',
      /4\.102 is not read/,
    ],
    [
      'empty pixel data',
      dicomFile([...imageElements(), fragments()], 'explicit', '1.2.840.10008.1.2.4.50'),
      'no-pixels',
      /empty/,
    ],
    [
      'rubbish for JPEG',
      dicomFile(
        [...imageElements(), fragments(Uint8Array.of(1, 2, 3, 4))],
        'explicit',
        '1.2.840.10008.1.2.4.50',
      ),
      'decode',
      /can’t be decoded/,
    ],
  ];
  it.each(refused)('%s', async (_name, bytes, code, message) => {
    await expect(readDicomImage(bytes)).rejects.toMatchObject({ name: 'DicomImageError', code });
    await expect(readDicomImage(bytes)).rejects.toThrow(message);
  });

  it('a file cut anywhere', async () => {
    const whole = dicomFile(small());
    for (let length = 140; length < whole.length; length += 3) {
      await expect(readDicomImage(whole.subarray(0, length))).rejects.toMatchObject({
        name: 'DicomImageError',
        code: expect.stringMatching(/^(truncated|damaged|no-pixels)$/),
      });
    }
  });

  it('lengths that lie', async () => {
    const lie = (claimedLength: number): Uint8Array =>
      dicomFile([...imageElements(), { ...pixelData(words(SIX)), claimedLength }]);
    for (const claimed of [13, 1 << 20, 0x7fffffff, 0xfffffffe, 0xffffffff]) {
      await expect(readDicomImage(lie(claimed))).rejects.toMatchObject({ name: 'DicomImageError' });
    }
  });

  it('a deflate bomb', async () => {
    const bomb = deflateRawSync(new Uint8Array(64 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    await expect(readDicomImage(concat([fileMeta('1.2.840.10008.1.2.1.99'), bomb]))).rejects.toMatchObject({
      code: 'damaged',
      message: /would grow/,
    });
  });

  it('a JPEG of another size than the header says', async () => {
    // start of image, baseline frame header of 100 rows × 50 columns, one component
    const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 100, 0, 50, 1, 1, 0x11, 0, 0xff, 0xd9);
    const file = dicomFile([...imageElements(), fragments(jpeg)], 'explicit', '1.2.840.10008.1.2.4.50');
    await expect(readDicomImage(file)).rejects.toMatchObject({
      code: 'damaged',
      message: /compressed data says 50 × 100/,
    });
  });
});
