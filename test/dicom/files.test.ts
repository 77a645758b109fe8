import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import openJph from '@cornerstonejs/codec-openjph';
import { describe, expect, it } from 'vitest';
import { readDicomImage } from '../../src/dicom';
import { decodeFrame } from '../../src/dicom/codecs';
import { frameBytes } from '../../src/dicom/frame-bytes';
import { parseFile } from '../../src/dicom/parse';
import { pixelFormat } from '../../src/dicom/pixel-format';
import { dicomFile, fragments, imageElements, words } from './bytes';

const FOLDER = path.resolve('../shared/data/dicom');
const there = existsSync(FOLDER);
if (!there) console.warn(`Skipped: ${FOLDER} is not there, so no real DICOM file is read.`);

const load = (name: string): Uint8Array => readFileSync(path.join(FOLDER, `${name}.dcm`));

const bytesOf = (values: Float32Array): Buffer =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength);

interface Expected {
  rows: number;
  columns: number;
  photometric: string;
  min: number;
  max: number;
  mean: number;
  /** Mean of value · (index mod 997): tells where pixels lie. */
  weighted: number;
  frame?: number;
  padded?: number;
}

/** Computed by pydicom 2.3.1 with GDCM 3.0.21 (`apply_modality_lut(pixel_array)`). */
const PYDICOM: Record<string, Expected> = {
  'angio-sc-mono2-10bit-explicit-le': {
    rows: 1024,
    columns: 1024,
    photometric: 'MONOCHROME2',
    min: 0,
    max: 504,
    mean: 107.267406,
    weighted: 53459.5775,
  },
  'angio-xa-multiframe-96-jpeg-baseline': {
    rows: 512,
    columns: 512,
    photometric: 'MONOCHROME2',
    min: 0,
    max: 255,
    mean: 66.7665024,
    weighted: 33253.6987,
    frame: 50,
  },
  'breast-mg-voi-lut-sigmoid-padding': {
    rows: 3062,
    columns: 2394,
    photometric: 'MONOCHROME2',
    min: 0,
    max: 3471,
    mean: 750.000858,
    weighted: 373503.977,
    padded: 4984538,
  },
  'chest-cr-mono1-10bit-explicit-le': {
    rows: 440,
    columns: 440,
    photometric: 'MONOCHROME1',
    min: 0,
    max: 979,
    mean: 501.857293,
    weighted: 249740.347,
  },
  'chest-cr-mono1-15bit-jpeg2000-lossy': {
    rows: 1955,
    columns: 1841,
    photometric: 'MONOCHROME1',
    min: 803,
    max: 26512,
    mean: 7391.44968,
    weighted: 3680963.42,
  },
  'chest-cr-mono1-8bit-jpeg-baseline': {
    rows: 2446,
    columns: 2010,
    photometric: 'MONOCHROME1',
    min: 0,
    max: 248,
    mean: 151.190634,
    weighted: 75290.6054,
  },
  'chest-cr-mono2-8bit-jpeg-baseline': {
    rows: 1024,
    columns: 1024,
    photometric: 'MONOCHROME2',
    min: 0,
    max: 254,
    mean: 160.398039,
    weighted: 79994.5099,
  },
  'chest-ct-signed-padding': {
    rows: 512,
    columns: 512,
    photometric: 'MONOCHROME2',
    min: -3024,
    max: 3018,
    mean: -906.41777,
    weighted: -452117.63,
    padded: 55772,
  },
  'leg-cr-mono1-10bit-rle': {
    rows: 1760,
    columns: 1760,
    photometric: 'MONOCHROME1',
    min: 0,
    max: 1023,
    mean: 332.714679,
    weighted: 165676.946,
  },
  'pattern-voi-lut-8bit': {
    rows: 512,
    columns: 512,
    photometric: 'MONOCHROME2',
    min: 0,
    max: 255,
    mean: 128.830025,
    weighted: 64322.3929,
  },
  'rtimage-odd-window-tiny-slope': {
    rows: 768,
    columns: 1024,
    photometric: 'MONOCHROME2',
    min: 0.000342335062,
    max: 0.218325589,
    mean: 0.0209367603,
    weighted: 10.4616896,
  },
  'teeth-cr-mono1-modality-lut': {
    rows: 1576,
    columns: 1976,
    photometric: 'MONOCHROME1',
    min: 0,
    max: 1023,
    mean: 714.268768,
    weighted: 355548.317,
  },
};

describe.skipIf(!there)('real files', () => {
  it.each(Object.entries(PYDICOM))('%s: the pixels that pydicom reads', async (name, expected) => {
    const { image } = await readDicomImage(load(name), { frame: expected.frame });
    let min = Infinity;
    let max = -Infinity;
    let sum = 0;
    let weighted = 0;
    image.values.forEach((value, i) => {
      if (value < min) min = value;
      if (value > max) max = value;
      sum += value;
      weighted += value * (i % 997);
    });
    const relative = (value: number, reference: number): number =>
      Math.abs(value - reference) / Math.abs(reference);
    expect([image.rows, image.columns, image.photometric]).toEqual([
      expected.rows,
      expected.columns,
      expected.photometric,
    ]);
    expect(min).toBeCloseTo(expected.min, 6);
    expect(max).toBeCloseTo(expected.max, 6);
    expect(relative(sum / image.values.length, expected.mean)).toBeLessThan(1e-7);
    expect(relative(weighted / image.values.length, expected.weighted)).toBeLessThan(1e-7);
    const padded = image.valid?.reduce((count, valid) => count + 1 - valid, 0) ?? 0;
    expect(padded).toBe(expected.padded ?? 0);
  });

  it.each([
    'implicit-le',
    'big-endian',
    'deflated',
    'rle',
    'jpeg-lossless',
    'jpegls-lossless',
    'jpeg2000-lossless',
  ])('chest-derived-%s: the original’s pixels, one by one', async encoding => {
    const original = await readDicomImage(load('chest-cr-mono1-10bit-explicit-le'));
    const derived = await readDicomImage(load(`chest-derived-${encoding}`));
    expect(Buffer.compare(bytesOf(derived.image.values), bytesOf(original.image.values))).toBe(0);
    expect({ ...derived.image, values: 0 }).toEqual({ ...original.image, values: 0 });
  });

  it('the same radiograph as HTJ2K, encoded by OpenJPH: the original’s pixels, one by one', async () => {
    const { image } = await readDicomImage(load('chest-cr-mono1-10bit-explicit-le'));
    const { HTJ2KEncoder } = await openJph();
    const encoder = new HTJ2KEncoder();
    const frameInfo = { width: 440, height: 440, bitsPerSample: 10, componentCount: 1, isSigned: false };
    encoder
      .getDecodedBuffer({ ...frameInfo, isUsingColorTransform: false })
      .set(words(Array.from(image.values)));
    encoder.setQuality(true, 0);
    encoder.encode();
    const header = imageElements({ rows: 440, columns: 440, stored: 10, photometric: 'MONOCHROME1' });
    const frame = Uint8Array.from(encoder.getEncodedBuffer());
    encoder.delete();
    const file = dicomFile([...header, fragments(frame)], 'explicit', '1.2.840.10008.1.2.4.201');
    const derived = await readDicomImage(file);
    expect(derived.image.photometric).toBe('MONOCHROME1');
    expect(Buffer.compare(bytesOf(derived.image.values), bytesOf(image.values))).toBe(0);
  });

  it('JPEG Extended: the viewer’s decoder, never more than a grey level from libjpeg’s', async () => {
    const bytes = load('hip-cr-mono2-10bit-jpeg-extended');
    const { image } = await readDicomImage(bytes);
    expect([image.rows, image.columns, image.photometric]).toEqual([2140, 1760, 'MONOCHROME2']);
    // The mean that pydicom 2.3.1 with GDCM 3.0.21 computes.
    const mean = image.values.reduce((sum, value) => sum + value, 0) / image.values.length;
    expect(Math.abs(mean - 450.880379)).toBeLessThan(0.5);
    const dataSet = parseFile(bytes);
    const format = pixelFormat(dataSet);
    const frame = frameBytes(dataSet, format, 'jpeg', 0);
    const libjpeg = (await decodeFrame(frame, 'jpeg', format)).samples;
    let worst = 0;
    let belowBlack = 0;
    image.values.forEach((value, i) => {
      // Ringing below black, which libjpeg clips, is kept.
      if (value < 0) belowBlack = Math.max(belowBlack, libjpeg[i] - value);
      else worst = Math.max(worst, Math.abs(value - libjpeg[i]));
    });
    expect(worst).toBeLessThanOrEqual(1);
    expect(belowBlack).toBeLessThanOrEqual(15);
  });

  it('the signed pattern with a Modality LUT: sign from the twelve stored bits, as DCMTK reads it', async () => {
    const { image } = await readDicomImage(load('pattern-modality-lut-signed12'));
    // words 4095 and 1023 are −1 and 1023; DCMTK 3.6.7 (dcm2pnm +M) maps them to 32759 and 49147
    expect(Array.from(image.values.subarray(0, 4))).toEqual([32759, 49147, 49147, 32759]);
  });

  it.each([
    ['chest-derived-no-pixel-data', 'no-pixels'],
    ['chest-derived-truncated', 'truncated'],
    ['echo-us-rgb-colour', 'colour'],
    ['sr-basic-text-no-image', 'no-pixels'],
    ['angio-xa-multiframe-96-jpeg-baseline', 'multi-frame'],
  ])('%s is refused: %s', async (name, code) => {
    await expect(readDicomImage(load(name))).rejects.toMatchObject({ name: 'DicomImageError', code });
  });

  it('attributes of a chest radiograph', async () => {
    const { attributes } = await readDicomImage(load('chest-cr-mono1-10bit-explicit-le'));
    expect(attributes).toMatchObject({
      modality: 'CR',
      bodyPart: 'CHEST',
      viewPosition: 'PA',
      photometric: 'MONOCHROME1',
      samplesPerPixel: 1,
      rows: 440,
      columns: 440,
    });
    expect(attributes.isPhantom).toBeUndefined();
  });
});
