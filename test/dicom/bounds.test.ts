import { describe, expect, it } from 'vitest';
import { deflateRawSync } from 'node:zlib';
import { readDicomImage } from '../../src/dicom';
import { parseWhatIsThere } from '../../src/dicom/parse';
import { readElements } from '../../src/dicom/values';
import { countingAllocations } from './allocations';
import { concat, dicomFile, fileMeta, imageElements, pixelData, sequence, text, us, words } from './bytes';
import type { RawElement } from './bytes';

const pixels = pixelData(words([1, 2, 3, 4, 5, 6]));
const MiB = 2 ** 20;

/** Implicit VR little endian: eight bytes and no more, each with a tag of its own. */
function emptyElements(count: number): Uint8Array {
  const bytes = new Uint32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const [group, element] = [0x31 + 2 * Math.floor(i / 0xf000), 0x1000 + (i % 0xf000)];
    bytes[2 * i] = group + element * 65536;
  }
  return new Uint8Array(bytes.buffer);
}

const emptyItems = (count: number): RawElement => {
  const bytes = new Uint32Array(2 * count);
  for (let i = 0; i < count; i++) bytes[2 * i] = 0xe000fffe;
  return { tag: 0x00209000, vr: 'SQ', bytes: new Uint8Array(bytes.buffer) };
};

/** Processor time and growth of the heap while a file is parsed, of which nothing is kept. */
function parse(file: Uint8Array) {
  const before = process.memoryUsage().heapUsed;
  const cpu = process.cpuUsage();
  const parsed = parseWhatIsThere(file);
  const { user, system } = process.cpuUsage(cpu);
  return { ...parsed, seconds: (user + system) / 1e6, heap: process.memoryUsage().heapUsed - before };
}

describe('a file with more in it than its length allows is refused, soon and without the memory', () => {
  it.each<[string, () => Uint8Array]>([
    ['a million empty items', () => dicomFile([...imageElements(), emptyItems(2 ** 20), pixels])],
    [
      'a million empty elements, each another',
      () => concat([fileMeta('1.2.840.10008.1.2'), emptyElements(2 ** 20)]),
    ],
    [
      'two million names of one letter',
      () =>
        dicomFile([...imageElements(), text(0x00101001, 'PN', 'a\\'.repeat(2 ** 21)), pixels], 'implicit'),
    ],
    [
      'four million texts in a private element',
      () =>
        dicomFile([
          ...imageElements(),
          { tag: 0x00211000, vr: 'UC', bytes: new Uint8Array(4 * MiB).fill(0x5c) },
        ]),
    ],
  ])('%s', (_, make) => {
    const { fault, seconds, heap } = parse(make());
    expect(fault?.message).toContain('more elements, items or values than an image has');
    expect(seconds).toBeLessThan(4);
    expect(heap).toBeLessThan(60 * MiB);
  });
});

describe('what real files have many of is read', () => {
  const item = [text(0x00080100, 'SH', 'T-D3000'), text(0x00080102, 'SH', 'SRT')];
  const file = dicomFile([
    ...imageElements(),
    sequence(0x00209000, ...Array.from({ length: 10_000 }, () => item)),
    pixels,
  ]);

  it('10,000 items, as an enhanced multi-frame image has them', async () => {
    expect([...(await readDicomImage(file)).image.values]).toEqual([1, 2, 3, 4, 5, 6]);
    const { dataSet } = parseWhatIsThere(file);
    const items = readElements(dataSet)['00209000'].Value as Record<string, { Value: unknown[] }>[];
    expect(items).toHaveLength(10_000);
    expect(items[9_999]['00080100'].Value).toEqual(['T-D3000']);
  });

  it('no item is made that is not asked for', () => {
    const { dataSet } = parseWhatIsThere(file);
    expect(dataSet.firstItem('x00209000')?.string('x00080102')).toBe('SRT');
    let made = 0;
    for (const _ of dataSet.items('x00209000')) if (++made === 3) break;
    expect(made).toBe(3);
  });

  it('a table of 65,536 numbers', () => {
    const table = { tag: 0x00283006, vr: 'OW', bytes: new Uint8Array(131072) };
    const values = us(0x00091001, ...Array.from({ length: 30_000 }, () => 7));
    const { fault } = parseWhatIsThere(
      dicomFile([...imageElements(), sequence(0x00283000, [table]), values, pixels]),
    );
    expect(fault).toBeUndefined();
  });
});

it('a deflated file that is too long is refused without taking its length', async () => {
  const syntax = '1.2.840.10008.1.2.1.99';
  const whole = dicomFile([
    ...imageElements(),
    { tag: 0x00291010, vr: 'OB', bytes: new Uint8Array(20 * MiB) },
    pixels,
  ]);
  const start = fileMeta('1.2.840.10008.1.2.1').length;
  const file = concat([fileMeta(syntax), deflateRawSync(whole.subarray(start))]);
  const { allocations } = await countingAllocations(async () => {
    expect(() => parseWhatIsThere(file)).toThrow(/would grow to more than 16 MiB/);
  });
  // pako hands the inflated bytes on in pieces of 256 KiB; none is kept, and nothing is made of the full length.
  expect(allocations.bytes).toBeLessThan(24 * MiB);
});
