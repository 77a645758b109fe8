import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mostResults, parseSearch, search } from '../../src/viewer/dicomweb/qido';
import { dicomFile, image, type Element } from './dicom-bytes';
import { startServer, type TestServer } from './test-server';

interface Json {
  [tag: string]: { vr: string; Value?: unknown[] };
}

function one(study: string, series: string, instance: string, ...changes: Element[]): Buffer {
  const uids = { study, series, instance };
  return dicomFile(image(uids, Object.fromEntries(changes.map(change => [change[0], change]))));
}

const files = {
  'a/1.dcm': one('1.1', '1.1.1', '1.1.1.1', ['00200013', 'IS', '10']),
  'a/2.dcm': one('1.1', '1.1.1', '1.1.1.2', ['00200013', 'IS', '2']),
  'a/seg.dcm': one('1.1', '1.1.9', '1.1.9.1', ['00080060', 'CS', 'SEG'], ['00200011', 'IS', '9']),
  'b.dcm': one(
    '1.2',
    '1.2.1',
    '1.2.1.1',
    ['00080020', 'DA', '20250301'],
    ['00080050', 'SH', 'B7'],
    ['00080060', 'CS', 'DX'],
    ['00081030', 'LO', 'Thorax p.a.'],
    ['00100010', 'PN', 'Tanaka^Ichiro'],
    ['00100020', 'LO', 'P2'],
  ),
  'notes.txt': Buffer.from('no DICOM'),
};

let server: TestServer;
beforeAll(async () => {
  server = await startServer(files);
});
afterAll(() => server.close());

async function find(query: string): Promise<Json[]> {
  const response = await fetch(`${server.web}/${query}`, { headers: { Accept: 'application/dicom+json' } });
  if (response.status === 204) return [];
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/dicom+json');
  return response.json();
}

async function studies(query: string): Promise<unknown[]> {
  return (await find(`studies?${query}`)).map(study => study['0020000D'].Value?.[0]);
}

describe('search for studies', () => {
  it('lists the newest first, with the attributes of PS3.18 table 10.6.3-3', async () => {
    const [newest, older] = await find('studies');
    expect(newest['0020000D'].Value).toEqual(['1.2']);
    expect(older['00080061']).toEqual({ vr: 'CS', Value: ['CR', 'SEG'] });
    expect(older['00100010']).toEqual({ vr: 'PN', Value: [{ Alphabetic: 'Müller^Änne' }] });
    expect(older['00201206'].Value).toEqual([2]);
    expect(older['00201208'].Value).toEqual([3]);
    expect(older['00081190']).toEqual({ vr: 'UR', Value: [`${server.web}/studies/1.1`] });
    expect(older['00080056'].Value).toEqual(['ONLINE']);
    expect(older).not.toHaveProperty('00080018');
  });

  it.each([
    ['PatientName=*m%C3%BCller*', ['1.1']], // names match in any case
    ['PatientName=Tanaka', []], // without a wildcard the whole name is meant
    ['PatientName=T?naka*', ['1.2']],
    ['00100020=*P*', ['1.2', '1.1']],
    ['00100020=p1', []], // other attributes match in their own case
    ['AccessionNumber=B7', ['1.2']],
    ['StudyDescription=*p.a.*', ['1.2']],
    ['StudyDescription=*pxa.*', []], // a dot is a dot
    ['ModalitiesInStudy=DX', ['1.2']],
    ['ModalitiesInStudy=SEG', ['1.1']],
    ['ModalitiesInStudy=DX%5CSEG', ['1.2', '1.1']],
    ['Modality=CR', ['1.1']],
    ['StudyDate=20240101-20241231', ['1.1']],
    ['StudyDate=20250301', ['1.2']],
    ['StudyDate=20240201-', ['1.2']],
    ['StudyDate=-20240201', ['1.1']],
    ['StudyInstanceUID=1.1,1.2', ['1.2', '1.1']],
    ['StudyInstanceUID=1.1%5C9.9', ['1.1']],
    ['StudyInstanceUID=1', []],
    ['limit=1', ['1.2']],
    ['limit=1&offset=1', ['1.1']],
    ['offset=2', []],
    ['limit=0', []],
    ['PatientName=&fuzzymatching=false', ['1.2', '1.1']], // an empty value matches all
    ['PatientName=***%3F%3F%3F***a*a*a*a*a*a*b', []],
  ])('%s', async (query, expected) => {
    expect(await studies(query)).toEqual(expected);
  });

  it('answers 204 without a body when nothing matches', async () => {
    const response = await fetch(`${server.web}/studies?PatientID=nobody`);
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
  });

  it('returns more on request, by keyword, tag or all', async () => {
    const [plain] = await find('studies?StudyInstanceUID=1.1');
    expect(plain).not.toHaveProperty('00280004');
    const [byKeyword] = await find('studies?StudyInstanceUID=1.1&includefield=PhotometricInterpretation');
    expect(byKeyword['00280004'].Value).toEqual(['MONOCHROME2']);
    const [byTag] = await find('studies?StudyInstanceUID=1.1&includefield=00080060,00280004');
    expect(byTag['00280004'].Value).toEqual(['MONOCHROME2']);
    const [all] = await find('studies?StudyInstanceUID=1.1&includefield=all');
    expect(all['00280101'].Value).toEqual([12]);
    expect(all).not.toHaveProperty('00200013'); // it differs within the study
  });
});

describe('search for series and instances', () => {
  it('finds the series of a study in the order of their numbers', async () => {
    const series = await find('studies/1.1/series');
    expect(series.map(one => one['0020000E'].Value?.[0])).toEqual(['1.1.1', '1.1.9']);
    expect(series[0]['00201209'].Value).toEqual([2]);
    expect(series[0]['00081190'].Value).toEqual([`${server.web}/studies/1.1/series/1.1.1`]);
    const segs = await find('studies/1.1/series?Modality=SEG');
    expect(segs.map(one => one['0020000E'].Value?.[0])).toEqual(['1.1.9']);
  });

  it('finds instances in the order of their numbers, with their size and class', async () => {
    const instances = await find('studies/1.1/series/1.1.1/instances');
    expect(instances.map(one => one['00080018'].Value?.[0])).toEqual(['1.1.1.2', '1.1.1.1']);
    expect(instances[0]['00280010'].Value).toEqual([2]);
    expect(instances[0]['00080016'].Value).toEqual(['1.2.840.10008.5.1.4.1.1.1']);
    expect(await find('studies/1.1/instances')).toHaveLength(3);
    expect(await find('instances?SOPInstanceUID=1.2.1.1')).toHaveLength(1);
    expect(await find('series')).toHaveLength(3);
  });

  it('knows nothing of a study that is not there', async () => {
    expect(await find('studies/9.9/series')).toEqual([]);
    expect((await fetch(`${server.web}/studies/9.9/metadata`)).status).toBe(404);
    expect((await fetch(`${server.web}/toString/x/studies`)).status).toBe(404);
    expect((await fetch(`${server.web}/studies/1.2/series/1.1.1/metadata`)).status).toBe(404);
  });
});

it('notices files that come and go', async () => {
  const file = path.join(server.data, 'later.dcm');
  writeFileSync(file, one('1.3', '1.3.1', '1.3.1.1'));
  await new Promise(resolve => setTimeout(resolve, 1100));
  expect(await studies('')).toContain('1.3');
  rmSync(file);
  await new Promise(resolve => setTimeout(resolve, 1100));
  expect(await studies('')).not.toContain('1.3');
});

it('gives as many results as the server’s limit, and says how many are left', () => {
  const instances = Array.from({ length: 1203 }, (_, n) => ({
    path: '',
    studyUid: `1.${n}`,
    seriesUid: `1.${n}.1`,
    instanceUid: `1.${n}.1.1`,
    transferSyntax: '1.2.840.10008.1.2.1',
    attributes: { '0020000D': { vr: 'UI', Value: [`1.${n}`] } },
  }));
  const page = (query: string) =>
    search('study', instances, parseSearch(new URLSearchParams(query)), () => '');
  expect(page('')).toMatchObject({ results: { length: mostResults.study }, left: 1203 - mostResults.study });
  expect(page('limit=100000&offset=1000')).toMatchObject({ results: { length: 203 }, left: 0 });
  expect(page('limit=101')).toMatchObject({ results: { length: 101 }, left: 0 }); // the client's own limit
  const all = ['', 'offset=500', 'offset=1000'].flatMap(query => page(query).results);
  expect(new Set(all.map(study => study['0020000D'].Value?.[0])).size).toBe(1203);
});
