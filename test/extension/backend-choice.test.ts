import { expect, test } from 'vitest';
import { backendOrder } from '../../src/backends/browser-choice';
import { judgeRenderer, shortRenderer } from '../../src/backends/renderer';

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

const names = (order: { name: string }[]): string[] => order.map(entry => entry.name);

test('software WebGL takes WebAssembly and says why', () => {
  const order = backendOrder('auto', { renderer: 'SwiftShader' });
  expect(names(order)).toEqual(['wasm', 'cpu']);
  expect(order[0].reason).toContain('software');
  expect(order[0].reason).toContain('SwiftShader');
});

test('a GPU takes WebGL first and falls back', () => {
  expect(names(backendOrder('auto', { renderer: 'NVIDIA RTX A2000' }))).toEqual(['webgl', 'wasm', 'cpu']);
});

test('a hidden renderer is decided by the timed probe', () => {
  expect(backendOrder('auto', { milliseconds: 5 })[0].name).toBe('webgl');
  const slow = backendOrder('auto', { renderer: 'Mozilla', milliseconds: 900 });
  expect(slow[0].name).toBe('wasm');
  expect(slow[0].reason).toContain('900 ms');
});

test('what the user chose comes first, even on software WebGL', () => {
  expect(names(backendOrder('webgl', { renderer: 'SwiftShader' }))).toEqual(['webgl', 'wasm', 'cpu']);
  expect(names(backendOrder('wasm', {}))).toEqual(['wasm', 'cpu']);
  expect(names(backendOrder('cpu', {}))[0]).toBe('cpu');
});

test('without WebGL the reason is told', () => {
  const order = backendOrder('webgl', { unusable: 'the browser offers no WebGL 2' });
  expect(order[0]).toMatchObject({ name: 'wasm' });
  expect(order[0].reason).toContain('no WebGL 2');
});
