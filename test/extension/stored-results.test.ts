import type { RawImage } from '../../src/extension/host/raw-image';
import { expect, test } from 'vitest';
import { makeResults, sourceAttributes, type ResultContext, type ResultKind } from '../../src/dicom/results';
import { ExplainService } from '../../src/extension/store/explain-service';
import type {
  DataSource,
  DicomWebClient,
  ExtensionManager,
  Services,
} from '../../src/extension/host/ohif-types';
import {
  earlierNote,
  leftOutNote,
  makeObjects,
  storeObjects,
  type Told,
} from '../../src/extension/exchange/save-results';
import { labelLines } from '../../src/extension/exchange/export-picture';
import { exportName, resultFileOf } from '../../src/extension/exchange/export-files';
import { defaultSettings } from '../../src/extension/store/state';
import { fetchObject, findStoredMaps, storedPercentiles } from '../../src/extension/exchange/stored-results';
import { restoredResult } from '../../src/extension/store/restored-result';
import type { ResultsRequest } from '../../src/extension/worker/protocol';
import { createHandlers } from '../../src/extension/worker/handlers';
import { resultFileSchema } from '../../src/explain/result-schema';
import { decideBy } from '../../src/models/decision';
import type { ExplanationFigures } from '../../src/models/explanation';
import { card, FakeEngine, FakeHost, reply, target } from './fakes';

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

const cautions = ['View Position is not stated.', 'This image is unlike those that Old was trained on.'];

/** A parametric map as an earlier run left it in the archive. */
function stored(
  day: number,
  change: Partial<typeof source> & { NumberOfFrames?: string } = {},
  frame?: number,
  backend = 'webgl',
  kinds: ResultKind[] = ['pm'],
  percentile = 90,
  savedMinute?: number,
): Uint8Array {
  const context: ResultContext = {
    source: { ...source, ...change },
    frame,
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
      backend,
    },
    created: new Date(2026, 0, day, 10, 30),
    saved: savedMinute === undefined ? undefined : new Date(2026, 0, day, 10, savedMinute),
    software: '0.0.0',
  };
  const figures = { decision: decideBy(0.75, 0.3), decisionAdversarial: decideBy(0.1, 0.3), flip: true };
  const [{ bytes }] = makeResults(
    context,
    {
      film,
      map,
      top: Math.max(...map),
      figures,
      mask: () => new Uint8Array(16).fill(1),
      notice: '',
      cautions,
    },
    { kinds, percentiles: [percentile] },
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

test('a map of another frame is none of the frame on display', () => {
  const ofFrame = (frame: number): Uint8Array => stored(frame, { NumberOfFrames: '3' }, frame);
  const frames = { ...shown, frame: 2 };
  const found = findStoredMaps(services(ofFrame(1), ofFrame(2), ofFrame(3)), frames);
  expect(found.map(({ frame }) => frame)).toEqual([2]);
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
  expect(await fetchObject(host, sopInstanceUid)).toEqual(bytes);
  expect(asked[0][0]).toMatchObject({ wadoRoot: '/wado', SOPInstanceUID: sopInstanceUid });
  expect(asked[0][2]).toEqual({ Authorization: 'Bearer t' });
  await expect(fetchObject(host, '8')).rejects.toThrow(/no longer lists it/);
});

test('a stored explanation is shown without computing, and its masks come from the stored map', async () => {
  const bytes = stored(1);
  const engine = new FakeEngine();
  const worker = createHandlers();
  engine.handlers.restore = request => worker.restore(request, () => undefined);
  engine.handlers.mask = request => worker.mask(request, () => undefined);
  const host = new FakeHost();
  host.stored.push(...findStoredMaps(services(bytes), shown));
  host.fetchObject = async () => bytes;
  host.storedPercentiles = () => [95];
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
  expect(result.reply).toMatchObject({
    decision: { score: 0.75, operatingPoint: 0.3, decided: 1 },
    flip: true,
    hasSimilar: false,
    map,
  });
  expect(result.card).toMatchObject({
    id: 'old-model',
    operatingPoint: 0.3,
    classes: [{ name: 'no' }, { name: 'yes' }],
  });
  expect(result.backend).toBe('webgl');
  // No model of these files is installed that could answer for it.
  expect(result.unverified).toBe(true);
  expect(result.warnings).toEqual([
    expect.stringMatching(/could not be verified: old-model 0\.9\.0 /),
    ...cautions,
  ]);
  expect(service.getState().settings.percentile).toBe(95);
  expect(await service.mask(result, 75)).toEqual(Uint8Array.from(map, value => (value > 0.75 ? 1 : 0)));
  await expect(makeObjects(service, shown, result, ['seg'])).rejects.toThrow(/comes from the archive/);
});

test.each(['node', 'tensorflow-of-tomorrow', ''])(
  'a stored explanation keeps the backend that made it, also one that no browser has: "%s"',
  backend => {
    const [listed] = findStoredMaps(services(stored(1, {}, undefined, backend)), shown);
    const result = restoredResult({ key: 'a', imageId: 'a' }, listed, reply(), { cautions: [] }, []);
    expect(result.backend).toBe(backend);
    expect(labelLines({ ...result, totalSeconds: 0 }, defaultSettings)[0].text).toContain(
      backend ? `backend ${backend}` : 'backend not stated',
    );
  },
);

test('a stored explanation names the software that made it, its film and its moment, also in the result file', () => {
  const [listed] = findStoredMaps(services(stored(1)), shown);
  const restored = restoredResult({ key: 'a', imageId: 'a' }, listed, reply(), { cautions: [] }, []);
  const result = { ...restored, totalSeconds: 0, sopInstanceUid: '1.2.3' };
  const file = resultFileSchema.parse(JSON.parse(JSON.stringify(resultFileOf(result, 90))));
  expect(file).toMatchObject({
    software: { explain: '0.0.0', backend: 'webgl' },
    created: new Date(2026, 0, 1, 10, 30).toISOString(),
    film: { sopInstanceUid: '1.2.3' },
    model: { weightsSha256: 'a'.repeat(64) },
    method: { seed: 0, augment: 1 },
  });
  expect(exportName(result, 'npy')).toBe('explanation-old-model-similar-adversarial-2026-01-01-10-30-00.npy');
});

test('masks of a stored explanation are found in the study by their percentile, others are not', () => {
  const masks = [95, 99.5].map(percentile => stored(1, {}, undefined, 'webgl', ['seg'], percentile));
  const foreign = [
    stored(2, {}, undefined, 'webgl', ['seg'], 85),
    stored(1, { SOPInstanceUID: '9' }, undefined, 'webgl', ['seg'], 80),
  ];
  const study = services(stored(1), ...foreign, ...masks);
  const [listed] = findStoredMaps(study, shown);
  expect(storedPercentiles(study, listed, shown)).toEqual([95, 99.5]);
  expect(storedPercentiles(services(stored(1)), listed, shown)).toEqual([]);
});

test('of several masks of one explanation the last that was saved comes first, whatever its percentile', () => {
  const saved = (percentile: number, minute: number): Uint8Array =>
    stored(1, {}, undefined, 'webgl', ['seg'], percentile, minute);
  const study = services(stored(1), saved(95, 40), saved(88, 50), saved(97, 45));
  const [listed] = findStoredMaps(study, shown);
  expect(storedPercentiles(study, listed, shown)).toEqual([88, 97, 95]);
});

test('that x_s is the film is stored, and said again', () => {
  const figures: ExplanationFigures = {
    decision: decideBy(0.75, 0.3),
    decisionSimilar: decideBy(0.75, 0.3),
    similarIsOriginal: true,
  };
  const [listed] = findStoredMaps(services(storedOf(['no', 'yes'], figures)), shown);
  expect(listed.figures).toMatchObject({ similarIsOriginal: true });
  expect(listed.figures.hold).toBeUndefined();
});

/** A parametric map of a model of several classes, as the archive returns it. */
function storedOf(classes: readonly string[], figures: ExplanationFigures): Uint8Array {
  const [{ bytes }] = makeResults(
    {
      source,
      model: { id: 'findings', version: '1.0.0', title: 'Findings', weightsSha256: 'c'.repeat(64), classes },
      settings: { methodId: 'gradcam', methodTitle: 'GradCAM', augment: 0, seed: 0, backend: 'wasm' },
      created: new Date(2026, 0, 2, 8),
      software: '0.0.0',
    },
    { film, map, top: Math.max(...map), figures, mask: () => new Uint8Array(16), notice: '', cautions: [] },
    { kinds: ['pm'], percentiles: [] },
  );
  return bytes;
}

test.each([
  ['three', ['normal', 'pneumonia', 'effusion']],
  [
    'so many that not all names fit into the object',
    Array.from({ length: 40 }, (_, k) => `finding number ${k} of those told apart`),
  ],
])('an explanation of %s classes that is stored is found and shown again', (_name, classes) => {
  const figures: ExplanationFigures = {
    decision: { kind: 'classes', score: 0.625, decided: 2 },
    decisionAdversarial: { kind: 'classes', score: 0.5, decided: 1 },
    flip: true,
  };
  const [listed] = findStoredMaps(services(storedOf(classes, figures)), shown);
  expect(listed?.figures).toMatchObject(figures);
  const { film: shownFilm, map: shownMap, top, mapSize, geometry, range } = reply();
  const answer = { film: shownFilm, map: shownMap, top, mapSize, geometry, range };
  const result = {
    ...restoredResult({ key: 'a', imageId: 'a' }, listed, answer, { cautions: [] }, []),
    totalSeconds: 0,
  };
  expect(result.card.classes).toHaveLength(classes.length);
  expect(result.card.operatingPoint).toBeUndefined();
  expect(labelLines(result, defaultSettings)[1].text).toBe(`${classes[2]} · probability 0.625`);
  const file = resultFileOf(result, 90);
  expect(resultFileSchema.parse(JSON.parse(JSON.stringify(file)))).toMatchObject({
    restored: true,
    decision: { kind: 'classes', decided: 2, score: 0.625 },
    decisionAdversarial: { decided: 1 },
  });
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
  const request = {
    key: 'a',
    image,
    stored: findStoredMaps(services(stored(1)), shown)[0],
    cards: [],
    file: stored(1),
  };
  await expect(worker.restore(request, () => undefined)).rejects.toThrow(/4 × 4 pixels, the image 5 × 5/);
});

const objects = (['seg', 'sr'] as const).map(kind => ({
  kind,
  sopClassUid: '1',
  sopInstanceUid: '2',
  seriesInstanceUid: '3',
  bytes: Uint8Array.of(kind.length),
}));

const study = '1.2.3';

/** @param search of the client of the data source's own archive; absent: the data source has none */
function manager(
  store?: NonNullable<DataSource['store']>['dicom'],
  search?: NonNullable<DicomWebClient['searchForInstances']>,
): ExtensionManager {
  const retrieve = search && { getWadoDicomWebClient: () => ({ searchForInstances: search }) };
  return {
    getModuleEntry: () => undefined,
    getActiveDataSource: () => [{ store: store && { dicom: store }, retrieve }],
  };
}

type Request = Pick<XMLHttpRequest, 'readyState' | 'response'>;

/** Stores the objects through a data source that sends by the request it is given, as OHIF's does. */
function store(send: (request: Request, count: number) => void | Promise<void>): Promise<Told> {
  let count = 0;
  const through = manager(async (_file, request) => send(request as Request, ++count));
  return storeObjects(objects, study, through, () => ({ readyState: 0, response: '' }) as XMLHttpRequest);
}

/** What dicomweb-client throws, whatever the answer was. */
function refusal(status: number, response = ''): Error {
  return Object.assign(new Error('request failed'), { status, response });
}

const answered = (response: string) => (request: Request) => {
  Object.assign(request, { readyState: 4, response });
};

const failedJson = (reason: number): string =>
  JSON.stringify({
    '00081198': {
      vr: 'SQ',
      Value: [{ '00081155': { vr: 'UI', Value: ['2'] }, '00081197': { vr: 'US', Value: [reason] } }],
    },
  });
const storedXml = `<?xml version="1.0"?><NativeDicomModel>
  <DicomAttribute tag="00081199" vr="SQ" keyword="ReferencedSOPSequence"><Item number="1">
    <DicomAttribute tag="00081150" vr="UI"><Value number="1">1</Value></DicomAttribute>
    <DicomAttribute tag="00081155" vr="UI"><Value number="1">2</Value></DicomAttribute>
  </Item></DicomAttribute></NativeDicomModel>`;
const failedXml = (reason: number): string =>
  storedXml
    .replace('00081199', '00081198')
    .replace(
      '</Item>',
      `<DicomAttribute tag="00081197" vr="US"><Value number="1">${reason}</Value></DicomAttribute></Item>`,
    );

/** Short where it pops up; the rest in the panel. */
const saved: Told = {
  brief: 'Saved as DICOM SEG, DICOM SR.',
  detail: expect.stringMatching(/^Series ".*"\. Listed once the study is loaded again\.$/) as string,
};

test('objects are stored as files', async () => {
  const sent: unknown[] = [];
  const through = manager(async file => void sent.push(file));
  const message = await storeObjects(objects, study, through, () => ({ readyState: 0 }) as XMLHttpRequest);
  expect(sent.every(file => file instanceof ArrayBuffer)).toBe(true);
  expect(message).toEqual(saved);
});

test.each([
  ['JSON', JSON.stringify({ '00081199': { vr: 'SQ', Value: [{ '00081155': { vr: 'UI', Value: ['2'] } }] } })],
  ['XML', storedXml],
])('the archive’s word that it stored them is believed, in %s', async (_name, text) => {
  expect(await store(answered(text))).toEqual(saved);
});

test('what the archive holds already is no failure', async () => {
  for (const twin of [
    () => Promise.reject(refusal(409, failedJson(0x0111))),
    answered(failedJson(0x0111)),
    answered(failedXml(0x0111)),
  ]) {
    const message = await store((request, count) => (count === 2 ? twin(request) : undefined));
    expect(message.brief).toBe('Saved as DICOM SEG, DICOM SR. 1 of 2 the archive held already.');
    expect(message.detail).toContain('of the same image, model, settings and software version');
  }
});

test('a conflict that names no object is looked up', async () => {
  const listed = (uid: string) => [{ '00080018': { Value: [uid] } }];
  const asked: unknown[] = [];
  const conflict = (search?: NonNullable<DicomWebClient['searchForInstances']>): Promise<Told> =>
    storeObjects(
      objects.slice(0, 1),
      study,
      manager(() => Promise.reject(refusal(409)), search),
      () => ({ readyState: 0, response: '' }) as XMLHttpRequest,
    );
  const there = await conflict(async options => {
    asked.push(options);
    return listed('2');
  });
  expect(there.brief).toMatch(/1 of 1 the archive held already/);
  expect(asked).toEqual([
    { studyInstanceUID: study, seriesInstanceUID: '3', queryParams: { SOPInstanceUID: '2' } },
  ]);
  for (const search of [
    undefined,
    async () => [],
    async () => listed('2.1'), // an archive that ignores the key lists others
    () => Promise.reject(refusal(500)),
  ]) {
    await expect(conflict(search)).rejects.toThrow(/did not take the DICOM SEG \(HTTP 409\)/);
  }
});

test('a segmentation that the map leaves nothing of is named', async () => {
  const [seg, sr] = objects;
  expect(leftOutNote(['seg', 'sr'], [seg, sr])).toBe('');
  expect(leftOutNote(['sr'], [sr])).toBe('');
  expect(leftOutNote(['seg', 'sr'], [sr])).toMatch(/marks nothing: segmentation/);
});

test('an earlier explanation beside the one that is saved is told of; what was saved now, and other models’, are not', () => {
  const listing = (uid: string, modelId: string, version: string, created: string) => ({
    uid,
    modelId,
    version,
    methodId: 'similar-adversarial',
    augment: 0,
    created,
    answers: [],
  });
  const result = { card: { ...card('cxr'), version: '0.3.0' } };
  const stored = [
    listing('2', 'cxr', '0.3.0', '2026-02-01 09:00'),
    listing('8', 'phantom', '0.2.0', '2026-01-01 09:00'),
    listing('9', 'cxr', '0.2.0', '2026-01-01 10:30'),
  ];
  expect(earlierNote(stored, result, objects)).toBe(
    'The study holds an earlier explanation of this image by this model as well: version 0.2.0, similar-adversarial, 2026-01-01 10:30.',
  );
  expect(earlierNote(stored.slice(0, 2), result, objects)).toBe('');
});

test('an archive that says nothing is not quoted', async () => {
  expect((await store(answered(''))).brief).toMatch(
    /did not say what it did with them; see whether they are there/,
  );
});

test.each<[string, (request: Request) => void | Promise<void>, RegExp]>([
  // OHIF takes every HTTP 200 for success.
  [
    'a page to log in',
    answered('<!DOCTYPE html><html>Doe^Jane</html>'),
    /web page .*to log in\).*log in again/,
  ],
  ['something else', answered('Doe^Jane'), /no answer of a DICOMweb service/],
  ['JSON that is cut off', answered('[{"00081199":'), /no answer of a DICOMweb service/],
  ['a refused object, HTTP 200', answered(failedJson(0xa700)), /\(failure reason 0xa700\)/],
  ['a refused object, in XML', answered(failedXml(0xa700)), /\(failure reason 0xa700\)/],
  [
    'a refused object, HTTP 409',
    () => Promise.reject(refusal(409, failedJson(0xc000))),
    /HTTP 409, .*0xc000/,
  ],
  ['HTTP 500 with a page', () => Promise.reject(refusal(500, '<html>Doe^Jane')), /\(HTTP 500\).*try again/],
  ['a closed connection', () => Promise.reject(refusal(0)), /no answer: the connection failed/],
  ['HTTP 401', () => Promise.reject(refusal(401)), /\(HTTP 401\).*log in again/],
  ['a thrown error', () => Promise.reject(new Error('HTTP 507')), /\(HTTP 507\)/],
])('what could not be stored is said: %s', async (_name, send, message) => {
  const failure = await store((request, count) => (count === 2 ? send(request) : undefined)).then(
    () => '',
    (error: Error) => error.message,
  );
  expect(failure).toMatch(message);
  expect(failure).toMatch(/did not take the DICOM SR .*1 object\(s\) before it were saved\. Nothing .* lost/);
  expect(failure).not.toContain('Doe');
});

test('a data source that cannot store is said', async () => {
  await expect(storeObjects(objects, study, manager())).rejects.toThrow(/cannot store/);
});

test('an explanation made here is named by its model’s files', async () => {
  const engine = new FakeEngine();
  const made = { ...card('cxr'), files: { a: 'b'.repeat(64) } };
  engine.handlers.start = () => ({
    models: [{ id: 'cxr', card: made }],
    methods: [
      { id: 'similar-adversarial', title: 'SA', citation: '', generators: ['single2'], gradients: false },
    ],
    backend: { name: 'wasm', requested: 'auto', why: 'only', findings: [] },
  });
  let request: ResultsRequest | undefined;
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
  const several = { ...shown, attributes: { ...shown.attributes, numberOfFrames: 3 } };
  const result = service.currentResult()!;
  await expect(makeObjects(service, several, result, ['seg'])).rejects.toThrow(/not say which frame/);
  await makeObjects(service, { ...several, frame: 2 }, result, ['seg']);
  // What it says of the explanation is the worker's own.
  expect(request).toMatchObject({
    key: result.key,
    source,
    frame: 2,
    selection: { kinds: ['seg'], percentiles: [90] },
  });
});
