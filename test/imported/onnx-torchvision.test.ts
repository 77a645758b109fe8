import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { compareWithTorch, exportNetworks, whyNoTorchvision, type NetworkJob } from './torchvision';

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
});
