import { describe, expect, it } from 'vitest';
import { DicomImageError, readDicomImage } from '../../src/dicom';
import { encodeFrame } from '../../src/dicom/codecs';
import type { PixelFormat } from '../../src/dicom/pixel-format';
import { seededRandom } from '../../src/models/random';
import { dicomFile, fragments, imageElements, pixelData, sequence, text, us, words } from './bytes';

const SIDE = 24;
const PIXELS = words(Array.from({ length: SIDE * SIDE }, (_, i) => (i * 7) % 4096));
const CASES = Number(process.env.FUZZ_CASES ?? 60);

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

const header = [
  ...imageElements({ rows: SIDE, columns: SIDE, frames: 1 }),
  us(0x00280120, 3),
  sequence(0x00283000, [us(0x00283002, 4, 0, 16), us(0x00283006, 1, 2, 3, 4)]),
  text(0x00101010, 'AS', '045Y'),
];

async function seeds(): Promise<[string, Uint8Array][]> {
  const native = (['explicit', 'implicit', 'big'] as const).map((encoding): [string, Uint8Array] => {
    // an implicit or big endian sequence is encoded differently: leave it out there
    const elements = encoding === 'explicit' ? header : header.filter(element => element.vr !== 'SQ');
    return [encoding, dicomFile([...elements, pixelData(PIXELS)], encoding)];
  });
  const compressed = (
    [
      ['rle', '1.2.840.10008.1.2.5'],
      ['jpeg', '1.2.840.10008.1.2.4.70'],
      ['jpeg-ls', '1.2.840.10008.1.2.4.80'],
      ['jpeg-2000', '1.2.840.10008.1.2.4.90'],
      ['htj2k', '1.2.840.10008.1.2.4.201'],
    ] as const
  ).map(async ([coding, syntax]): Promise<[string, Uint8Array]> => {
    const frame = await encodeFrame(PIXELS, coding, FORMAT);
    return [coding, dicomFile([...header, fragments(frame)], 'explicit', syntax)];
  });
  return [...native, ...(await Promise.all(compressed))];
}

/** Changes a few bytes, cuts the file, or writes a large number somewhere. */
function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const result = bytes.slice();
  const position = (): number => 128 + Math.floor(random() * (result.length - 128));
  const kind = random();
  if (kind < 0.15) return result.subarray(0, position());
  for (let i = 0; i <= random() * 6; i++) {
    const at = position();
    if (kind < 0.4) result.fill(0xff, at, at + 1 + Math.floor(random() * 4));
    else result[at] = Math.floor(random() * 256);
  }
  return result;
}

describe('hostile files', () => {
  it('give an image or a DicomImageError, soon and within memory', async () => {
    const random = seededRandom('fuzz');
    let refused = 0;
    let cases = 0;
    for (const [name, bytes] of await seeds()) {
      for (let i = 0; i < CASES; i++) {
        const mutated = mutate(bytes, random);
        const started = process.cpuUsage();
        const outcome = await readDicomImage(mutated).then(
          ({ image }) => image.values.length,
          (error: unknown) => error,
        );
        cases++;
        if (typeof outcome !== 'number') refused++;
        // never more pixels than a file of this size may hold
        const sound =
          typeof outcome === 'number'
            ? outcome <= Math.max(1 << 20, 2000 * mutated.length)
            : outcome instanceof DicomImageError && outcome.message.length > 20;
        expect(sound, `${name}, case ${i}: ${String(outcome)}`).toBe(true);
        // processor time: a busy machine is no hang
        expect(process.cpuUsage(started).user).toBeLessThan(5_000_000);
      }
    }
    expect(refused).toBeGreaterThan(0.2 * cases);
    expect(refused).toBeLessThan(cases);
  }, 600_000);
});
