import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  chooseBackend,
  type BackendChoice,
  type BackendName,
  type Finding,
} from '../../src/backends/browser-choice';
import { explanationMilliseconds, explanationValues } from '../../src/backends/forward-test';
import { restoreStockKernels } from '../../src/backends/kernels/register';
import { prepareNodeBackend } from '../../src/backends/node';
import { judgeRenderer, shortRenderer } from '../../src/backends/renderer';
import { selfTestError } from '../../src/backends/self-test';

test.each([
  [
    'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)',
    'software',
  ],
  ['llvmpipe (LLVM 15.0.6, 256 bits)', 'software'],
  ['ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11 vs_5_0 ps_5_0, D3D11)', 'software'],
  ['ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0 ps_5_0, D3D11)', 'hardware'],
  ['ANGLE (Intel, Mesa Intel(R) UHD Graphics 620 (KBL GT2), OpenGL 4.6)', 'hardware'],
  ['Apple M2', 'hardware'],
  ['Adreno (TM) 740', 'hardware'],
  ['Mozilla', 'unknown'],
  [undefined, 'unknown'],
])('renderer %s is %s', (name, kind) => {
  expect(judgeRenderer(name)).toBe(kind);
});

test('people read the name of the card, not of its driver', () => {
  expect(
    shortRenderer('ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 (0x00002503) Direct3D11 vs_5_0 ps_5_0, D3D11)'),
  ).toBe('NVIDIA GeForce RTX 3060');
  expect(
    shortRenderer(
      'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)',
    ),
  ).toBe('SwiftShader');
  expect(shortRenderer('Apple M2')).toBe('Apple M2');
});

/** Facts of a browser: backends that passed by their times, others by what became of them. */
const passed = (backend: BackendName, milliseconds?: number): Finding => ({
  backend,
  outcome: 'passed',
  milliseconds,
});
const absent = (backend: BackendName): Finding => ({ backend, outcome: 'absent', detail: 'requestAdapter' });
const choice = (requested: BackendChoice, ...findings: Finding[]): [string, string] => {
  const { name, why } = chooseBackend(requested, findings);
  return [name, why];
};

test('the fastest whose values are right is taken', () => {
  const wasm = passed('wasm', 20);
  expect(choice('auto', passed('webgpu', 3), passed('webgl', 5), wasm)).toEqual(['webgpu', 'fastest']);
  expect(choice('auto', passed('webgpu', 9), passed('webgl', 5), wasm)).toEqual(['webgl', 'fastest']);
  expect(choice('auto', passed('webgpu', 30), passed('webgl', 25), wasm)).toEqual(['wasm', 'fastest']);
  // Of equals the newer one.
  expect(choice('auto', passed('webgl', 5), passed('webgpu', 5), wasm)).toEqual(['webgpu', 'fastest']);
});

test('without WebGPU it is WebGL, without both WebAssembly', () => {
  const wasm = passed('wasm', 20);
  const insecure: Finding = { backend: 'webgpu', outcome: 'insecure' };
  expect(choice('auto', insecure, passed('webgl', 5), wasm)).toEqual(['webgl', 'fastest']);
  expect(choice('auto', absent('webgpu'), absent('webgl'), passed('wasm'))).toEqual(['wasm', 'only']);
  const software: Finding = { backend: 'webgl', outcome: 'software', device: 'SwiftShader' };
  expect(choice('auto', absent('webgpu'), software, passed('wasm'))).toEqual(['wasm', 'only']);
});

test('wrong values are never taken, however fast, whoever asks', () => {
  const wrong: Finding = { backend: 'webgpu', outcome: 'wrong', error: 0.02 };
  expect(choice('auto', wrong, passed('webgl', 5), passed('wasm', 20))).toEqual(['webgl', 'fastest']);
  expect(choice('webgpu', wrong, passed('wasm'))).toEqual(['wasm', 'fallback']);
});

test('what the user chose comes first, also where it is slow or was not timed', () => {
  expect(choice('webgl', passed('webgl'), passed('wasm'))).toEqual(['webgl', 'chosen']);
  expect(choice('webgpu', passed('webgpu', 900), passed('wasm', 20))).toEqual(['webgpu', 'chosen']);
  expect(choice('wasm', passed('wasm'))).toEqual(['wasm', 'chosen']);
  expect(choice('cpu', passed('cpu'))).toEqual(['cpu', 'chosen']);
});

test('plain JavaScript is for browsers that have nothing else', () => {
  const broken: Finding = { backend: 'wasm', outcome: 'failed', detail: 'the policy forbids it' };
  expect(choice('auto', absent('webgpu'), absent('webgl'), broken, passed('cpu'))).toEqual(['cpu', 'only']);
  expect(choice('auto', passed('webgl', 5), broken, passed('cpu'))).toEqual(['webgl', 'fastest']);
  expect(choice('wasm', broken, passed('cpu'))).toEqual(['cpu', 'fallback']);
});

test('where nothing works, every reason is told', () => {
  const findings: Finding[] = [
    { backend: 'webgpu', outcome: 'wrong', error: 0.5 },
    { backend: 'wasm', outcome: 'failed', detail: 'no SIMD' },
    { backend: 'cpu', outcome: 'failed', detail: 'no memory' },
  ];
  expect(() => chooseBackend('auto', findings)).toThrow(
    /webgpu: values wrong by 0\.50; wasm: no SIMD; cpu: no memory/,
  );
});

describe('the test of a graphics card', () => {
  beforeAll(() => prepareNodeBackend('cpu'));

  test('is passed by WebAssembly with own and with stock kernels, and leaves nothing behind', async () => {
    const before = tf.memory().numTensors;
    const expected = await explanationValues();
    expect(tf.memory().numTensors).toBe(before);
    await prepareNodeBackend('wasm', { keepFilters: true });
    expect(selfTestError(await explanationValues(), expected)).toBeLessThan(1e-4);
    restoreStockKernels();
    expect(selfTestError(await explanationValues(), expected)).toBeLessThan(1e-4);
    await prepareNodeBackend('wasm');
    for (const values of expected) expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(1e-3);
    expect(await explanationMilliseconds()).toBeGreaterThan(0);
  });

  test.each([
    'Transform',
    'ResizeBilinear',
    'MaxPool',
    'AvgPool',
    'Conv2DBackpropInput',
    'Sigmoid',
    'FusedConv2D',
  ])('notices a wrong kernel: %s', async name => {
    await prepareNodeBackend('wasm');
    const expected = await explanationValues();
    const stock = tf.getKernel(name, 'wasm');
    const wrong: tf.KernelFunc = args => {
      const result = stock.kernelFunc(args) as tf.Tensor;
      return tf.engine().runKernel('Multiply', { a: result, b: tf.scalar(1.02) });
    };
    tf.unregisterKernel(name, 'wasm');
    tf.registerKernel({ ...stock, setupFunc: undefined, kernelFunc: wrong });
    try {
      expect(selfTestError(await explanationValues(), expected)).toBeGreaterThan(5e-3);
    } finally {
      tf.unregisterKernel(name, 'wasm');
      tf.registerKernel({ ...stock, setupFunc: undefined });
    }
  });
});
