import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { parseDicom } from 'dicom-parser';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  makeResults,
  modelIdentity,
  resultReferences,
  type Attributes,
  type NativeExplanation,
} from '../../src/dicom/results';
import { decideBy } from '../../src/models/decision';
import type { ModelPackage } from '../../src/models/package';
import { featureClassifier } from '../../src/models/pooled-features';
import { DicomWebClient, findImages, runImages, type Task } from '../../src/pacs';
import { untrainedPackage } from '../cli/untrained-package';
import { hasOrthanc, startOrthanc, type RunningProgram } from '../support/debian-programs';
import { severalFrames } from '../support/several-frames';
import { startServer, type TestServer } from '../viewer/test-server';
import { census, fill, imagesOf, memoryLog, noFailure, phantomFiles, taskFor } from './fixtures';

const count = 3;
let folder: string;
let model: ModelPackage;
let files: Record<string, Uint8Array>;

beforeAll(async () => {
  folder = await untrainedPackage();
  const { openUntrained } = await import('./fixtures');
  model = await openUntrained(folder);
  files = await phantomFiles(count);
}, 120_000);
afterAll(() => {
  model?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** An explanation without marks, for objects that are never looked at. */
function blank({ Rows, Columns }: Attributes): NativeExplanation {
  const [rows, columns] = [Number(Rows), Number(Columns)];
  const values = new Float32Array(rows * columns);
  return {
    film: { values, rows, columns, photometric: 'MONOCHROME2' },
    map: values,
    top: 0,
    mask: () => new Uint8Array(rows * columns),
    figures: { decision: decideBy(0.1, 0.5) },
    notice: '',
    cautions: [],
  };
}

/** A file with a text in the place of another of the same length, wherever it stands. */
function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  return Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll(from, to), 'latin1');
}

async function explainAll(url: string, change: Partial<Task> = {}, limit?: number) {
  const { log, text } = memoryLog();
  const { run } = taskFor(url, model, change);
  const tally = await runImages(imagesOf(url), run, log, { limit });
  return { tally, text: text() };
}

/** Explains one image by networks that say of it what can be said against one; gives the log. */
async function withCautions(url: string): Promise<string> {
  return (await explainAll(url, { model: doubting({ threshold: 1e-6 }) }, 1)).text;
}

/** The model with features by which every film is far from its training images. */
function doubting(lines: { threshold: number; limit?: number }): typeof model {
  const features = featureClassifier(model.classifier, [model.card.classifier.featureLayer!]);
  const outputs = features.model.outputs[1].shape[3]!;
  const dimension = 2 * outputs;
  const distribution = {
    mean: new Float32Array(dimension),
    scale: new Float32Array(dimension).fill(1),
    components: Float32Array.from({ length: dimension }, (_, i) => Number(i === 0)),
    variances: Float32Array.of(1),
    residual: 1,
  };
  return { ...model, outliers: { features, distribution, ...lines } };
}

/** Explains all images by networks whose x_s and x_a are the same, so that the map is 0 everywhere. */
async function withEmptyMaps(url: string, change: Partial<Task> = {}) {
  const generators = Object.values(model.generators);
  const saved = generators.map(generator => generator.getWeights().map(weight => weight.clone()));
  for (const generator of generators)
    generator.setWeights(generator.getWeights().map(weight => tf.zerosLike(weight)));
  try {
    return await explainAll(url, change);
  } finally {
    generators.forEach((generator, i) => generator.setWeights(saved[i]));
  }
}

const complete = {
  instances: 5 * count,
  modalities: expect.objectContaining({ SEG: count, OT: 2 * count, SR: count }),
};

describe('explain pacs with the embedded DICOMweb server', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startServer(files, { uploadLimit: 2 ** 26 });
  });
  afterEach(() => server.close());

  it('stores nothing of a classifier that gives no number, and says what to do', async () => {
    const last = model.classifier.layers.at(-1)!;
    const sound = last.getWeights().map(weight => weight.clone());
    last.setWeights(sound.map(weight => tf.fill(weight.shape, Infinity)));
    try {
      const { tally, text } = await explainAll(server.web);
      expect(tally).toMatchObject({ explained: 0, failed: count });
      expect(text).toMatch(/not finite, so there is no answer.*install the model package again/);
      expect(readdirSync(server.store)).toEqual([]);
    } finally {
      last.setWeights(sound);
    }
  });

  it('explains every image once, and never twice', { timeout: 120_000 }, async () => {
    const dry = await explainAll(server.web, { dryRun: true });
    expect(dry.tally).toMatchObject({ toDo: count, explained: 0 });
    expect(readdirSync(server.store)).toEqual([]);

    const first = await explainAll(server.web);
    expect(first.tally).toEqual({ explained: count, alreadyDone: 0, refused: 0, toDo: 0, failed: 0 });
    expect(await census(server.web)).toEqual(complete);

    const again = await explainAll(server.web);
    expect(again.tally).toMatchObject({ explained: 0, alreadyDone: count, refused: 0 });
    expect(await census(server.web)).toEqual(complete);

    const other = { ...model, card: { ...model.card, version: '0.0.2' } };
    const { tally } = await explainAll(server.web, { model: other }, 1);
    expect(tally).toMatchObject({ explained: 1, alreadyDone: 0 });
  });

  it(
    'does not take a foreign object under the identifier of a result for it',
    { timeout: 120_000 },
    async () => {
      const { task, run } = taskFor(server.web, model, { selection: { kinds: ['sc'], percentiles: [90] } });
      const { value: address } = await imagesOf(server.web)[Symbol.asyncIterator]().next();
      const source = await task.client.metadata(address);
      const key = {
        source,
        model: modelIdentity(model.card),
        settings: task.settings,
        software: task.software,
      };
      const { sc } = resultReferences(key, task.selection);
      const [honest] = makeResults({ ...key, created: new Date(2026, 0, 1) }, blank(source), {
        kinds: ['sc'],
        percentiles: [90],
      });
      // As somebody would who knows how identifiers follow from a public film, model and version: all but the maker's name.
      const foreign = replaced(honest.bytes, 'ohif-extension-explain', 'somebody-else-entirely');
      await fill(server.web, { foreign });
      await expect(run(address)).rejects.toThrow(/holds another object under the identifier of a result/);
      expect(sc!.sopInstanceUid).toBe(honest.sopInstanceUid);
      // The others are explained, and the run says that one failed.
      const { tally, text } = await explainAll(server.web, { selection: task.selection });
      expect(tally).toMatchObject({ explained: count - 1, failed: 1, alreadyDone: 0 });
      expect(text).toContain('have that object removed');
    },
  );

  it('goes on where it was ended: makes what is missing alone', { timeout: 120_000 }, async () => {
    await explainAll(server.web, {}, 1);
    expect((await census(server.web)).instances).toBe(count + 4);
    const stored = readdirSync(server.store, { recursive: true, encoding: 'utf8' })
      .map(name => path.join(server.store, name))
      .filter(name => statSync(name).isFile());
    rmSync(stored.find(name => name.endsWith('.dcm'))!);
    // The server looks at its folder again after a second.
    await new Promise(resolve => setTimeout(resolve, 1100));
    const { text, tally } = await explainAll(server.web);
    expect(tally.explained).toBe(count);
    const stores = text.match(/"stored":\d/g);
    expect(stores).toEqual(['"stored":1', '"stored":4', '"stored":4']);
    expect(await census(server.web)).toEqual(complete);
  });

  it(
    'of a map that marks nothing leaves the segmentation out alone, and finds it done',
    { timeout: 120_000 },
    async () => {
      const first = await withEmptyMaps(server.web);
      expect(first.tally).toMatchObject({ explained: count, refused: 0, failed: 0 });
      expect(first.text.match(/"stored":3/g)).toHaveLength(count);
      expect(first.text.match(/The map marks nothing above .* without a segmentation/g)).toHaveLength(count);
      const { instances, modalities } = await census(server.web);
      expect(instances).toBe(4 * count);
      expect(modalities).not.toHaveProperty('SEG');
      const again = await withEmptyMaps(server.web);
      expect(again.tally).toMatchObject({ explained: 0, alreadyDone: count });

      // The segmentation alone cannot be made.
      const alone = { selection: { kinds: ['seg'] as const, percentiles: [95] } };
      expect((await withEmptyMaps(server.web, alone)).tally).toMatchObject({ refused: count });
    },
  );

  it('done twice at once leaves one of each', { timeout: 120_000 }, async () => {
    for await (const address of imagesOf(server.web)) {
      const at = (second: number) =>
        taskFor(server.web, model, { now: () => new Date(2026, 0, 1, 0, 0, second) });
      const outcomes = await Promise.all([at(1).run(address), at(2).run(address)]);
      const kept = outcomes.map(outcome => (outcome.kind === 'explained' ? outcome.stored : NaN));
      expect(kept[0] + kept[1]).toBe(4);
    }
    expect(await census(server.web)).toEqual(complete);
  });

  it('says in log, report and map what tells against an image', { timeout: 120_000 }, async () => {
    const text = await withCautions(server.web);
    const [entry] = text.split('\n', 1).map(line => JSON.parse(line));
    expect(entry.cautions).toEqual([
      'This image is a synthetic phantom; "Untrained networks" is made for patients.',
      expect.stringMatching(/^This image is unlike those that .+Untrained networks" was trained on/),
    ]);
    const client = new DicomWebClient({ url: server.web });
    const read: string[] = [];
    for await (const address of findImages(client, { modalities: ['SR', 'OT'] }, noFailure))
      read.push(new TextDecoder('latin1').decode(await client.retrieve(address)));
    const holding = read.filter(file => entry.cautions.every((caution: string) => file.includes(caution)));
    expect([read.length, holding.length]).toEqual([3, 3]);
  });

  it('refuses an image of several frames before it is fetched', async () => {
    await server.close();
    server = await startServer({ 'frames.dcm': severalFrames([1, 2, 3], { rows: 96, columns: 80 }) });
    const { tally, text } = await explainAll(server.web);
    expect(tally).toMatchObject({ refused: 1 });
    expect(text).toMatch(/"refused".*several frames.*explain run --frame/);
  });

  it('refuses, with the reason, what its pixels show to be of another kind: once, and as no failure', async () => {
    const strict = doubting({ threshold: 1e-6, limit: 1e-6 });
    const { tally, text } = await explainAll(server.web, { model: strict });
    expect(tally).toMatchObject({ refused: count, failed: 0 });
    expect(text).toMatch(/"refused".*unlike those that .+Untrained networks.*more than any of those was/);
    expect((await census(server.web)).instances).toBe(count);
  });

  it('refuses what the model is not made for', async () => {
    const applicability = { ...model.card.applicability, modalities: ['DX'] };
    const strict = { ...model, card: { ...model.card, applicability } };
    const { tally, text } = await explainAll(server.web, { model: strict, dryRun: true });
    expect(tally.refused + tally.toDo).toBe(count);
    expect(tally.refused).toBeGreaterThan(0);
    expect(text).toMatch(/"refused".*Modality is CR/);
  });

  it('logs nothing of a patient', { timeout: 120_000 }, async () => {
    const { text } = await explainAll(server.web);
    for (const bytes of Object.values(files)) {
      const header = parseDicom(bytes, { untilTag: 'x7fe00010' });
      for (const tag of ['x00100010', 'x00100020', 'x00080018', 'x0020000d', 'x0020000e', 'x00080020']) {
        expect(text).not.toContain(header.string(tag));
      }
    }
    expect(
      text
        .trim()
        .split('\n')
        .map(line => JSON.parse(line).event),
    ).toEqual(Array(count).fill('explained'));
  });
});

describe.skipIf(!hasOrthanc)('explain pacs with Orthanc (Debian orthanc, orthanc-dicomweb)', () => {
  let orthanc: RunningProgram;
  beforeAll(async () => {
    orthanc = await startOrthanc();
  });
  afterAll(() => orthanc?.stop());

  it('explains every image once, and never twice', { timeout: 120_000 }, async () => {
    const url = `${orthanc.url}/dicom-web`;
    await fill(url, files);
    expect((await explainAll(url)).tally).toMatchObject({ explained: count, failed: 0 });
    expect(await census(url)).toEqual(complete);
    expect((await explainAll(url)).tally).toMatchObject({ explained: 0, alreadyDone: count });
    for await (const address of imagesOf(url)) {
      const { task, run } = taskFor(url, model);
      const { bytes } = { bytes: await task.client.retrieve(address) };
      expect(parseDicom(bytes).string('x00080018')).toBe(address.instanceUid);
      expect(await run(address)).toEqual({ kind: 'already-done' });
    }
    expect(await census(url)).toEqual(complete);
  });
});
