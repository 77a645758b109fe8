import { expect, test } from 'vitest';
import type { AveragingReport, BackendReport } from '../../src/extension/backend-report';
import { addTranslations, takeHostI18n } from '../../src/extension/i18n';
import { translations } from '../../src/extension/i18n/translations';
import { averagedWords, backendWords } from '../../src/extension/i18n/backend-words';
import { FakeI18n } from './fakes';

addTranslations(translations);

const words = (report: Omit<BackendReport, 'requested'>): string =>
  backendWords({ requested: 'auto', ...report }).join(' ');

test('the fastest is said with its time and those of the others', () => {
  const report = words({
    name: 'webgpu',
    why: 'fastest',
    findings: [
      { backend: 'webgpu', outcome: 'passed', device: 'nvidia ampere', milliseconds: 3.12 },
      { backend: 'webgl', outcome: 'passed', device: 'NVIDIA RTX A2000', milliseconds: 5 },
      { backend: 'wasm', outcome: 'passed', milliseconds: 20 },
    ],
  });
  expect(report).toBe(
    'Using WebGPU, the fastest here. WebGPU (nvidia ampere): values right, 3.1 ms in a test. ' +
      'WebGL (NVIDIA RTX A2000): values right, 5.0 ms in a test. WebAssembly: values right, 20.0 ms in a test.',
  );
});

test('why there is no graphics card: plain http, emulation', () => {
  const report = words({
    name: 'wasm',
    why: 'only',
    findings: [
      { backend: 'webgpu', outcome: 'insecure' },
      { backend: 'webgl', outcome: 'software', device: 'SwiftShader' },
      { backend: 'wasm', outcome: 'passed' },
    ],
    kernels: { kernels: 'own', times: 2.04 },
  });
  expect(report).toMatch(/^Using WebAssembly\. WebGPU: .* https and on localhost alone; .* plain http\./);
  expect(report).toContain('WebGL (SwiftShader): only emulated here');
  expect(report).toContain('Own kernels: 2.0 times as fast');
});

test('a card whose values are wrong, or that fails, and what computes instead', () => {
  const instead = (finding: BackendReport['findings'][number]): string =>
    words({
      name: 'wasm',
      why: 'fallback',
      findings: [finding, { backend: 'wasm', outcome: 'passed' }],
      kernels: { kernels: 'stock', reason: 'failed', detail: 'no SIMD' },
    });
  expect(instead({ backend: 'webgl', outcome: 'wrong', error: 0.021 })).toBe(
    'WebGL: not used, its values are wrong by 2.1 %. Using WebAssembly instead. ' +
      'Kernels of TensorFlow.js: own ones do not run (no SIMD).',
  );
  expect(instead({ backend: 'webgpu', outcome: 'failed', detail: 'no device' })).toContain(
    'WebGPU: does not work (no device).',
  );
});

test('on how many workers, and which did not help', () => {
  const report = (change: Partial<AveragingReport>): string =>
    averagedWords({ workers: 4, limit: 'most', helped: 3, parts: 4, failures: [], ...change }).join(' ');
  expect(report({})).toBe('Averaged on 4 workers.');
  expect(report({ workers: 1, limit: 'memory' })).toBe(
    'Averaged on 1 worker. The memory of this machine allows no more.',
  );
  expect(report({ failures: ['out of memory', 'out of memory'] })).toBe(
    'Averaged on 2 workers. 2 helper workers failed; the others did their part (out of memory).',
  );
});

test('all of it in the viewer’s language', () => {
  takeHostI18n(new FakeI18n('de'));
  try {
    expect(
      words({
        name: 'wasm',
        why: 'fastest',
        findings: [
          { backend: 'webgpu', outcome: 'absent', detail: 'requestAdapter' },
          { backend: 'wasm', outcome: 'passed', milliseconds: 20.25 },
        ],
        kernels: { kernels: 'own', times: 2.5 },
      }),
    ).toBe(
      'WebAssembly in Gebrauch, hier am schnellsten. WebGPU: von diesem Browser oder Rechner nicht angeboten (requestAdapter). ' +
        'WebAssembly: Werte richtig, 20,3 ms in einem Test. Eigene Kerne: im Test 2,5-mal so schnell wie die von TensorFlow.js.',
    );
  } finally {
    takeHostI18n(undefined);
  }
});
