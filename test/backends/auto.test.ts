import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { chooseBackend, fastest, judge } from '../../src/backends/auto';
import { installCommand, isInstalled, requireInstalled } from '../../src/backends/optional-packages';
import { prepareNodeBackend, type NodeBackendName } from '../../src/backends/node';
import type { ProbeAnswer, ProbeStart } from '../../src/backends/probe';
import { selfTestError, selfTestTolerance, selfTestValues } from '../../src/backends/self-test';

describe('the self-test', () => {
  let reference: Float32Array[];
  beforeAll(async () => {
    await prepareNodeBackend('cpu');
    reference = await selfTestValues();
    await prepareNodeBackend('wasm');
  });

  it('passes wasm, leaves nothing behind and reaches every weight', async () => {
    const before = tf.memory().numTensors;
    const values = await selfTestValues();
    expect(tf.memory().numTensors).toBe(before);
    expect(selfTestError(values, reference)).toBeLessThan(selfTestTolerance / 10);
    // The loss, six filters and three batch norms.
    expect(values).toHaveLength(10);
    for (const gradient of values) expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(1e-5);
  });

  it.each([
    'AvgPool',
    'Conv2DBackpropFilter',
    'Conv2DBackpropInput',
    'ResizeBilinearGrad',
    'Concat',
    'MatMul',
  ])('notices a wrong kernel: %s', async name => {
    const kernelName = name === 'MatMul' ? 'BatchMatMul' : name;
    const stock = tf.getKernel(kernelName, 'wasm');
    const wrong: tf.KernelFunc = args => {
      const result = stock.kernelFunc(args) as tf.Tensor;
      return tf.engine().runKernel('Multiply', { a: result, b: tf.scalar(1.02) });
    };
    tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ ...stock, setupFunc: undefined, kernelFunc: wrong });
    try {
      const verdict = judge(
        'wasm',
        { type: 'done', values: await selfTestValues(), milliseconds: 1 },
        reference,
        1,
      );
      expect(verdict.failure).toMatch(/gradients are wrong \(relative error 0\.[01]/);
    } finally {
      tf.unregisterKernel(kernelName, 'wasm');
      tf.registerKernel({ ...stock, setupFunc: undefined });
    }
  });

  it('fails values that are missing or not numbers', () => {
    expect(selfTestError(reference.slice(1), reference)).toBe(Infinity);
    const broken = reference.map(values => values.slice());
    broken[3][0] = NaN;
    expect(selfTestError(broken, reference)).toBe(Infinity);
  });
});

describe('the automatic choice', () => {
  it('takes the fastest that passed, workers counted, and says what became of the others', () => {
    const values = [Float32Array.of(1)];
    const verdicts = [
      judge('node-gpu', { type: 'failed', message: 'no CUDA' }, values, 2),
      judge('webgpu', { type: 'done', values, milliseconds: 60 }, values, 2),
      judge('node', { type: 'done', values: [Float32Array.of(1.1)], milliseconds: 1 }, values, 2),
      judge('wasm', { type: 'done', values, milliseconds: 100 }, values, 2),
    ];
    const { backend, reason } = fastest(verdicts);
    expect(backend).toBe('wasm');
    expect(reason).toContain(
      'Backend wasm: passed the self-test, 50.0 ms a step, faster than webgpu 60.0 ms.',
    );
    expect(reason).toContain('Not used: node-gpu: no CUDA.');
    expect(reason).toContain('node: its gradients are wrong');
  });

  /** A machine whose backends answer with a value and a time, or with a failure. */
  const machine = (
    answers: Partial<Record<NodeBackendName, [value: number, milliseconds: number] | string>>,
  ) => {
    const asked: string[] = [];
    return {
      asked,
      installed: () => Object.keys(answers) as NodeBackendName[],
      probe: async ({ backend, timed }: ProbeStart): Promise<ProbeAnswer> => {
        asked.push(backend + (timed ? ' timed' : ''));
        if (backend === 'cpu') return { type: 'done', values: [Float32Array.of(1)] };
        const answer = answers[backend]!;
        if (typeof answer === 'string') return { type: 'failed', message: answer };
        const [value, milliseconds] = answer;
        return { type: 'done', values: [Float32Array.of(value)], milliseconds };
      },
    };
  };

  it('tests what is installed, one after the other, against cpu', async () => {
    const facts = machine({ webgpu: [1, 30], wasm: [1, 100] });
    expect(await chooseBackend(1, facts)).toMatchObject({ backend: 'webgpu' });
    expect(facts.asked).toEqual(['cpu', 'webgpu timed', 'wasm timed']);
  });

  it('counts the workers of those that take several', async () => {
    const facts = machine({ webgpu: [1, 30], wasm: [1, 100] });
    expect(await chooseBackend(4, facts)).toMatchObject({ backend: 'wasm' });
  });

  it('takes none that is wrong, or does not answer, however fast', async () => {
    const facts = machine({ 'node-gpu': 'no CUDA', webgpu: [1.01, 1], wasm: [1, 100] });
    const { backend, reason } = await chooseBackend(1, facts);
    expect(backend).toBe('wasm');
    expect(reason).toMatch(/the only one that passed.*node-gpu: no CUDA.*webgpu: its gradients are wrong/);
  });

  it('has no answer where cpu itself fails, or all others do', async () => {
    await expect(chooseBackend(1, machine({ wasm: 'no SIMD' }))).rejects.toThrow(
      /No backend passed.*no SIMD/,
    );
    const facts = {
      ...machine({ wasm: [1, 1] }),
      probe: async () => ({ type: 'failed', message: 'broken' }) as const,
    };
    await expect(chooseBackend(1, facts)).rejects.toThrow('The backend "cpu" does not work: broken');
  });

  it('has an error when none passes', () => {
    expect(() => fastest([{ backend: 'wasm', failure: 'broken' }])).toThrow(
      /No backend passed.*wasm: broken/,
    );
  });
});

describe('packages of a backend', () => {
  it('are named, with the command that installs them, where they are missing', async () => {
    // Never part of this project: its installation downloads libtensorflow.
    expect(isInstalled('node-gpu')).toBe(false);
    expect(() => requireInstalled('node-gpu')).toThrow(installCommand('node-gpu'));
    await expect(prepareNodeBackend('node-gpu')).rejects.toThrow(
      /npm install .*@tensorflow\/tfjs-node-gpu@4\.22\.0/,
    );
  });
});
