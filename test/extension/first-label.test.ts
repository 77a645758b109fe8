import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { RawImage } from '../../src/extension/host/raw-image';
import { createHandlers } from '../../src/extension/worker/handlers';
import { startEngine } from '../../src/extension/store/engine';
import { classifierLogits } from '../../src/models/classifier';
import { rankLabels, type LabelDecision } from '../../src/models/decision';
import type * as Classifier from '../../src/models/classifier';
import { prepareImage } from '../../src/models/preparation';
import type * as Preparation from '../../src/models/preparation';
import { makePhantom } from '../../src/phantom';
import { untrainedPackage } from '../cli/untrained-package';
import { LinkedWorker } from '../workers/linked-worker';

vi.mock('../../src/models/preparation', async original => {
  const all = await original<typeof Preparation>();
  return { ...all, prepareImage: vi.fn(all.prepareImage) };
});
vi.mock('../../src/models/classifier', async original => {
  const all = await original<typeof Classifier>();
  return { ...all, classifierLogits: vi.fn(all.classifierLogits) };
});

const names = ['opacity', 'effusion', 'nodule'];
const side = 96;
const film: RawImage = {
  pixels: Uint16Array.from(makePhantom('first', { rows: side, columns: side }).pixels, v => 4095 * v),
  format: {
    rows: side,
    columns: side,
    photometric: 'MONOCHROME2',
    bytesPerPixel: 2,
    bitsStored: 12,
    highBit: 11,
    signed: false,
  },
  lut: { slope: 1, intercept: 0 },
  shutters: [],
};
const attributes = { modality: 'DX', photometric: 'MONOCHROME2', rows: side, columns: side };

let folder: string;
let server: Server;
beforeAll(async () => {
  folder = await untrainedPackage([], 5, names);
  server = createServer(({ url = '' }, response) => {
    if (url === '/models/index.json') return void response.end(JSON.stringify(['untrained']));
    createReadStream(path.join(folder, url.replace('/models/untrained/', ''))).pipe(response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
}, 120_000);
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

it('a film is prepared once and classified once where the model itself tells which label is explained', async () => {
  const linked = new LinkedWorker(createHandlers());
  const { call } = await startEngine('explain-worker.js', () => linked.asWorker());
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await call('start', { baseUrl, backend: 'cpu' });
  await call('load', { modelId: 'untrained' });
  const of = (label: string) => ({ key: label, label, methodId: 'gradcam' });
  const counts = (): number[] =>
    [prepareImage, classifierLogits].map(spied => vi.mocked(spied as typeof prepareImage).mock.calls.length);

  const before = counts();
  const chosen = await call('explain', {
    image: film,
    attributes,
    ...of(names[0]),
    choices: names.map(of),
  });
  expect(counts().map((count, k) => count - before[k])).toEqual([1, 1]);
  const { labels, label } = chosen.decision as LabelDecision;
  expect(label).toBe(rankLabels(labels!)[0]);
  expect(chosen.settings.label).toBe(names[label]);

  // Asked for, the same label has the same answer and the same map.
  const asked = await call('explain', { image: film, attributes, ...of(names[label]) });
  expect(asked.decision).toEqual(chosen.decision);
  expect(asked.map).toEqual(chosen.map);
});
