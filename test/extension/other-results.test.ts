import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { sourceAttributes } from '../../src/dicom/results';
import { filmOfTarget, findOthers } from '../../src/extension/exchange/other-results';
import type { Services } from '../../src/extension/host/ohif-types';
import { keyAction, listenToKeys } from '../../src/extension/host/keys';
import { ExplainService } from '../../src/extension/store/explain-service';
import { createHandlers } from '../../src/extension/worker/handlers';
import { FakeEngine, FakeHost, target } from './fakes';

const folder = path.join(__dirname, '../fixtures/others');
const fileOf = (name: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(readFileSync(path.join(folder, name)));
const { film } = JSON.parse(readFileSync(path.join(folder, 'values.json'), 'utf8')) as {
  film: { sopInstanceUid: string; rows: number; columns: number };
};
const object = {
  uid: '2.25.4242424242.1.1',
  kind: 'map' as const,
  origin: 'Another Software',
  series: 'Heat map',
};

let service: ExplainService;
let host: FakeHost;
let engine: FakeEngine;
let fetched: number;

beforeEach(() => {
  fetched = 0;
  engine = new FakeEngine();
  host = new FakeHost();
  const worker = createHandlers();
  engine.handlers.readOther = request => worker.readOther(request, () => undefined);
  host.otherObjects.push(object);
  host.filmOf = () => film;
  host.fetchObject = async () => fileOf('pm-float.dcm');
  service = new ExplainService({
    configuration: { baseUrl: '/x/', backend: 'auto' },
    startEngine: async () => engine,
    fetchDrawing: async () => {
      fetched++;
      return { OtherOverlay: class {} } as never;
    },
  });
  service.attach(host);
});

const listed = () => service.getState().others;

test('an object is listed and off until it is asked for; what draws is fetched once', async () => {
  expect(listed()).toEqual([{ ...object, phase: 'off' }]);
  expect(service.others.shownOn('a')).toEqual([]);
  expect(fetched).toBe(0);
  await service.others.show(object.uid);
  expect(listed()[0]).toMatchObject({ phase: 'shown', maps: ['Gradient-weighted class activation'] });
  const [shown] = service.others.shownOn('a');
  expect(shown.result.layers[0]).toMatchObject({ kind: 'map', rows: 128, columns: 128 });
  expect(service.others.shownOn('b')).toEqual([]);
  service.others.hide(object.uid);
  expect(listed()[0].phase).toBe('off');
  await service.others.show(object.uid);
  expect(fetched).toBe(1);
});

test('one that is switched off while it is read stays off', async () => {
  const reading = service.others.show(object.uid);
  expect(listed()[0].phase).toBe('reading');
  service.others.hide(object.uid);
  await reading;
  expect(listed()[0].phase).toBe('off');
  expect(service.others.shownOn('a')).toEqual([]);
});

test('a hostile one says why it is not shown, and can be asked for again', async () => {
  host.fetchObject = async () => fileOf('refused-not-finite.dcm');
  await service.others.show(object.uid);
  expect(listed()[0]).toMatchObject({ phase: 'failed', failure: expect.stringContaining('not finite') });
  expect(service.others.shownOn('a')).toEqual([]);
  host.fetchObject = async () => fileOf('pm-float.dcm');
  await service.others.show(object.uid);
  expect(listed()[0].phase).toBe('shown');
});

test('a worker that is lost on the way is told of, and another one started for the next', async () => {
  const worker = engine;
  worker.handlers.readOther = () => {
    throw Object.assign(new Error('gone'), { code: 'out-of-memory' });
  };
  await service.others.show(object.uid);
  expect(listed()[0].phase).toBe('failed');
  expect(worker.alive).toBe(false);
});

test('the key that hides all output acts on these also where nothing was explained', async () => {
  expect(keyAction({ key: 'g', ctrlKey: false, metaKey: false, altKey: false, target: null })).toBe(
    'toggleOutput',
  );
  const page = new EventTarget() as Document;
  const stop = listenToKeys(service, page);
  const press = (): boolean =>
    page.dispatchEvent(Object.assign(new Event('keydown'), { key: 'g', repeat: false }));
  press();
  expect(service.getState().outputVisible).toBe(true);
  await service.others.show(object.uid);
  press();
  expect(service.getState().outputVisible).toBe(false);
  stop();
});

test('leaving the mode forgets them', async () => {
  await service.others.show(object.uid);
  service.detach();
  expect(service.others.shownOn('a')).toEqual([]);
  expect(listed()).toEqual([]);
});

test('those that refer to the image are found among all objects, with their maker; our own, images and those of other films are not', () => {
  const names = ['pm-float.dcm', 'seg-binary.dcm', 'gsps.dcm', 'sr.dcm', 'refused-reference.dcm'];
  const instances = names.map(name => sourceAttributes(fileOf(name)) as Record<string, unknown>);
  const own = { ...instances[0], Manufacturer: 'ohif-extension-explain' };
  const sets = [own, ...instances].map(instance => ({ displaySetInstanceUID: 'x', instance }));
  const services = { displaySetService: { getActiveDisplaySets: () => sets } } as unknown as Services;
  const shown = { ...target('a'), instance: { SOPInstanceUID: film.sopInstanceUid } };
  const found = findOthers(services, shown);
  expect(found.map(({ kind }) => kind)).toEqual(['map', 'segmentation', 'graphics', 'report']);
  expect(found[0]).toMatchObject({
    origin: 'Another Software · Sample writer · 1.0',
    series: 'Heat map of another network',
  });
});

test('the reader is told where the image lies, where it has a place', () => {
  const instance = { SOPInstanceUID: '1.2', ImagePositionPatient: [1, 2, 3], ImageOrientationPatient: 'a' };
  const shown = { ...target('a', { rows: 7, columns: 8, numberOfFrames: 3 }), instance, frame: 2 };
  expect(filmOfTarget(shown)).toEqual({
    sopInstanceUid: '1.2',
    frame: 2,
    rows: 7,
    columns: 8,
    position: [1, 2, 3],
    orientation: undefined,
  });
});
