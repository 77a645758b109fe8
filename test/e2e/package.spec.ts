import { execFile } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { expect, test } from '@playwright/test';
import { unpackTar } from 'modern-tar/fs';
import webpack from 'webpack';
import { root } from './support/paths';

const run = promisify(execFile);
const name = 'ohif-extension-explain';
let folder: string;
let files: { path: string; size: number }[];

/** The folder in which the package lies, as npm would install it. */
const installed = (): string => path.join(folder, 'node_modules', name);

test.beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'explain-package-'));
  // What is tested is what the build before the tests has made.
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    shell: process.platform === 'win32',
    maxBuffer: 2 ** 24,
  });
  const [packed] = JSON.parse(stdout);
  files = packed.files;
  const unpacked = unpackTar(installed(), { strip: 1 });
  await pipeline(createReadStream(path.join(folder, packed.filename)), createGunzip(), unpacked);
});

test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the package holds what it runs from, and each model once', () => {
  const paths = files.map(file => file.path);
  for (const wanted of [
    'bin/explain.js',
    'dist/node/explain.js',
    'dist/extension/index.js',
    'dist/extension/ohif-extension-explain.mjs',
    'dist/extension/ohif-extension-explain.umd.js',
    'dist/extension/explain-worker.js',
    'dist/extension/tfjs-backend-wasm.wasm',
    'dist/extension/tfjs-backend-wasm-simd.wasm',
    'dist/extension/models/index.json',
    'dist/extension/LICENSE.txt',
    'dist/node/LICENSE.txt',
    'docs/install.md',
    'LICENSE',
  ]) {
    expect(paths).toContain(wanted);
  }
  const ids: string[] = JSON.parse(readFileSync(path.join(root, 'dist/extension/models/index.json'), 'utf8'));
  for (const id of ids) {
    expect(paths.filter(one => one.endsWith(`models/${id}/model-card.json`))).toHaveLength(1);
  }
  const unwanted = paths.filter(one => /^(src|test|node_modules)\/|\.(ts|tsx|map)$/.test(one));
  expect(unwanted).toEqual([]);
});

test('the main file is the extension, whose id is the name of the package', async () => {
  const script = `const e = require(${JSON.stringify(installed())}); console.log(e.id, typeof e.getPanelModule);`;
  const { stdout } = await run(process.execPath, ['-e', script]);
  expect(stdout.trim()).toBe(`${name} function`);
});

test('OHIF’s build takes it by its name in pluginConfig.json', async () => {
  // What OHIF's build writes into its pluginImports.js for an entry of pluginConfig.json.
  const entry = path.join(folder, 'pluginImports.js');
  writeFileSync(
    entry,
    `export async function load() { return (await import(${JSON.stringify(name)})).default; }`,
  );
  await build(entry);
  const script = `require(${JSON.stringify(path.join(folder, 'bundle.js'))}).load().then(e => console.log(e.id));`;
  const { stdout } = await run(process.execPath, ['-e', script]);
  expect(stdout.trim()).toBe(name);
});

function build(entry: string): Promise<void> {
  const compiler = webpack({
    mode: 'development',
    devtool: false,
    target: 'node',
    context: folder,
    entry,
    output: { path: folder, filename: 'bundle.js', library: { type: 'commonjs2' } },
    resolve: { modules: [path.join(folder, 'node_modules')] },
  });
  return new Promise((resolve, reject) => {
    compiler?.run((error, stats) => {
      const problem = error ?? (stats?.hasErrors() ? new Error(stats.toString('errors-only')) : undefined);
      compiler.close(() => (problem ? reject(problem) : resolve()));
    });
  });
}
