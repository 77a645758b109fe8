import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseStudyTable } from '../../src/cli/study/table';
import { rjafrocWorkbook } from '../../src/study/exports/rjafroc';
import { imrmcText, mrmcaovCsv } from '../../src/study/exports/text';
import { readMarks } from '../../src/study/marks';
import { readRatings } from '../../src/study/ratings';
import { vanDyke, vanDykeTable } from './van-dyke';

/** Sheets of a workbook by name, read by another program's ZIP and XML. */
const readWorkbook = `
import json, sys, zipfile, xml.etree.ElementTree as xml
n = {'m': 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'}
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
texts = [''.join(t.itertext()) for t in xml.fromstring(z.read('xl/sharedStrings.xml')).findall('m:si', n)]
sheets = xml.fromstring(z.read('xl/workbook.xml')).findall('m:sheets/m:sheet', n)
out = {}
for s in sheets:
    rows = xml.fromstring(z.read(f"xl/worksheets/sheet{s.get('sheetId')}.xml")).findall('m:sheetData/m:row', n)
    out[s.get('name')] = [{c.get('r')[0]: texts[int(c.find('m:v', n).text)] for c in r.findall('m:c', n)} for r in rows]
print(json.dumps(out))
`;

type Sheets = Record<'FP' | 'TP' | 'Truth', Record<string, string>[]>;

function sheets(workbook: Uint8Array): Sheets {
  const folder = mkdtempSync(path.join(tmpdir(), 'workbook-'));
  try {
    const file = path.join(folder, 'study.xlsx');
    writeFileSync(file, workbook);
    const said = execFileSync('python3', ['-c', readWorkbook, file], {
      encoding: 'utf8',
      stdio: 'pipe',
      maxBuffer: 1e8,
    });
    return JSON.parse(said) as Sheets;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', 'import zipfile'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

describe('exports', () => {
  it('MRMCaov gets the columns of its data frame, which read back as the same study', () => {
    const text = mrmcaovCsv(vanDyke());
    expect(text.split('\n')[0]).toBe('reader,treatment,case,truth,rating');
    const again = readRatings(parseStudyTable(text, 'mrmcaov.csv'), { reference: '2' });
    expect(again).toEqual(vanDyke());
  });

  it('iMRMC gets counts, the truth as reader −1, and reader, case, modality, score', () => {
    const lines = imrmcText(vanDyke()).split('\n');
    const begin = lines.indexOf('BEGIN DATA:');
    expect(lines.slice(1, begin)).toEqual(['NR: 5', 'N0: 69', 'N1: 45', 'NM: 2', '']);
    const data = lines.slice(begin + 1, -1).map(line => line.split(','));
    const truths = data.filter(([reader]) => reader === '-1');
    expect(truths).toHaveLength(114);
    const scores = new Map(data.map(([reader, id, arm, score]) => [`${reader}/${arm}/${id}`, Number(score)]));
    expect(data).toHaveLength(114 + 1140);
    for (const row of vanDykeTable().rows) {
      expect(scores.get(`${row.reader}/${row.treatment}/${row.case}`)).toBe(Number(row.rating));
      expect(scores.get(`-1/0/${row.case}`)).toBe(Number(row.truth));
    }
  });

  it('iMRMC refuses names that it would read wrongly', () => {
    const data = vanDyke();
    expect(() => imrmcText({ ...data, arms: ['with map', 'a, b'] })).toThrow('no name with a comma: "a, b"');
    expect(() => imrmcText({ ...data, readers: ['-1', '2', '3', '4', '5'] })).toThrow('the reader "-1"');
  });

  it.skipIf(!hasPython())('RJafroc gets an ROC workbook (needs python3)', () => {
    const { workbook, key } = rjafrocWorkbook(vanDyke());
    const { FP, TP, Truth } = sheets(workbook);
    expect(Object.values(Truth[0])).toEqual([
      'CaseID',
      'LesionID',
      'Weight',
      'ReaderID',
      'ModalityID',
      'Paradigm',
    ]);
    expect(Truth[1]).toEqual({ A: '1', B: '0', C: '0', D: '1, 2, 3, 4, 5', E: '1, 2', F: 'ROC' });
    expect(Truth[2].F).toBe('FCTRL');
    expect(Truth.slice(3).every(row => row.F === undefined)).toBe(true);
    expect(Truth.filter(({ B }) => B === '1')).toHaveLength(45);
    expect([FP.length, TP.length]).toEqual([1 + 690, 1 + 450]);
    // Numbers stand for names: arm 1 is treatment 2, the reference.
    const names = new Map(key.map(([kind, number, name]) => [`${kind} ${number}`, name]));
    expect(names.get('arm 1')).toBe('2');
    const table = vanDykeTable().rows;
    for (const { A, B, C, D } of FP.slice(1, 30)) {
      const row = table.find(
        each =>
          each.reader === names.get(`reader ${A}`) &&
          each.treatment === names.get(`arm ${B}`) &&
          each.case === names.get(`case ${C}`),
      )!;
      expect([row.truth, row.rating]).toEqual(['0', D]);
    }
  });

  it.skipIf(!hasPython())('RJafroc gets an FROC workbook of marks (needs python3)', () => {
    const table = (text: string) => parseStudyTable(text, 'table.csv');
    const ratings = ['h1,0', 'h2,0', 'd1,1', 'd2,1'].map(each => `r,a & b,${each},1`).join('\n');
    const data = readRatings(table(`reader,arm,case,truth,rating\n${ratings}`));
    const lesions = table('case,lesion,weight\nd1,x,0.25\nd1,y,0.75\nd2,x,1');
    const marks = table(
      'reader,arm,case,lesion,confidence\nr,a & b,h1,,3\nr,a & b,h1,,2.5\nr,a & b,d1,y,4\nr,a & b,d2,,1',
    );
    const { workbook, key } = rjafrocWorkbook(data, readMarks(data, marks, lesions, 'centre'));
    const found = sheets(workbook);
    const cells = (name: keyof Sheets) => found[name].slice(1).map(row => Object.values(row).join(' '));
    expect(cells('Truth')).toEqual([
      '1 0 0 1 1 FROC',
      '2 0 0 1 1 FCTRL',
      '3 1 0.25 1 1',
      '3 2 0.75 1 1',
      '4 1 1 1 1',
    ]);
    expect(cells('FP')).toEqual(['1 1 1 3', '1 1 1 2.5', '1 1 4 1']);
    expect(cells('TP')).toEqual(['1 1 3 2 4']);
    expect(key).toContainEqual(['arm', '1', 'a & b']);
  });

  it('the same study gives the same bytes', () => {
    const [one, two] = [vanDyke(), vanDyke()].map(data => Buffer.from(rjafrocWorkbook(data).workbook));
    expect(one.equals(two)).toBe(true);
  });
});
