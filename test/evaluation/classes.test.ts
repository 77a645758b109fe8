import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluateModel } from '../../src/evaluation/evaluate-model';
import { evaluationOptions } from '../../src/evaluation/options';
import { trustOptions } from '../../src/evaluation/trust/options';
import { runTrustChecks } from '../../src/evaluation/trust/run-checks';
import { silent } from '../../src/io/listener';
import { exampleCard } from '../models/card-fixture';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'three-classes-'));
  const { operatingPoint: _point, calibration: _calibration, ...card } = exampleCard();
  const classes = ['normal', 'effusion', 'pneumonia'].map(name => ({ name }));
  await writeFile(path.join(folder, 'model-card.json'), JSON.stringify({ ...card, classes }));
});
afterAll(() => rm(folder, { recursive: true }));

const refusal = /tells 3 classes apart, so it has no operating point; this works with two classes only/;

it('an evaluation refuses a model of three classes before it reads an image', async () => {
  const given = evaluationOptions.parse({ model: folder, phantoms: '3', out: path.join(folder, 'out') });
  const write = (): never => {
    throw new Error('Nothing is to be written.');
  };
  const options = { ...given, model: folder, backend: 'wasm' } as const;
  await expect(evaluateModel(options, silent, write)).rejects.toThrow(refusal);
});

it('trust checks refuse it too', async () => {
  const options = trustOptions.parse({ model: folder, phantoms: '3', out: path.join(folder, 'trust') });
  await expect(runTrustChecks(options, silent)).rejects.toThrow(refusal);
});
