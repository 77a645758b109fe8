import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseDicom } from 'dicom-parser';
import { attributesOfInstance, readDicomImage } from '../../src/dicom';
import { makeResults, modelIdentity, sourceAttributes, type ResultObject } from '../../src/dicom/results';
import { percentileMask } from '../../src/metrics';
import { checkApplicability } from '../../src/models/applicability';
import { decideBy } from '../../src/models/decision';
import { readFrames } from '../../src/viewer/dicomweb/frames';
import { readWhole } from '../../src/viewer/dicomweb/read-instance';
import { exampleCard } from '../models/card-fixture';

/**
 * Files that people meet and that readers stumble over, through every way in: pixels and attributes (`explain check`, `run`,
 * `pacs`), result objects, and the viewer server's index and frames. What is right was found with pydicom 2.3.1, DCMTK 3.6.7
 * or by hand. `npx vitest run test/dicom/cases.test.ts` prints the table.
 */
const folder = path.join(import.meta.dirname, '../fixtures/cases');

/** Row 100, columns 100 to 109: pydicom's values of the 12-bit phantom. */
const twelveBits = [1578, 1625, 1712, 1791, 1900, 2046, 2254, 2541, 2856, 3050];
/** dcmdjpeg's values of the same after JPEG baseline. */
const eightBits = [99, 101, 105, 111, 118, 127, 140, 158, 178, 190];

interface Expected {
  pixels?: readonly number[];
  /** Largest difference, for the decoders of lossy JPEG differ by a level. */
  tolerance?: number;
  /** Why there are no pixels. */
  refused?: RegExp;
  /** What a model of adults' frontal chest films says. */
  refusals?: RegExp;
  warnings?: RegExp;
  /** Lossy Image Compression of the results. */
  lossy?: '00' | '01';
  name?: string;
  seriesNumber?: RegExp;
}

const cases: Readonly<Record<string, Expected>> = {
  'age/age-5.dcm': { refusals: /age, in years, is 5; / },
  'age/age-5Y.dcm': { refusals: /age, in years, is 5; / },
  'character-set/latin1.dcm': { warnings: /Specific Character Set holds no term/, name: 'Muller^Test' },
  'character-set/utf8.dcm': { warnings: /read as utf-8/, name: 'Muller^Test' },
  'decimal-integer/series-1.5.dcm': { seriesNumber: /^9\d{3}03$/ },
  'delimiter-length/delimiter-length-ffffffff.dcm': {},
  'frames-0/frames0.dcm': {},
  'long-name/pn65.dcm': { name: `${'A'.repeat(41)}^${'B'.repeat(23)}` },
  'long-vr/extended-offset-table.dcm': {},
  'long-vr/ov.dcm': {},
  'lossy-flag/baseline-without-2110.dcm': { pixels: eightBits, lossy: '01' },
  'lossy-flag/extended-without-2110.dcm': { tolerance: 2, lossy: '01' },
  'reduced-precision/in16-baseline.dcm': { pixels: eightBits, lossy: '01' },
  // Without loss of the picture before JPEG: 12 bits to 8, at most a level from JPEG's.
  'reduced-precision/in16-j2k.dcm': { pixels: eightBits, tolerance: 2 },
  'reduced-precision/in16-rle.dcm': { refused: /16 bits a pixel.*2 RLE segments.*frame has 1/ },
  'reduced-precision/reference-8-in-8.dcm': { pixels: eightBits, lossy: '01' },
  'trailing-bytes/trail-3.dcm': { warnings: /3 bytes behind the data set/ },
  'trailing-bytes/trail-crlf.dcm': { warnings: /2 bytes behind the data set/ },
  'un-undefined-length/un-empty.dcm': {},
  'un-undefined-length/un-undefined-length-item.dcm': {},
  'view-code/lateral-by-view-code.dcm': { refusals: /View Code \(0054,0220\) is lateral/ },
  'voi-lut/voi-lut-empty.dcm': {},
  'wrong-transfer-syntax/says-explicit-is-implicit.dcm': { warnings: /written in implicit VR little endian/ },
  'wrong-transfer-syntax/says-implicit-is-explicit.dcm': { warnings: /written in explicit VR little endian/ },
};

const example = exampleCard();
const card = exampleCard({ applicability: { ...example.applicability, minRows: 64, minColumns: 64 } });

const table: string[] = ['| file | pixels | model | results | viewer |', '| --- | --- | --- | --- | --- |'];
afterAll(() => console.log(table.join('\n')));

it('there is an expectation for every file', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  expect(files.filter(file => file.endsWith('.dcm')).sort()).toEqual(Object.keys(cases).sort());
});

describe.each(Object.entries(cases))('%s', (file, expected) => {
  const bytes = new Uint8Array(readFileSync(path.join(folder, file)));
  const { pixels = twelveBits, tolerance = 0, refused, refusals, warnings, lossy = '00' } = expected;

  it('is read, judged, explained and listed as it should', async () => {
    const cells: string[] = [];
    const read = readDicomImage(bytes);
    if (refused) {
      const error = await read.then(
        () => undefined,
        (reason: unknown) => reason as Error,
      );
      expect(error?.message).toMatch(refused);
      cells.push(error!.message, '', '');
    } else {
      const { image, attributes } = await read;
      const row = Array.from(image.values.slice(100 * image.columns + 100, 100 * image.columns + 110));
      const worst = Math.max(...row.map((value, i) => Math.abs(value - pixels[i])));
      expect(worst).toBeLessThanOrEqual(tolerance);
      cells.push(row.join(' '));

      const said = checkApplicability(card, attributes);
      expect(said.refusals.join(' ')).toMatch(refusals ?? /^$/);
      const others = said.warnings.filter(warning => !/synthetic phantom/.test(warning));
      expect(others.join(' ')).toMatch(warnings ?? /^$/);
      cells.push([...said.refusals, ...others].join(' ') || 'fits');

      const source = sourceAttributes(bytes);
      // The viewer judges by its own copy of the header and must come to the same.
      expect(checkApplicability(card, attributesOfInstance(source)).refusals).toEqual(said.refusals);
      const map = Float32Array.from(image.values, (_, i) => i % 97);
      const results = makeResults(
        {
          source,
          model: modelIdentity(card),
          settings: {
            methodId: 'saliency',
            methodTitle: 'Saliency',
            augment: 0,
            seed: 0,
            backend: 'wasm',
          },
          created: new Date(2026, 0, 1),
          software: '0.0.0',
        },
        {
          film: image,
          map,
          top: map.reduce((top, value) => Math.max(top, value)),
          figures: { decision: decideBy(0.5, 0.4) },
          mask: percentile => percentileMask(map, percentile),
          notice: 'Research use only.',
          cautions: others,
        },
        { kinds: ['seg', 'pm', 'sc', 'sr'], percentiles: [90] },
      );
      expect(results).toHaveLength(4);
      for (const result of results) checkResult(result, expected, lossy);
      cells.push(`4 objects, lossy ${lossy}`);
    }

    const instance = await readWhole(file, bytes);
    if (typeof instance === 'string')
      throw new Error(`The viewer's index does not know the file: ${instance}`);
    expect(instance.damage).toBeUndefined();
    expect([...readFrames(bytes, [1])][0].length).toBeGreaterThan(1000);
    cells.push('listed, frame served');
    table.push(`| ${file} | ${cells.join(' | ')} |`);
  });
});

function checkResult({ kind, bytes }: ResultObject, { name, seriesNumber }: Expected, lossy: string): void {
  const object = parseDicom(bytes);
  if (name !== undefined) expect(object.string('x00100010')).toBe(name);
  if (seriesNumber !== undefined && kind === 'seg') expect(object.string('x00200011')).toMatch(seriesNumber);
  expect(object.string('x00200011')).toMatch(/^\d+$/);
  if (kind !== 'sr') expect(object.string('x00282110')).toBe(lossy);
}
