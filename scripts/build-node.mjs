// Bundles the Node entry points (the `explain` command and its workers) into dist/node.
import { build } from 'esbuild';
import { existsSync } from 'node:fs';
import { writeLicences } from './licences.mjs';

const entries = {
  explain: 'src/cli/explain.ts',
  'preparation-worker': 'src/datasets/preparation-worker.ts',
  'training-worker': 'src/training/worker.ts',
  'averaging-worker': 'src/cli/averaging/worker.ts',
  'evaluation-worker': 'src/evaluation/measure/worker.ts',
  'bench-worker': 'src/cli/bench/worker.ts',
  'backend-probe': 'src/backends/probe.ts',
};

const { metafile } = await build({
  entryPoints: Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file))),
  outdir: 'dist/node',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  loader: { '.py': 'text' },
  sourcemap: true,
  logLevel: 'warning',
  metafile: true,
});

const modules = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
writeLicences('dist/node/LICENSE.txt', modules, ['esbuild']);
