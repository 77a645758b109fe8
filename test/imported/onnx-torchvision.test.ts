import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import * as tf from '@tensorflow/tfjs';
import { registerImport } from '../../src/cli/import';
import { testImages } from '../../src/cli/import/check-network';
import { methods } from '../../src/explain';
import { folderReader } from '../../src/io/folder-reader';
import { ofLabel } from '../../src/models/label-package';
import { loadModelPackage } from '../../src/models/package';
import type { GeneratorConfig } from '../../src/training/config';
import { GeneratorTask } from '../../src/training/generator-task';
import { pairOptions, pairSettings } from '../../src/training/losses/pair';
import { generatorConfig, toySource } from '../training/task-fixtures';
import {
  compareWithTorch,
  exportNetworks,
  importedNetwork,
  whyNoTorchvision,
  type NetworkJob,
} from './torchvision';

const missing = whyNoTorchvision();
if (missing) {
  console.warn(
    `Skipped: networks of torchvision as ONNX need /usr/bin/python3 with torch and torchvision (Debian: python3-torchvision). ${missing}`,
  );
}

/** One of each family; `node scripts/check-onnx.mjs` compares more of them. */
const jobs: NetworkJob[] = [
  { name: 'xrv_densenet121', size: 64, opset: 17 },
  { name: 'mobilenet_v3_small', size: 64, opset: 13 },
  { name: 'shufflenet_v2_x0_5', size: 64, opset: 11 },
  { name: 'regnet_y_400mf', size: 64, opset: 15 },
  { name: 'convnext_tiny', size: 64, opset: 11 },
];

describe.skipIf(missing)('a network of torchvision as ONNX', () => {
  let root: string;
  beforeAll(async () => {
    await prepareNodeBackend('wasm');
    root = mkdtempSync(path.join(tmpdir(), 'onnx-'));
    exportNetworks(root, jobs);
  }, 600_000);
  afterAll(() => rmSync(root, { recursive: true }));

  it.each(jobs)(
    'has PyTorch’s logits and gradients: $name, opset $opset',
    async job => {
      const { answers, gradients, torchItself } = await compareWithTorch(root, job);
      expect(answers).toBeLessThan(1e-4);
      // Or as far as PyTorch’s own single precision is from its double.
      expect(gradients).toBeLessThan(Math.max(1e-3, 3 * torchItself));
    },
    120_000,
  );

  it(
    'is explained by every method that needs no generator, for one of 18 labels',
    { timeout: 300_000 },
    async () => {
      const out = path.join(root, 'xrv');
      const file = path.join(root, 'xrv_densenet121-17', 'model.onnx');
      vi.spyOn(process.stderr, 'write').mockReturnValue(true);
      const program = new Command().exitOverride();
      registerImport(program);
      await program.parseAsync(
        [
          'import',
          'classifier',
          file,
          '--like',
          'torchxrayvision',
          '--size',
          String(jobs[0].size),
          // What random weights answer without a saturated sigmoid.
          '--input-range=-1,1',
          '--out',
          out,
        ],
        { from: 'user' },
      );
      vi.restoreAllMocks();
      const whole = await loadModelPackage(folderReader(out), { generators: [] });
      expect(whole.card.classes).toHaveLength(18);
      const model = ofLabel(
        whole,
        whole.card.classes.findIndex(({ name }) => name === 'Effusion'),
      );
      const film = testImages(model.card.input).slice([0], [1]);
      const brief = {
        smoothgrad: { samples: 2 },
        'integrated-gradients': { steps: 2 },
        bbmp: { iterations: 2 },
        'perceptual-perturbation': { iterations: 2 },
        occlusion: { patch: 32, stride: 16 },
        rise: { samples: 8 },
      };
      const maps = new Map<string, Float32Array>();
      for (const { id, needs, explain } of methods) {
        if (needs.generator) continue;
        const { map } = explain(model, film, id in brief ? brief[id as keyof typeof brief] : {});
        expect(map.shape, id).toEqual([1, 64, 64]);
        const values = map.dataSync() as Float32Array;
        expect(
          values.every(value => value >= 0 && value < Infinity),
          id,
        ).toBe(true);
        expect(new Set(values).size, id).toBeGreaterThan(4);
        maps.set(id, values);
      }
      expect([...maps.keys()].sort()).toEqual(
        ['gradcam', 'gradient', 'input-gradient', ...Object.keys(brief)].sort(),
      );
      // One of them has a value that follows from another.
      const [grey, gradient, product] = [film.dataSync(), maps.get('gradient')!, maps.get('input-gradient')!];
      const largest = Math.max(...product);
      product.forEach((value, i) =>
        expect(Math.abs(value - grey[i] * gradient[i])).toBeLessThan(1e-5 * largest),
      );
      whole.dispose();
    },
  );

  it(
    'trains a generator for one of 18 labels: the loss falls as its gradient says',
    { timeout: 300_000 },
    async () => {
      const [job] = jobs;
      const network = await importedNetwork(root, job);
      const rules = Array.from({ length: 18 }, () => ({ operatingPoint: 0.5 }));
      const trainedFor = { model: 'xrv', classes: 2, views: ['PA'], hasLabels: true };
      const config: GeneratorConfig = {
        ...generatorConfig,
        calibration: undefined,
        ofLabels: { trained: [3], rules },
        ...pairSettings(pairOptions.parse({}), trainedFor),
      };
      const task = new GeneratorTask(config, toySource, network);
      const positions = [0];
      const { terms, gradients } = await task.gradients(positions, 0);
      expect(terms.others).toBeGreaterThan(0);
      const steepness = gradients.reduce(
        (sum, gradient) => sum + tf.sum(tf.square(gradient)).dataSync()[0],
        0,
      );
      expect(steepness).toBeGreaterThan(0);
      // So far down the gradient that the loss should fall by a thousandth: further down it bends.
      const step = (0.001 * terms.loss) / steepness;
      task.network.trainableWeights.forEach((weight, k) =>
        weight.write(tf.sub(weight.read(), tf.mul(gradients[k], step))),
      );
      tf.dispose(gradients);
      const after = await task.gradients(positions, 0);
      tf.dispose(after.gradients);
      expect((terms.loss - after.terms.loss) / (0.001 * terms.loss)).toBeGreaterThan(0.85);
      expect((terms.loss - after.terms.loss) / (0.001 * terms.loss)).toBeLessThan(1.1);
      network.dispose();
    },
  );
});
