import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { modelIdentity, sourceAttributes, writeSegmentation } from '../../src/dicom/results';
import { hasPydicom, runPydicom } from '../support/debian-programs';

const folder = mkdtempSync(path.join(tmpdir(), 'explain-names-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes the header of a radiograph in a character set. */
const write = `
import sys, pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
file, charset, name = sys.argv[1:]
meta = FileMetaDataset()
meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
meta.MediaStorageSOPClassUID = '1.2.840.10008.5.1.4.1.1.1'
meta.MediaStorageSOPInstanceUID = '1.2.3.4'
d = FileDataset(file, {}, file_meta=meta, preamble=b'\\0' * 128)
d.is_little_endian, d.is_implicit_VR = True, False
d.SpecificCharacterSet = charset.split('+')
d.SOPClassUID, d.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
d.StudyInstanceUID, d.SeriesInstanceUID, d.PatientName = '1.2.3', '1.2.3.1', name
d.save_as(file, write_like_original=False)
print('0')`;
const read = `
import sys, json, pydicom
print(json.dumps(str(pydicom.dcmread(sys.argv[1]).PatientName)))`;

describe.skipIf(!hasPydicom)('names in the image’s character set (Debian python3-pydicom)', () => {
  it.each([
    ['ISO_IR 100', 'Müller^Änne'],
    ['ISO_IR 101', 'Dvořák^Antonín'],
    ['ISO_IR 144', 'Люкceмбypг'],
    ['ISO_IR 126', 'Διονυσιος'],
    ['ISO_IR 192', 'Wang^XiaoDong=王^小东'],
    ['GB18030', 'Wang^XiaoDong=王^小东'],
    ['+ISO 2022 IR 87', 'Yamada^Tarou=山田^太郎=やまだ^たろう'],
    ['+ISO 2022 IR 149', 'Hong^Gildong=洪^吉洞=홍^길동'],
  ])('%s: %s', (charset, name) => {
    const file = path.join(folder, 'image.dcm');
    runPydicom(write, file, charset, name);
    const { bytes } = writeSegmentation(
      {
        source: sourceAttributes(readFileSync(file)),
        model: modelIdentity({ id: 'm', version: '1', title: 'M', classes: [], files: {} }),
        settings: { methodId: 'gradient', methodTitle: 'Gradient', augment: 0, seed: 0, backend: 'wasm' },
        created: new Date(2026, 0, 1),
        software: '0.0.0',
      },
      [{ percentile: 50, mask: Uint8Array.of(0, 0, 1, 1) }],
      { rows: 2, columns: 2 },
    );
    const result = path.join(folder, 'result.dcm');
    writeFileSync(result, bytes);
    expect(runPydicom(read, result)).toBe(name);
  });
});
