import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import dcmjs from 'dcmjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attributesOfInstance, readDicomAttributes } from '../../src/dicom';
import { fileCautionsOf, withFileCautions } from '../../src/dicom/file-cautions';
import { sourceAttributes } from '../../src/dicom/results';
import { dicomFile, image, words } from './dicom-bytes';
import { startServer, type TestServer } from './test-server';

const cases = 'test/fixtures/cases';
const kinds = ['trailing-bytes', 'character-set', 'wrong-transfer-syntax', 'age'];
/** The cases are one image with one UID: each gets one of its own, of the same length. */
const files = Object.fromEntries(
  kinds
    .flatMap(kind => readdirSync(path.join(cases, kind)).map(name => path.join(kind, name)))
    .map((name, i): [string, Buffer] => {
      const bytes = readFileSync(path.join(cases, name));
      const uid = String(sourceAttributes(bytes).SOPInstanceUID);
      const text = bytes.toString('latin1').replaceAll(uid, uid.slice(0, -3) + String(100 + i));
      return [path.basename(name), Buffer.from(text, 'latin1')];
    }),
);
const privateFile = dicomFile([
  ...image({ study: '7.1', series: '7.2', instance: '7.3' }, {}, [
    '7FE00010',
    'OW',
    words([1, 2, 3, 4, 5, 6]),
  ]),
]);

describe('what the reader found wrong in a file', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ ...files, 'private.dcm': privateFile });
  });
  afterAll(() => server.close());

  const inViewer = async (bytes: Buffer): Promise<Record<string, unknown>> => {
    const {
      StudyInstanceUID: study,
      SeriesInstanceUID: series,
      SOPInstanceUID: uid,
    } = sourceAttributes(bytes);
    const url = `${server.web}/studies/${study}/series/${series}/instances/${uid}/metadata`;
    const [json] = await (await fetch(url)).json();
    return dcmjs.data.DicomMetaDictionary.naturalizeDataset(json);
  };

  it.each(Object.keys(files))('reaches a viewer, which sees metadata alone: %s', async name => {
    const { fileCautions } = attributesOfInstance(await inViewer(files[name]));
    expect(fileCautions).toEqual(readDicomAttributes(files[name]).fileCautions);
  });

  it('is said where there is something to say, and nowhere else', async () => {
    const said = async (name: string) => attributesOfInstance(await inViewer(files[name])).fileCautions;
    expect(await said('trail-3.dcm')).toEqual([
      '3 bytes behind the data set belong to no element; they are left out.',
    ]);
    expect(await said('utf8.dcm')).toEqual([expect.stringContaining('Specific Character Set')]);
    expect(await said('age-5.dcm')).toBeUndefined();
    expect(Object.keys(await inViewer(privateFile)).filter(key => key.startsWith('0009'))).toEqual([]);
  });
});

describe('the private block', () => {
  it('is one that the file does not use, and comes in the order of tags', () => {
    const json = {
      '00080060': { vr: 'CS', Value: ['CR'] },
      '00090010': { vr: 'LO', Value: ['SOMEBODY'] },
      '00091001': { vr: 'LO', Value: ['theirs'] },
      '00091102': { vr: 'LO', Value: ['left without a creator'] },
      '00100020': { vr: 'LO', Value: ['P'] },
    };
    const added = withFileCautions(json, ['one.', 'two.']);
    expect(Object.keys(added)).toEqual([
      '00080060',
      '00090010',
      '00090012',
      '00091001',
      '00091102',
      '00091201',
      '00100020',
    ]);
    const { '00091001': theirs, ...instance } = dcmjs.data.DicomMetaDictionary.naturalizeDataset(added);
    expect(theirs).toBe('theirs');
    expect(fileCautionsOf(instance)).toEqual(['one.', 'two.']);
    expect(fileCautionsOf({ '00090010': 'SOMEBODY', '00091001': 'theirs' })).toEqual([]);
  });
});
