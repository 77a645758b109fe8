// Prints how classifiers of torchvision, exported as ONNX with random weights, compare with PyTorch once they are imported:
// `node scripts/check-onnx.mjs [PART OF A NAME...]`. Needs /usr/bin/python3 with torch and torchvision. The yardstick is PyTorch in
// double precision, and beside it stands how far its own gradients in single precision are from that: an activation within
// rounding of a ReLU's corner changes a part of either. Exit code 1 where answers differ by more than 1e-4, or gradients by more than
// 1e-3 and by more than three times what PyTorch's own do, over the largest of each.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const [mostOfAnswers, mostOfGradients] = [1e-4, 1e-3];

/** Architecture, side of the image, opset. VGG's first dense layer is made for 224 pixels. */
const networks = [
  ['resnet18', 64, 17],
  ['resnext50_32x4d', 64, 17],
  ['densenet121', 64, 17],
  ['xrv_densenet121', 224, 17],
  ['mobilenet_v2', 64, 17],
  ['mobilenet_v3_small', 64, 17],
  ['mobilenet_v3_large', 64, 13],
  ['mnasnet1_0', 64, 12],
  ['efficientnet_b0', 64, 17],
  ['efficientnet_v2_s', 64, 17],
  ['convnext_tiny', 64, 17],
  ['convnext_tiny', 64, 11],
  ['shufflenet_v2_x1_0', 64, 17],
  ['regnet_x_400mf', 64, 17],
  ['regnet_y_400mf', 64, 14],
  ['vgg11', 224, 17],
  ['alexnet', 64, 17],
  ['squeezenet1_1', 64, 17],
  ['googlenet', 64, 17],
  ['inception_v3', 128, 17],
];

const root = mkdtempSync(path.join(os.tmpdir(), 'onnx-'));
const bundle = path.resolve('dist/checks/torchvision.mjs');
try {
  await build({
    stdin: {
      contents: `export * from './test/imported/torchvision'; export { prepareNodeBackend } from './src/backends/node';`,
      resolveDir: process.cwd(),
    },
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    define: { __filename: JSON.stringify(bundle) },
    logLevel: 'error',
  });
  const { compareWithTorch, exportNetworks, prepareNodeBackend, whyNoTorchvision } = await import(
    pathToFileURL(bundle).href
  );
  const missing = whyNoTorchvision();
  if (missing)
    throw new Error(`Networks are made by /usr/bin/python3 with torch and torchvision. ${missing}`);
  await prepareNodeBackend('wasm');
  const parts = process.argv.slice(2);
  const chosen = networks.filter(([name]) => parts.length === 0 || parts.some(part => name.includes(part)));
  print([
    'network',
    'pixels',
    'opset',
    'answers differ by',
    'gradients by',
    'PyTorch’s own in 32 bits by',
    'import, ms',
    'gradient of an image, ms',
  ]);
  print(Array.from({ length: 8 }, () => '---'));
  for (const [name, size, opset] of chosen) {
    const job = { name, size, opset };
    exportNetworks(root, [job]);
    const { answers, gradients, torchItself, importMilliseconds, gradientMilliseconds } =
      await compareWithTorch(root, job);
    const times = [importMilliseconds, gradientMilliseconds].map(time => time.toFixed(0));
    print([
      name,
      `${size}²`,
      opset,
      answers.toExponential(0),
      gradients.toExponential(0),
      torchItself.toExponential(0),
      ...times,
    ]);
    if (!(answers <= mostOfAnswers && gradients <= Math.max(mostOfGradients, 3 * torchItself)))
      process.exitCode = 1;
    rmSync(path.join(root, `${name}-${opset}`), { recursive: true });
  }
} finally {
  rmSync(root, { recursive: true, force: true });
  rmSync(bundle, { force: true });
}

function print(cells) {
  console.log(`| ${cells.join(' | ')} |`);
}
