import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const worker = path.join(root, 'src/extension/worker');
const operations = path.join(root, 'node_modules/@tensorflow/tfjs-core/dist/public/chained_ops');
const source = (file: string): string => readFileSync(file, 'utf8');

/** What stands before the point where no tensor does: namespaces, and objects with methods of the same names. */
const noTensors =
  /^(tf|tfc|ops|K|Math|Promise|Number|util|fused|spectral|generic_utils|this|team|gatherTensorArray|tensorList)$/;

/** Every method that TensorFlow.js could hang on a tensor, and the file of chained_ops that does. */
const chained = new Map(
  readdirSync(operations)
    .filter(name => name.endsWith('.js') && !name.startsWith('register_'))
    .flatMap(name =>
      [...source(path.join(operations, name)).matchAll(/prototype\.(\w+) = function/g)].map(
        ([, method]) => [method, path.basename(name, '.js')] as const,
      ),
    ),
);
const listed = [...source(path.join(worker, 'tfjs-chained.ts')).matchAll(/chained_ops\/(\w+)'/g)].map(
  ([, name]) => name,
);

/** Methods called in a text by a name that a tensor's could have. */
function methodsCalled(text: string): string[] {
  const code = text.replace(/\/\*[^]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
  return [...code.matchAll(/([\w$)\]]+)\s*(?:\?|!)?\.\s*(\w+)(?:<[\w.]+>)?\(/g)]
    .filter(([, before, method]) => chained.has(method) && !noTensors.test(before))
    .map(([, , method]) => method);
}

describe('methods of tensors in the worker’s smaller TensorFlow.js', () => {
  const callers = new Map<string, string[]>();

  beforeAll(async () => {
    // The same graph of modules as webpack's, with the same stand-in for the union package.
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: [path.join(worker, 'explain-worker.ts')],
      bundle: true,
      write: false,
      metafile: true,
      format: 'esm',
      logLevel: 'error',
      external: ['fs', 'path', 'os', 'crypto', 'perf_hooks', 'worker_threads', 'util'],
      plugins: [
        {
          name: 'tfjs',
          setup: ({ onResolve }) =>
            onResolve({ filter: /^@tensorflow\/tfjs$/ }, () => ({ path: path.join(worker, 'tfjs.ts') })),
        },
      ],
    });
    for (const file of Object.keys(metafile.inputs)) {
      if (!/^src\/|@tensorflow\//.test(file) || file.includes('/chained_ops/')) continue;
      // Weights are loaded, never drawn by lot: the worker makes no orthogonal matrix.
      if (file.endsWith('tfjs-layers/dist/initializers.js')) continue;
      for (const method of methodsCalled(source(path.join(root, file)))) {
        callers.set(method, [...(callers.get(method) ?? []), file]);
      }
    }
  }, 120_000);

  it('are found where they are called, with a type, over lines, and not in comments or on namespaces', () => {
    expect(chained.size).toBeGreaterThan(100);
    expect(
      methodsCalled('x.broadcastTo(s); y().squeeze<tf.Tensor3D>(0)\n  .tanh(); z[0]?.relu(); w!.neg();'),
    ).toEqual(['broadcastTo', 'squeeze', 'tanh', 'relu', 'neg']);
    expect(methodsCalled('tf.tanh(x); Math.exp(1); // x.tile(2)\n/* x.pow(2) */ x.dispose();')).toEqual([]);
    expect(callers.get('expandDims')).toContain('src/explain/augmented.ts');
  });

  it('are all there', () => {
    const missing = [...callers].filter(([method]) => !listed.includes(chained.get(method)!));
    expect(missing).toEqual([]);
  });

  it('are not more than could be called', () => {
    const called = new Set([...callers.keys()].map(method => chained.get(method)));
    expect(listed.filter(name => !called.has(name))).toEqual([]);
  });
});
