// Builds what is out of date: kernels, the Node command, the viewer extension. `--force` builds all; `--quiet` says no more of it than
// what was built, and errors.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const stampFile = path.join(root, 'dist', '.build.json');
const force = process.argv.includes('--force');
const quiet = process.argv.includes('--quiet');

/** Each step runs when the content of its inputs differs from its last run, or an output is missing. */
const steps = [
  {
    name: 'kernels',
    inputs: ['src/backends/kernels/assembly', 'scripts/build-kernels.mjs'],
    outputs: ['src/backends/kernels/kernels-wasm.ts'],
    // The compiled module is part of the repository, and a test compares it with its source.
    trustWithoutStamp: true,
    command: ['scripts/build-kernels.mjs'],
  },
  {
    name: 'explain command',
    inputs: [
      'src',
      'scripts/build-node.mjs',
      'scripts/licences.mjs',
      'scripts/licences',
      'package-lock.json',
      'tsconfig.json',
    ],
    outputs: ['dist/node/explain.js', 'dist/node/LICENSE.txt'],
    command: ['scripts/build-node.mjs'],
  },
  {
    name: 'viewer extension',
    inputs: [
      'src',
      'models',
      'webpack.config.js',
      'scripts/build-extension.mjs',
      'scripts/bundle-size.mjs',
      'scripts/unused-kernels.cjs',
      'scripts/licences.mjs',
      'scripts/licences',
      'package-lock.json',
      'tsconfig.json',
    ],
    outputs: [
      'dist/extension/ohif-extension-explain.umd.js',
      'dist/extension/explain-texts.js',
      'dist/extension/explain-others.js',
      'dist/extension/explain-answers.js',
      'dist/extension/explain-preview.js',
      'dist/extension/explain-worker.js',
      'dist/extension/explain-worker.chunks.json',
      'dist/extension/index.js',
      'dist/extension/LICENSE.txt',
    ],
    takes: 'half a minute, two on a busy machine',
    command: ['scripts/build-extension.mjs'],
  },
];

const stamps = readStamps();
for (const step of steps) build(step);

function build(step) {
  const fingerprint = hashOf(step.inputs);
  const complete = step.outputs.every(file => existsSync(path.join(root, file)));
  const stamp = stamps[step.name] ?? (step.trustWithoutStamp ? fingerprint : undefined);
  if (!force && complete && stamp === fingerprint) return remember(step, fingerprint);
  const started = performance.now();
  console.log(`Building the ${step.name}${step.takes ? ` (${step.takes})` : ''} …`);
  const { status, error } = spawnSync(process.execPath, step.command, {
    cwd: root,
    stdio: ['inherit', quiet ? 'ignore' : 'inherit', 'inherit'],
  });
  if (status !== 0) {
    delete stamps[step.name];
    remember();
    console.error(
      `The build of the ${step.name} failed${error ? `: ${error.message}` : '; the reason is above'}.`,
    );
    process.exit(1);
  }
  // A step may write into the inputs of the next, so its own are hashed again.
  remember(step, hashOf(step.inputs));
  console.log(`Built the ${step.name} (${((performance.now() - started) / 1000).toFixed(1)} s).`);
}

function remember(step, fingerprint) {
  if (step) stamps[step.name] = fingerprint;
  mkdirSync(path.dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, JSON.stringify(stamps, null, 2));
}

function readStamps() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    rmSync(stampFile, { force: true });
    return {};
  }
}

function hashOf(inputs) {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap(filesBelow)) {
    hash.update(`${path.relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function filesBelow(relative) {
  const full = path.join(root, relative);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [full];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.join(entry.parentPath, entry.name))
    .sort();
}
