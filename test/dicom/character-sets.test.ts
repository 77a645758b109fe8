import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeResults, modelIdentity, sourceAttributes } from '../../src/dicom/results';
import { decideBy } from '../../src/models/decision';
import { readInstance } from '../../src/viewer/dicomweb/read-instance';
import { hasPydicom, runPydicom } from '../support/debian-programs';

/** Character sets, and a name to be written in them. */
const cases: [string, string][] = [
  ['ISO_IR 100', 'Müller^Änne'],
  ['ISO_IR 101', 'Dvořák^Antonín'],
  ['ISO_IR 144', 'Люкceмбypг'],
  ['ISO_IR 126', 'Διονυσιος'],
  ['ISO_IR 127', 'قباني^لنزار'],
  ['ISO_IR 138', 'שרון^דבורה'],
  ['ISO_IR 192', 'Wang^XiaoDong=王^小东'],
  ['GB18030', 'Wang^XiaoDong=王^小东'],
  ['\\ISO 2022 IR 87', 'Yamada^Tarou=山田^太郎=やまだ^たろう'],
  // In these characters stand the bytes of "=", of the backslash and of "^".
  ['\\ISO 2022 IR 87', 'Iso^Iso=移ソ^胃移=ソソ^ソ'],
  ['\\ISO 2022 IR 87\\ISO 2022 IR 159', 'Itou=丂山^丄'],
  ['ISO 2022 IR 13\\ISO 2022 IR 87', 'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう'],
  ['\\ISO 2022 IR 149', 'Hong^Gildong=洪^吉洞=홍^길동'],
  ['\\ISO 2022 IR 58', 'Zhang^XiaoDong=张^小东'],
  ['ISO 2022 IR 100\\ISO 2022 IR 144\\ISO 2022 IR 126', 'Müller=Люк=Διονυσιος'],
];
const folder = mkdtempSync(path.join(tmpdir(), 'explain-names-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes the header of a radiograph in each character set. */
const write = `
import sys, json, pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
for number, (sets, name) in enumerate(json.loads(sys.argv[2])):
    file = f'{sys.argv[1]}/{number}.dcm'
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = '1.2.840.10008.5.1.4.1.1.1'
    meta.MediaStorageSOPInstanceUID = '1.2.3.4'
    d = FileDataset(file, {}, file_meta=meta, preamble=b'\\0' * 128)
    d.is_little_endian, d.is_implicit_VR = True, False
    d.SpecificCharacterSet = sets.split('\\\\')
    d.SOPClassUID, d.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    d.StudyInstanceUID, d.SeriesInstanceUID, d.Modality = '1.2.3', '1.2.3.1', 'SR'
    d.PatientName, d.StudyDescription = name, name.split('=')[-1].split('^')[0]
    d.save_as(file, write_like_original=False)
print('0')`;
const read = `
import sys, json, pydicom
files = [pydicom.dcmread(file) for file in sys.argv[1:]]
print(json.dumps([[str(d.PatientName), str(d.StudyDescription)] for d in files]))`;

describe.skipIf(!hasPydicom)('names in the image’s character set (Debian python3-pydicom)', () => {
  const names: unknown[] = [];

  beforeAll(() => {
    runPydicom(write, folder, JSON.stringify(cases));
    const results = cases.map((_case, number) => {
      const source = sourceAttributes(readFileSync(path.join(folder, `${number}.dcm`)));
      const result = path.join(folder, `${number}.seg.dcm`);
      writeFileSync(result, segmentationOf(source));
      return result;
    });
    names.push(...(runPydicom(read, ...results) as unknown[]));
  }, 60_000);

  it.each(cases.map(([sets, name], number) => ({ sets, name, number })))(
    'are the same in a result: $sets, $name',
    ({ name, number }) => {
      expect(names[number]).toEqual([name, name.split('=').at(-1)!.split('^')[0]]);
    },
  );

  it('are the same in the lists of the viewer’s server, and no such file counts as damaged', async () => {
    for (const [number, [, name]] of cases.entries()) {
      const instance = await readInstance(path.join(folder, `${number}.dcm`));
      if (typeof instance === 'string') throw new Error(instance);
      expect(instance.damage).toBeUndefined();
      const [{ Alphabetic = '', Ideographic = '', Phonetic = '' }] = instance.attributes['00100010']
        .Value as Partial<Record<string, string>>[];
      expect([Alphabetic, Ideographic, Phonetic].join('=').replace(/=+$/, '')).toBe(name);
    }
  });
});

function segmentationOf(source: Readonly<Record<string, unknown>>): Uint8Array {
  const context = {
    source,
    model: modelIdentity({ id: 'm', version: '1', title: 'M', classes: [], files: {} }),
    settings: { methodId: 'gradient', methodTitle: 'Gradient', augment: 0, seed: 0, backend: 'wasm' },
    created: new Date(2026, 0, 1),
    software: '0.0.0',
  };
  const mask = Uint8Array.of(0, 0, 1, 1);
  const explanation = {
    film: { values: Float32Array.from(mask), rows: 2, columns: 2, photometric: 'MONOCHROME2' as const },
    map: Float32Array.from(mask),
    top: 1,
    figures: { decision: decideBy(0.9, 0.5) },
    mask: () => mask,
    notice: '',
    cautions: [],
  };
  return makeResults(context, explanation, { kinds: ['seg'], percentiles: [50] })[0].bytes;
}
