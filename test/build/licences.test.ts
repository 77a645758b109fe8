import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import lock from '../../package-lock.json';

const root = path.resolve(import.meta.dirname, '../..');

/** The LICENSE.txt of a built folder. */
function licences(folder: string): string {
  try {
    return readFileSync(path.join(root, folder, 'LICENSE.txt'), 'utf8');
  } catch {
    throw new Error(`${folder}/LICENSE.txt is missing: run "npm run build" first.`);
  }
}

/** Names in its list of contents. */
function named(text: string): string[] {
  return [...text.matchAll(/^ {2}(\S+) \d\S*: .+$/gm)].map(([, name]) => name);
}

/** Packages that files lie in, by their paths. */
function packagesOf(files: readonly string[]): string[] {
  const names = files.flatMap(file => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
  return [...new Set(names)].sort();
}

describe('LICENSE.txt in dist', () => {
  it('names every package of which the viewer extension bundles a module', { timeout: 120_000 }, async () => {
    // The bundles are webpack's; esbuild says independently of it what belongs into them.
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: [
        'src/panels/index.ts',
        'src/extension/answers/index.ts',
        'src/extension/worker/explain-worker.ts',
      ],
      bundle: true,
      write: false,
      metafile: true,
      platform: 'browser',
      format: 'esm',
      outdir: 'unwritten',
      jsx: 'automatic',
      logLevel: 'error',
      alias: {
        '@tensorflow/tfjs': path.join(root, 'src/extension/worker/tfjs.ts'),
        ...Object.fromEntries(
          ['fs', 'path', 'os', 'crypto', 'perf_hooks', 'worker_threads', 'util', 'zlib'].map(name => [
            name,
            path.join(root, 'test/build/nothing.ts'),
          ]),
        ),
      },
    });
    const inputs = Object.values(metafile.outputs).flatMap(output =>
      Object.entries(output.inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
    );
    // A module that its package's field "browser" replaces by nothing counts as disabled.
    const found = packagesOf(inputs.filter(file => !file.startsWith('(disabled)')));
    expect(found).toEqual(expect.arrayContaining(['zod', 'dcmjs', 'pako', 'seedrandom', 'react']));
    const text = licences('dist/extension');
    // webpack.config.js leaves the hashes of texts out, which esbuild is not told.
    const bundled = found.filter(name => name !== 'long');
    expect(bundled.filter(name => !named(text).includes(name))).toEqual([]);
    // Beyond these: webpack's run time, what AssemblyScript compiles into the kernels, and what lies inside dcmjs' published file,
    // for which its own comments stand.
    const inside = [
      '@babel/runtime-corejs3',
      'adm-zip',
      'core-js-pure',
      'gl-matrix',
      'iota-array',
      'is-buffer',
    ];
    inside.push('assemblyscript', 'lodash.clonedeep', 'loglevel', 'ndarray', 'webpack');
    expect(named(text).filter(name => !found.includes(name) && !inside.includes(name))).toEqual([]);
    const dcmjs = readFileSync(path.join(root, 'node_modules/dcmjs/build/dcmjs.es.js'), 'utf8');
    for (const holder of ['Tim Perry', 'Feross Aboukhadijeh', 'jQuery Foundation']) {
      expect(dcmjs).toContain(holder);
      expect(text).toContain(holder);
    }
    expect(text).toMatch(/XNNPACK[^]*Marat Dukhan[^]*Emscripten authors/); // inside the copied .wasm files
  });

  it('names every package in the Node command', () => {
    const folder = path.join(root, 'dist/node');
    const text = licences('dist/node');
    // esbuild writes each module's path above its code.
    const comments = readdirSync(folder)
      .filter(name => name.endsWith('.js'))
      .flatMap(
        name => readFileSync(path.join(folder, name), 'utf8').match(/^\/\/ \S*node_modules\/\S+$/gm) ?? [],
      );
    const found = packagesOf(comments);
    expect(found).toContain('@cornerstonejs/dicom-image-loader');
    expect(named(text).sort()).toEqual([...found, 'assemblyscript', 'esbuild'].sort());
    expect(text).toContain('notmasteryet');
  });

  it.each(['dist/extension', 'dist/node'])('%s: each with its text and a copyright', folder => {
    const [list, ...texts] = licences(folder).split(`${'='.repeat(80)}\n`);
    expect(list).toContain('MIT License');
    for (const name of named(list)) {
      const text = texts.find(part => part.split('\n\n')[0].includes(`${name} `));
      expect(text, name).toMatch(
        /Permission is hereby granted|Permission to use, copy, modify|Apache License|Redistribution and use/,
      );
      if (!text?.includes('Apache License')) expect(text, name).toMatch(/copyright/i);
    }
  });
});

describe('licences of the dependencies', () => {
  const permissive = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'Zlib'];

  /** Whether every licence of an SPDX expression without OR is in a list. */
  const within = (expression: string, allowed: readonly string[]): boolean =>
    expression
      .replace(/[()]/g, '')
      .split(' AND ')
      .every(each => allowed.includes(each));

  interface Locked {
    license?: string;
    dev?: boolean;
  }
  const entries = Object.entries(lock.packages as Record<string, Locked>).filter(([name]) => name !== '');

  it('what is needed to run is permissive, but for libvips, a library of its own under LGPL 3', () => {
    const others = entries
      .filter(([, { dev }]) => !dev)
      .filter(([, { license }]) => !within(license ?? 'none', permissive))
      .map(([name, { license }]) => [name.replace('node_modules/', ''), license] as const);
    expect(others.length).toBeGreaterThan(0);
    for (const [name, license] of others) {
      expect(name).toMatch(/^@img\/sharp-(libvips-|win32-|wasm32)/);
      expect(within(license ?? 'none', [...permissive, 'LGPL-3.0-or-later']), `${name}: ${license}`).toBe(
        true,
      );
    }
  });

  it('what builds and tests is under an open licence, and nothing of it reaches dist but what is named there', () => {
    const open = [...permissive, 'BlueOak-1.0.0', 'CC-BY-4.0', 'MPL-2.0'];
    const others = entries.filter(([, { dev, license }]) => dev && !within(license ?? 'none', open));
    expect(others.map(([name, { license }]) => [name, license])).toEqual([]);
  });
});
