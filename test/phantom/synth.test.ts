import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { parseDicom } from 'dicom-parser';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { phantomSeed, registerSynth, synthesise } from '../../src/cli/synth';
import type { SynthOptions } from '../../src/cli/synth';
import { dicom } from '../../src/datasets/formats/dicom';
import { readDicomImage } from '../../src/dicom';
import { openListing } from '../../src/datasets/open-listing';
import { silent } from '../../src/io/listener';
import { plainDatasetOptions } from '../../src/datasets/options';
import { findingNames, makeFindingsPhantom, makePhantom } from '../../src/phantom';

const ROWS = 160;
const COLUMNS = 144;
const folder = mkdtempSync(path.join(tmpdir(), 'explain-synth-'));
const options: SynthOptions = {
  out: path.join(folder, 'first'),
  count: 8,
  seed: 'test',
  size: { rows: ROWS, columns: COLUMNS },
  positives: 0.5,
  photometric: 'both',
  modality: 'both',
  compression: 'none',
};
const file = (name: string, out = options.out): Buffer => readFileSync(path.join(out, name));
const table = (name: string): Record<string, string>[] => {
  const [head, ...rows] = file(name).toString().trim().split('\n');
  const keys = head.split(',');
  return rows.map(row => Object.fromEntries(row.split(',').map((value, i) => [keys[i], value])));
};

beforeAll(async () => {
  await synthesise(options);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('explain synth', () => {
  it('covers CR and DX, both photometric interpretations and both classes', () => {
    const labels = table('labels.csv');
    expect(labels).toHaveLength(8);
    expect(labels.filter(row => row.label === '1')).toHaveLength(4);
    const kinds = new Set(labels.map(row => `${row.modality} ${row.photometric}`));
    expect(kinds.size).toBe(4);
  });

  it('stores the phantom itself, to half a grey level of 12 bits', async () => {
    for (const [i, row] of table('labels.csv').entries()) {
      const phantom = makePhantom(phantomSeed('test', i + 1), {
        rows: ROWS,
        columns: COLUMNS,
        opacity: row.label === '1',
      });
      const { image, attributes } = await readDicomImage(file(row.file));
      expect([image.rows, image.columns, image.photometric]).toEqual([ROWS, COLUMNS, row.photometric]);
      const worst = image.values.reduce((most, value, k) => {
        const dense = row.photometric === 'MONOCHROME1' ? 4095 - value : value;
        return Math.max(most, Math.abs(dense - 4095 * phantom.pixels[k]));
      }, 0);
      expect(worst).toBeLessThanOrEqual(0.501);
      expect(attributes).toMatchObject({
        isPhantom: true,
        modality: row.modality,
        bodyPart: 'CHEST',
        viewPosition: 'PA',
      });
      expect(attributes.patientAgeYears).toBeGreaterThanOrEqual(20);
    }
  });

  it('writes the truth beside: masks that fill the boxes, boxes for positives alone', async () => {
    const boxes = table('boxes.csv');
    for (const row of table('labels.csv')) {
      const { data, info } = await sharp(
        file(row.file.replace('.dcm', '.png'), path.join(options.out, 'masks')),
      )
        .greyscale()
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([info.width, info.height]).toEqual([COLUMNS, ROWS]);
      const own = boxes.filter(box => box.file === row.file);
      expect(own.length > 0).toBe(row.label === '1');
      expect(new Set(data).size).toBe(row.label === '1' ? 2 : 1);
      for (const box of own) {
        const [x, y, width, height] = [box.x, box.y, box.width, box.height].map(Number);
        const columnHit = (column: number): boolean =>
          Array.from({ length: height }, (_, k) => data[(y + k) * COLUMNS + column]).includes(255);
        expect(columnHit(x)).toBe(true);
        expect(columnHit(x + width - 1)).toBe(true);
      }
    }
  });

  it('dates each a day before the one ahead of it: a list that begins with the newest follows their numbers', () => {
    const dates = table('labels.csv').map(row => parseDicom(file(row.file)).string('x00080020'));
    expect(dates.slice(0, 4)).toEqual(['20260101', '20251231', '20251230', '20251229']);
    expect(dates).toEqual([...new Set(dates)].sort().reverse());
  });

  it('writes the same bytes for the same seed, other identifiers for another', async () => {
    const whole = { ...options, out: path.join(folder, 'whole') };
    await synthesise(whole);
    for (const name of readdirSync(options.out).filter(entry => entry !== 'masks')) {
      expect(file(name, whole.out).equals(file(name))).toBe(true);
    }
    const other = { ...options, out: path.join(folder, 'other'), seed: 'else', count: 1 };
    await synthesise(other);
    const uid = (out: string): string | undefined =>
      parseDicom(file('phantom-001.dcm', out)).string('x00080018');
    expect(uid(other.out)).not.toBe(uid(options.out));
  });

  it('refuses a folder that holds something: what lies there would have no row in the new tables', async () => {
    const before = file('labels.csv');
    await expect(synthesise({ ...options, count: 1 })).rejects.toThrow(/is not empty/);
    expect(file('labels.csv').equals(before)).toBe(true);
  });

  it('makes a data folder: each phantom with its class, patient, split and boxes', async () => {
    const { exams } = await dicom.list(options.out, { splitSeed: 1, findings: [] });
    expect(exams.map(({ image, label, patient, split }) => [image, String(label), patient, split])).toEqual(
      table('labels.csv').map(row => [row.file, row.label, row.patient, 'test']),
    );
    const boxes = table('boxes.csv');
    expect(exams.flatMap(exam => exam.boxes)).toHaveLength(boxes.length);
    expect(new Set(exams.map(({ patient }) => patient)).size).toBe(8);
  });

  it.each(['rle', 'jpeg-ls', 'jpeg-2000'] as const)('compresses without loss: %s', async compression => {
    const out = path.join(folder, compression);
    await synthesise({ ...options, out, compression });
    for (const name of ['phantom-001.dcm', 'phantom-003.dcm']) {
      const packed = await readDicomImage(file(name, out));
      const plain = await readDicomImage(file(name));
      expect(packed.image.values).toEqual(plain.image.values);
      const { transferSyntaxUid } = packed.attributes;
      expect(transferSyntaxUid).not.toBe(plain.attributes.transferSyntaxUid);
      expect(packed.attributes).toEqual({ ...plain.attributes, transferSyntaxUid });
      expect(file(name, out).length).toBeLessThan(file(name).length);
    }
  });

  it('writes films of several findings as a data folder, each finding with boxes and masks of its own', async () => {
    const out = path.join(folder, 'several');
    const positive = await synthesise({ ...options, out, count: 12, positives: 'findings' });
    const asked = { ...plainDatasetOptions(folder), format: 'dicom' as const, workers: 1 };
    const { listing } = await openListing([out], asked, silent);
    expect(listing.exams).toHaveLength(12);
    expect(listing.exams.filter(({ findings }) => findings!.length > 0)).toHaveLength(positive);
    expect(listing.exams.some(({ findings }) => findings!.length > 1)).toBe(true);
    for (const [i, { findings, boxes }] of listing.exams.entries()) {
      const phantom = makeFindingsPhantom(phantomSeed('test', i + 1), options.size);
      expect([...findings!].sort()).toEqual(Object.keys(phantom.findings).sort());
      for (const name of findingNames) {
        const truth = phantom.findings[name];
        expect(boxes.filter(({ finding }) => finding === name)).toHaveLength(truth?.boxes.length ?? 0);
        const mask = path.join(
          out,
          'masks',
          name.replace(' ', '-'),
          `phantom-${String(i + 1).padStart(3, '0')}.png`,
        );
        expect(existsSync(mask)).toBe(truth !== undefined);
        if (!truth) continue;
        const marked = await sharp(mask).greyscale().raw().toBuffer();
        expect(marked.filter(value => value === 255)).toHaveLength(truth.mask.filter(Boolean).length);
      }
    }
  });

  const validator = spawnSync('dciodvfy', ['-version']).error === undefined;
  it.skipIf(!validator)('passes dciodvfy (which does not know Synthetic Data yet)', () => {
    for (const row of table('labels.csv')) {
      const { stderr } = spawnSync('dciodvfy', [path.join(options.out, row.file)], { encoding: 'utf8' });
      const errors = stderr
        .split('\n')
        .filter(line => line.startsWith('Error'))
        // (0008,001C) entered the standard after Debian's dicom3tools were made
        .filter(line => !line.includes('(0x0008,0x001c)'));
      expect(errors).toEqual([]);
      expect(stderr).toMatch(/CRImage|DXImageForPresentation/);
    }
  });

  it.each([
    [['--count', '0'], /whole number/],
    [['--count', '2.5'], /whole number/],
    [['--positives', '2'], /share from 0 to 1/],
    [['--positives', ''], /share from 0 to 1/],
    [['--size', '10'], /64 to 4096/],
    [['--modality', 'MR'], /CR, DX, both/],
    [['--photometric', 'RGB'], /MONOCHROME1, MONOCHROME2, both/],
    [['--compression', 'zip'], /none, rle, jpeg-ls, jpeg-2000/],
  ])('refuses %j with the reason', async (args, reason) => {
    const program = new Command('explain');
    registerSynth(program);
    for (const command of [program, ...program.commands]) {
      command.exitOverride().configureOutput({ writeErr: () => {} });
    }
    const out = path.join(folder, 'refused');
    await expect(program.parseAsync(['synth', '--out', out, ...args], { from: 'user' })).rejects.toThrow(
      reason,
    );
    expect(existsSync(out)).toBe(false);
  });
});

describe('the shipped sample study', () => {
  it('is what its command makes', async () => {
    const labels = readFileSync('sample/labels.csv', 'utf8').trim().split('\n').slice(1);
    expect(labels).toHaveLength(6);
    const [name, label] = labels[0].split(',');
    const { image } = await readDicomImage(readFileSync(path.join('sample', name)));
    const phantom = makePhantom(phantomSeed('sample', 1), { size: 1024, opacity: label === '1' });
    const off = image.values.reduce(
      (count, value, k) => count + (Math.abs(value - 4095 * phantom.pixels[k]) > 0.501 ? 1 : 0),
      0,
    );
    expect(off).toBe(0);
  });

  it('has films of several findings, which its command makes too', async () => {
    const lines = readFileSync('sample/several/labels.csv', 'utf8').trim().split('\n').slice(1);
    const made = path.join(folder, 'teaching');
    const size = { rows: 1024, columns: 1024 };
    const first = {
      ...options,
      out: made,
      count: 1,
      first: 7,
      seed: 'teaching',
      size,
      positives: 'findings' as const,
    };
    await synthesise({ ...first, compression: 'jpeg-ls' });
    expect(readFileSync(path.join(made, 'labels.csv'), 'utf8')).toContain(lines[0]);
    const name = 'phantom-007.dcm';
    expect(file(name, made).equals(file(name, path.resolve('sample/several')))).toBe(true);
    expect(new Set(lines.flatMap(line => line.split(',')[1].split('|')))).toEqual(new Set(findingNames));
  });

  it('states in the header what the command states today', async () => {
    const out = path.join(folder, 'again');
    await synthesise({
      ...options,
      out,
      count: 2,
      seed: 'sample',
      size: { rows: 64, columns: 64 },
      compression: 'jpeg-ls',
    });
    for (const name of ['phantom-001.dcm', 'phantom-002.dcm']) {
      const [shipped, made] = [path.join('sample', name), path.join(out, name)].map(each =>
        header(readFileSync(each)),
      );
      expect(shipped).toEqual(made);
    }
  });

  /** Every text of a data set, also within sequences, but what follows from the size of the picture. */
  function header(bytes: Buffer): Record<string, string | undefined> {
    const sized = new Set(['x00280010', 'x00280011', 'x00181164', 'x00020000', 'x7fe00010']);
    const { elements } = parseDicom(bytes);
    return Object.fromEntries(
      Object.entries(elements)
        .filter(([tag]) => !sized.has(tag))
        .map(([tag, { dataOffset, length }]) => [
          tag,
          bytes.toString('latin1', dataOffset, dataOffset + length),
        ]),
    );
  }

  it('is a few megabytes', () => {
    const names = readdirSync('sample', { recursive: true, encoding: 'utf8' });
    const bytes = names.reduce((sum, name) => sum + statSync(path.join('sample', name)).size, 0);
    expect(bytes).toBeLessThan(4_000_000);
  });
});
