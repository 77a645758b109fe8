import type { RawImage } from '../../src/extension/raw-image';
import { expect, test } from 'vitest';
import { makeResults, sourceAttributes, type ResultContext } from '../../src/dicom/results';
import { ExplainService } from '../../src/extension/explain-service';
import type { ExtensionManager, Services } from '../../src/extension/ohif-types';
import { makeObjects, storeObjects } from '../../src/extension/save-results';
import { fetchStoredMap, findStoredMaps } from '../../src/extension/stored-results';
import { createHandlers } from '../../src/extension/worker/handlers';
import { heatPalette } from '../../src/models/colour-map';
import { card, FakeEngine, FakeHost, target } from './fakes';

const source = {
  SOPClassUID: '1.2.840.10008.5.1.4.1.1.1',
  SOPInstanceUID: '1.2.3',
  StudyInstanceUID: '1.1',
  SeriesInstanceUID: '1.2',
};
const map = Float32Array.from({ length: 16 }, (_, i) => i / 15);
const film = {
  values: Float32Array.from({ length: 16 }, (_, i) => i),
  rows: 4,
  columns: 4,
  photometric: 'MONOCHROME2' as const,
};

/** A parametric map as an earlier run left it in the archive. */
function stored(day: number, change: Partial<typeof source> = {}): Uint8Array {
  const context: ResultContext = {
    source: { ...source, ...change },
    model: {
      id: 'old-model',
      version: '0.9.0',
      title: 'Old',
      weightsSha256: 'a'.repeat(64),
      classes: ['no', 'yes'],
      operatingPoint: 0.3,
    },
    settings: {
      methodId: 'similar-adversarial',
      methodTitle: 'SA',
      augment: day,
      seed: 0,
      backend: 'webgl',
    },
    created: new Date(2026, 0, day, 10, 30),
    software: '0.0.0',
  };
  const figures = { score: 0.75, decision: 1, scoreAdversarial: 0.1, flip: true } as const;
  const [{ bytes }] = makeResults(
    context,
    { film, map, figures, mask: () => new Uint8Array(16), palette: heatPalette, notice: '', cautions: [] },
    { kinds: ['pm'], percentiles: [] },
  );
  return bytes;
}

function services(...files: Uint8Array[]): Services {
  const sets = files.map(bytes => ({
    displaySetInstanceUID: 'x',
    wadoRoot: '/wado',
    instance: sourceAttributes(bytes),
  }));
  const foreign = { displaySetInstanceUID: 'y', instance: { SOPClassUID: '1.2', SOPInstanceUID: '9' } };
  return { displaySetService: { getActiveDisplaySets: () => [foreign, ...sets] } } as unknown as Services;
}

const shown = { ...target('a'), instance: source };

test('maps of the image on display are found among all display sets, newest first', () => {
  const found = findStoredMaps(services(stored(1), stored(3), stored(2, { SOPInstanceUID: '1.2.4' })), shown);
  expect(found.map(({ settings }) => settings.augment)).toEqual([3, 1]);
});

test('a map is fetched by the viewer’s loader, with its log-in', async () => {
  const bytes = stored(1);
  const all = services(bytes);
  all.userAuthenticationService = { getAuthorizationHeader: () => ({ Authorization: 'Bearer t' }) };
  const asked: unknown[][] = [];
  const dicomLoaderService = {
    findDicomDataPromise: async (...args: unknown[]) => {
      asked.push(args);
      return bytes.slice().buffer;
    },
  };
  const extensionManager = {
    getModuleEntry: () => ({ exports: { dicomLoaderService } }),
  } as unknown as ExtensionManager;
  const [{ sopInstanceUid }] = findStoredMaps(all, shown);
  const host = { servicesManager: { services: all }, extensionManager };
  expect(await fetchStoredMap(host, sopInstanceUid)).toEqual(bytes);
  expect(asked[0][0]).toMatchObject({ wadoRoot: '/wado', SOPInstanceUID: sopInstanceUid });
  expect(asked[0][2]).toEqual({ Authorization: 'Bearer t' });
  await expect(fetchStoredMap(host, '9')).rejects.toThrow(/no longer lists it/);
});

test('a stored explanation is shown without computing, and its masks come from the stored map', async () => {
  const bytes = stored(1);
  const engine = new FakeEngine();
  const worker = createHandlers();
  engine.handlers.restore = request => worker('restore', request, () => undefined).then(({ reply }) => reply);
  engine.handlers.mask = request => worker('mask', request, () => undefined).then(({ reply }) => reply);
  const host = new FakeHost();
  host.stored.push(...findStoredMaps(services(bytes), shown));
  host.fetchStoredMap = async () => bytes;
  const service = new ExplainService({
    configuration: { baseUrl: '/', backend: 'auto' },
    startEngine: async () => engine,
  });
  service.attach(host);
  const [listing] = service.getState().stored;
  expect(listing).toMatchObject({ modelId: 'old-model', version: '0.9.0', created: '2026-01-01 10:30' });
  await service.restore(listing.uid);
  const result = service.currentResult()!;
  expect(engine.calls).not.toContain('explain');
  expect(engine.calls).not.toContain('load');
  expect(result.reply).toMatchObject({ score: 0.75, decision: 1, flip: true, hasSimilar: false, map });
  expect(result.card).toMatchObject({
    id: 'old-model',
    operatingPoint: 0.3,
    classes: [{ name: 'no' }, { name: 'yes' }],
  });
  expect(result.backend.name).toBe('webgl');
  expect(await service.mask('a', 75)).toEqual(Uint8Array.from(map, value => (value > 0.75 ? 1 : 0)));
  expect(() => makeObjects(service, shown, result, ['seg'])).toThrow(/comes from the archive/);
});

test('a map of another size is refused', async () => {
  const worker = createHandlers();
  const image: RawImage = {
    pixels: new Uint16Array(25),
    format: {
      rows: 5,
      columns: 5,
      photometric: 'MONOCHROME2',
      bytesPerPixel: 2,
      bitsStored: 16,
      highBit: 15,
      signed: false,
    },
    lut: { slope: 1, intercept: 0 },
    shutters: [],
  };
  await expect(worker('restore', { key: 'a', image, file: stored(1) }, () => undefined)).rejects.toThrow(
    /4 × 4 pixels, the image 5 × 5/,
  );
});

const objects = (['seg', 'sr'] as const).map(kind => ({
  kind,
  sopClassUid: '1',
  sopInstanceUid: '2',
  seriesInstanceUid: '3',
  bytes: Uint8Array.of(kind.length),
}));

function manager(store?: (dataset: unknown) => Promise<unknown>): ExtensionManager {
  return {
    getModuleEntry: () => undefined,
    getActiveDataSource: () => [{ store: store && { dicom: store } }],
  };
}

test('objects are stored as files, and what the archive holds already is no failure', async () => {
  const sent: unknown[] = [];
  const message = await storeObjects(
    objects,
    manager(async file => {
      sent.push(file);
      if (sent.length === 2) throw Object.assign(new Error('conflict'), { status: 409 });
    }),
  );
  expect(sent.every(file => file instanceof ArrayBuffer)).toBe(true);
  expect(message).toMatch(/Saved as DICOM SEG, DICOM SR.*1 of them the archive held already/);
});

test('what could not be stored is said', async () => {
  await expect(storeObjects(objects, manager())).rejects.toThrow(/cannot store/);
  const broken = manager(() => Promise.reject(new Error('HTTP 507')));
  await expect(storeObjects(objects, broken)).rejects.toThrow(/did not take the DICOM SEG \(HTTP 507\)/);
  // As dicomweb-client refuses: one message for every status.
  const stranger = manager(() => Promise.reject(Object.assign(new Error('request failed'), { status: 401 })));
  await expect(storeObjects(objects, stranger)).rejects.toThrow(/\(HTTP 401\).*log in again/);
});

test('an explanation made here is named by its model’s files', async () => {
  const engine = new FakeEngine();
  const made = { ...card('cxr'), files: { a: 'b'.repeat(64) } };
  engine.handlers.start = () => ({
    models: [{ id: 'cxr', card: made }],
    methods: [
      { id: 'similar-adversarial', title: 'SA', citation: '', generators: ['single2'], gradients: false },
    ],
    backend: { name: 'wasm', requested: 'auto', reason: 'test' },
  });
  let request: { context: ResultContext } | undefined;
  engine.handlers.results = given => {
    request = given;
    return { objects: [] };
  };
  const service = new ExplainService({
    configuration: { baseUrl: '/', backend: 'auto' },
    startEngine: async () => engine,
  });
  service.attach(new FakeHost());
  await service.explain();
  await makeObjects(service, shown, service.currentResult()!, ['seg']);
  expect(request?.context).toMatchObject({
    source,
    model: { id: 'cxr', weightsSha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    settings: { methodId: 'similar-adversarial', generator: 'single2', augment: 0, backend: 'wasm' },
  });
});
