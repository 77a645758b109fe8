import { expect, test, vi } from 'vitest';
import { planeOf, toPixels, toWorld } from '../../src/extension/study/image-plane';
import { readStudyConfiguration } from '../../src/extension/study/configuration';
import type { Cornerstone, CornerstoneViewport, Point3 } from '../../src/extension/host/ohif-types';

const page = 'https://viewer.example/viewer?StudyInstanceUIDs=1.2';

test('a study comes of the configuration, its reader of the address', () => {
  expect(
    readStudyConfiguration({ plan: '/study/plan.json', results: '/study' }, `${page}&explainReader=r1`),
  ).toEqual({
    plan: 'https://viewer.example/study/plan.json',
    results: ['https://viewer.example/study'],
    showPatient: false,
    reader: 'r1',
  });
  expect(readStudyConfiguration(undefined, `${page}&explainReader=r1`)).toBeUndefined();
});

test('an address names a study of its own origin alone, and never where answers go', () => {
  expect(readStudyConfiguration({}, `${page}&explainStudy=/s.json&results=https://evil.example`)).toEqual({
    plan: 'https://viewer.example/s.json',
    results: [],
    showPatient: false,
  });
  const told = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  expect(readStudyConfiguration({}, `${page}&explainStudy=https://evil.example/s.json`)).toBeUndefined();
  expect(told).toHaveBeenCalledOnce();
  told.mockRestore();
});

test('points of the viewer’s world are pixels with the outer corner of the first at 0, 0, also where spacing differs', () => {
  // Columns 0.2 mm apart along y, rows 0.5 mm along −x; the first pixel’s centre is at (10, 20, 30).
  const indexToWorld = ([i, j]: Point3): Point3 => [10 - 0.5 * j, 20 + 0.2 * i, 30];
  const viewport = {
    getImageData: () => ({ imageData: { indexToWorld } }),
  } as unknown as CornerstoneViewport;
  const plane = planeOf({ viewport, imageId: 'a' }, { utilities: {} } as Cornerstone)!;
  const [x, y] = toPixels(plane, [10, 20, 30]);
  expect([x, y].map(value => Number(value.toFixed(9)))).toEqual([0.5, 0.5]);
  const there = toWorld(plane, [100.5, 40.5]);
  expect(there.map(value => Number(value.toFixed(9)))).toEqual([-10, 40, 30]);
});

test('answers go to a server, an archive, or both; the patient is hidden unless the site says otherwise', () => {
  const of = (study: Record<string, unknown>) =>
    readStudyConfiguration({ plan: '/study/plan.json', ...study }, page)!;
  expect(of({ results: 'dicomweb:/dicom-web/' }).results).toEqual([
    'dicomweb:https://viewer.example/dicom-web',
  ]);
  expect(of({ results: ['/study', 'dicomweb:https://pacs.example/dicom-web'] }).results).toEqual([
    'https://viewer.example/study',
    'dicomweb:https://pacs.example/dicom-web',
  ]);
  expect([of({}).results, of({}).showPatient]).toEqual([[], false]);
  expect(of({ showPatient: true }).showPatient).toBe(true);
});

test.each([
  'archive',
  'dicomweb',
  'dicomweb:archive',
  'study',
  'ftp://viewer.example/study',
  'javascript:alert(1)',
])('answers are not sent to what is no address of a server: %s', results => {
  const said = vi.spyOn(console, 'error').mockReturnValue(undefined);
  expect(readStudyConfiguration({ plan: '/study/plan.json', results }, page)?.results).toEqual([]);
  expect(said.mock.calls.join()).toContain('"results" must be');
});
