import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { displayLevel, readDicomImage, type Voi } from '../../src/dicom';
import { dicomFile, imageElements, pixelData, sequence, text, us, words } from './bytes';

const FOLDER = path.resolve('../shared/data/dicom');
const there = existsSync(FOLDER);
if (!there) console.warn(`Skipped: ${FOLDER} is not there, so no real file's window is compared.`);

const file = (...extra: Parameters<typeof dicomFile>[0]): Uint8Array =>
  dicomFile([...imageElements(), ...extra, pixelData(words([0, 1, 1000, 2048, 4095, 7]))]);
const voisOf = async (...extra: Parameters<typeof dicomFile>[0]): Promise<Voi[]> =>
  (await readDicomImage(file(...extra))).vois;
const window = (center: string, width: string, shape?: string) => [
  text(0x00281050, 'DS', center),
  text(0x00281051, 'DS', width),
  ...(shape ? [text(0x00281056, 'CS', shape)] : []),
];

describe('a window', () => {
  it('is linear, exact or sigmoid as PS3.3 C.11.2.1 writes', async () => {
    const [linear] = await voisOf(...window('2048', '4096'));
    // Table C.11-2b of the standard: c = 2048, w = 4096 leaves twelve bits as they are.
    for (const value of [0, 1, 2048, 4095]) expect(displayLevel(linear, value)).toBeCloseTo(value / 4095, 6);
    expect(displayLevel(linear, -5)).toBe(0);
    expect(displayLevel(linear, 5000)).toBe(1);
    const [exact] = await voisOf(...window('2048', '4096', 'LINEAR_EXACT'));
    expect(displayLevel(exact, 1024)).toBe(0.25);
    const [sigmoid] = await voisOf(...window('2048', '4096', 'SIGMOID'));
    expect(displayLevel(sigmoid, 2048)).toBe(0.5);
    expect(displayLevel(sigmoid, 4096)).toBeCloseTo(1 / (1 + Math.exp(-2)), 9);
    const [step] = await voisOf(...window('100', '1'));
    expect([99, 99.5, 100].map(value => displayLevel(step, value))).toEqual([0, 0, 1]);
  });

  it('may be one of several; what makes no sense is left out', async () => {
    expect(await voisOf(...window('10\\20', '100\\200'))).toMatchObject([{ center: 10 }, { center: 20 }]);
    expect(await voisOf(...window('10\\20', '0\\200'))).toMatchObject([{ center: 20 }]);
    expect(await voisOf(...window('ten', '5'))).toEqual([]);
    expect(await voisOf()).toEqual([]);
  });
});

describe('a VOI LUT Sequence', () => {
  it('goes before windows, and its ends hold beyond it', async () => {
    const table = sequence(0x00283010, [us(0x00283002, 3, 1000, 10), us(0x00283006, 0, 500, 1023)]);
    const [voi, second] = await voisOf(table, ...window('5', '10'));
    expect(second.kind).toBe('window');
    const levels = [0, 1000, 1001, 1002, 9999].map(value => displayLevel(voi, value));
    expect(levels).toEqual([0, 0, 500 / 1023, 1, 1]);
  });

  it('that promises more than it holds is left out: no network sees it', async () => {
    const short = sequence(0x00283010, [us(0x00283002, 300, 0, 10), us(0x00283006, 0, 500)]);
    expect(await voisOf(short, ...window('5', '10'))).toMatchObject([{ kind: 'window' }]);
    const empty = sequence(0x00283010, []);
    expect(await voisOf(empty)).toEqual([]);
  });
});

describe.skipIf(!there)('real files', () => {
  /** Mean of pydicom 2.3.1's `apply_voi_lut(apply_modality_lut(…))`, and the range it maps to. */
  it.each([
    ['chest-cr-mono1-10bit-explicit-le', 0, 463.8584710743802, 1023],
    ['chest-cr-mono1-15bit-jpeg2000-lossy', 0, 8073.456833428487, 32767],
    ['chest-cr-mono1-8bit-jpeg-baseline', 0, 164.62131854154532, 255],
    // The table, then the first sigmoid window.
    ['breast-mg-voi-lut-sigmoid-padding', 0, 331.37604789242863, 4095],
    ['breast-mg-voi-lut-sigmoid-padding', 3, 331.393953568665, 4095],
    ['pattern-voi-lut-8bit', 0, 33109.31635284424, 65535],
  ])(
    '%s, view %i: as pydicom shows it',
    async (name, view, mean, range) => {
      const { image, vois } = await readDicomImage(readFileSync(path.join(FOLDER, `${name}.dcm`)));
      let sum = 0;
      for (const value of image.values) sum += displayLevel(vois[view], value);
      expect((range * sum) / image.values.length / mean).toBeCloseTo(1, 6);
    },
    240_000,
  );

  it('a window narrower than 1, of values that are fractions', async () => {
    const bytes = readFileSync(path.join(FOLDER, 'rtimage-odd-window-tiny-slope.dcm'));
    const { vois } = await readDicomImage(bytes);
    expect(vois).toMatchObject([{ shape: 'LINEAR_EXACT' }]);
    expect(displayLevel(vois[0], 0.1077)).toBeCloseTo(0.5, 2);
  });
});
